import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cache } from '../places.js';
import type { BenchResult } from '../result.js';
import type { HistoryEntry } from './page-data.js';

export const historyFile = join(cache, 'history.jsonl');

export function historyEntry({ date, commit, dirty, quick, scale, cpu, rows }: BenchResult): HistoryEntry {
  const ratios: HistoryEntry['ratios'] = {};
  for (const row of rows) {
    for (const [engine, { ratio }] of Object.entries(row.measured)) (ratios[engine] ??= {})[`${row.size}/${row.name}`] = ratio.median;
  }
  return { date, commit, dirty, quick, scale, cpu, ratios };
}

export function appendHistory(result: BenchResult, file = historyFile): void {
  mkdirSync(dirname(file), { recursive: true });
  appendFileSync(file, `${JSON.stringify(historyEntry(result))}\n`);
}

/** All earlier runs, oldest first. @throws Error a line is damaged */
export function readHistory(file = historyFile): HistoryEntry[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line, i) => {
      if (!line.trim()) return [];
      try {
        return [JSON.parse(line) as HistoryEntry];
      } catch {
        throw new Error(`${file}:${i + 1}: not JSON`);
      }
    });
}
