/** A C file of ours: see workloads/harness.h. */
export interface Workload {
  name: string;
  /** What it is about, in some words. */
  about: string;
  /** Rounds that take about two seconds natively (an operation: a third of a second). */
  rounds: number;
  /** Operations in a round. Default 1. */
  each?: number;
}

export const cpuWorkloads: readonly Workload[] = [
  { name: 'integer', about: 'register arithmetic', rounds: 1_300_000_000 },
  { name: 'sha256', about: 'SHA-256', rounds: 660_000 },
  { name: 'crc32', about: 'table lookups that depend on each other', rounds: 270_000 },
  { name: 'sieve', about: 'strided byte stores', rounds: 1_200 },
  { name: 'qsort', about: "libc's qsort, calls back", rounds: 20_000 },
  { name: 'hash', about: 'hash table, open addressing', rounds: 36_000 },
  { name: 'chase', about: 'pointer chase through 4 MiB', rounds: 44_000 },
  { name: 'trees', about: 'binary trees, malloc', rounds: 66_000 },
  { name: 'virtual', about: 'calls through tables', rounds: 330_000 },
  { name: 'fib', about: 'recursive calls', rounds: 120_000 },
  { name: 'branchy', about: 'state machine over text', rounds: 130_000 },
  { name: 'bytecode', about: 'bytecode interpreter', rounds: 8_800 },
  { name: 'json', about: 'JSON parser, strtod', rounds: 190_000 },
  { name: 'lz', about: 'compression by matches', rounds: 110_000 },
  { name: 'strings', about: "libc's string and memory functions", rounds: 110_000 },
  { name: 'image', about: 'packed narrow integers', rounds: 780_000 },
  { name: 'nbody', about: 'scalar doubles, sqrt and division', rounds: 44_000_000 },
  { name: 'mandelbrot', about: 'scalar doubles, short chains', rounds: 67_000 },
  { name: 'matmul', about: 'matrices of doubles', rounds: 12_000 },
  { name: 'float', about: 'FFT in single precision', rounds: 170_000 },
];

export const operations: readonly Workload[] = [
  { name: 'syscall', about: 'getppid', rounds: 8_000_000 },
  { name: 'fork', about: 'fork, exit, wait', rounds: 10_000 },
  { name: 'exec', about: 'fork, exec, exit, wait', rounds: 4_700 },
  { name: 'fault', about: 'page fault, anonymous', rounds: 2_100, each: 256 },
  { name: 'pipe', about: 'a byte to another process and back', rounds: 200_000 },
  { name: 'switch', about: 'two threads, futex', rounds: 270_000, each: 2 },
];

/** Warm-up is drawn for these unless others are named: a long loop, many short ones, calls, dispatch, libc, floating point. */
export const curveWorkloads: readonly string[] = ['sha256', 'qsort', 'fib', 'bytecode', 'json', 'nbody'];
/** Parts of a run whose times are noted. */
export const CURVE_POINTS = 400;
