import type { BenchResult } from '../result.js';

/** A run in the history: a line of the file. */
export interface HistoryEntry {
  date: string;
  commit: string | null;
  dirty: boolean;
  quick: boolean;
  scale: number;
  cpu: string;
  /** Median ratios to native by engine, then by size/name. */
  ratios: Record<string, Record<string, number>>;
}

/** What the page of the report is drawn from. */
export interface PageData {
  result: BenchResult;
  history: HistoryEntry[];
  goals: { what: string; elsewhere: string; limit: number; unit: string; figure: number | null; reached: boolean | null }[];
}
