import type { Kind } from './engines/engine.js';
import type { Spread } from './measure/statistics.js';

/** What one run of the bench found; --json writes it, --compare and the history read it. Times are seconds. */
export interface BenchResult {
  /** Of this shape. */
  version: 1;
  date: string;
  /** null: not in a git checkout. */
  commit: string | null;
  /** Something differs from that commit. */
  dirty: boolean;
  cpu: string;
  node: string;
  quick: boolean;
  /** --scale. */
  scale: number;
  rounds: number;
  engines: EngineInfo[];
  /** Engines that were wanted, programs that the list has, and why they are not here. */
  notHere: Record<string, string>;
  rows: Row[];
  starts: StartResult | null;
  memory: MemoryResult | null;
  curves: Curve[];
}

export interface EngineInfo {
  id: string;
  label: string;
  detail: string;
  /** CPU time of a program that does nothing: taken off everywhere but in `starts`. */
  start: Spread;
  startWall: Spread;
}

/** Native seconds that a CPU workload takes: about 2, about 0.2; others have one size. In a quick run everything is 'quick': 0.1. */
export type Size = 'long' | 'short' | 'whole' | 'quick';

export interface Row {
  name: string;
  kind: Kind;
  size: Size;
  about: string;
  args: readonly string[];
  /** Operations that a run does; null: it is not about one. */
  operations: number | null;
  native: Spread;
  nativeWall: Spread;
  /** By engine. */
  measured: Record<string, Measured>;
  /** By engine: why there is no figure. `cannot`: it is not for that engine. Else it is a failure. */
  missing: Record<string, { reason: string; cannot: boolean }>;
}

export interface Measured {
  cpu: Spread;
  wall: Spread;
  /** CPU time against native's of the same round. */
  ratio: Spread;
  wallRatio: Spread;
  /** Retired guest instructions per second of CPU time, in millions; null: the engine does not count. */
  mips: number | null;
  /** What the engine counted in the last round. */
  stats: Readonly<Record<string, unknown>> | null;
}

export interface StartResult {
  /** CPU time of `node -e 0`. */
  node: Spread;
  rows: { name: string; about: string; native: Spread; ring3: Spread; overNode: number }[];
}

/** bash waiting for input. Bytes, medians. */
export interface MemoryResult {
  /** Of the ring3 process, of an idle node, of bash itself as the guest sees it. */
  ring3: number;
  node: number;
  guest: number;
  overhead: number;
}

/** Speed of one workload over time. */
export interface Curve {
  name: string;
  engine: string;
  /** Seconds of CPU time since the program was asked for, and the speed then: a share of native's median. */
  points: { time: number; speed: number }[];
}
