import { geometricMean } from '../measure/statistics.js';
import { cpuWorkloads } from '../catalogue/workloads.js';
import type { BenchResult, Row } from '../result.js';

/** A figure of the goal, in the unit that `show` prints. */
export interface Goal {
  what: string;
  /** The best that others reach today. */
  elsewhere: string;
  limit: number;
  unit: '×' | 'ms' | 'MiB';
  /** null: this run has not measured it. */
  figure(result: BenchResult): number | null;
}

/** Ratios of an engine over the rows of one kind and size. */
export function ratiosOf({ rows }: BenchResult, engine: string, choose: (row: Row) => boolean): number[] {
  return rows.filter(choose).flatMap((row) => row.measured[engine]?.ratio.median ?? []);
}

/** Of all CPU workloads, or nothing: one that failed or was not wanted must not make a mean look good. */
function overAll(engine: string, size: Row['size'], summary: (ratios: number[]) => number): Goal['figure'] {
  return (result) => {
    const ratios = ratiosOf(result, engine, (row) => row.kind === 'cpu' && row.size === size);
    return result.scale === 1 && ratios.length === cpuWorkloads.length ? summary(ratios) : null;
  };
}

/** An operation's or a program's; not of a quick run, which has less work. */
function named(name: string): Goal['figure'] {
  return (result) => {
    const [ratio] = ratiosOf(result, 'node', (row) => row.name === name && row.size === 'whole');
    return result.scale === 1 && ratio !== undefined ? ratio : null;
  };
}

const worst = (ratios: number[]): number => Math.max(...ratios);

/** design.md §9 has the reasons. `elsewhere`: measured on the machine on which the goal was set. */
export const goals: readonly Goal[] = [
  {
    what: 'CPU workloads of 2 s in Node, geometric mean',
    elsewhere: 'qemu-user 7.5, v86 20',
    limit: 3,
    unit: '×',
    figure: overAll('node', 'long', geometricMean),
  },
  { what: 'the worst of them', elsewhere: 'qemu-user 31, v86 35', limit: 6, unit: '×', figure: overAll('node', 'long', worst) },
  { what: 'the mean in Chromium', elsewhere: 'v86 20', limit: 3.5, unit: '×', figure: overAll('chromium', 'long', geometricMean) },
  { what: 'Lua script', elsewhere: 'qemu-user 6.8', limit: 5, unit: '×', figure: named('lua') },
  { what: 'Python script', elsewhere: 'qemu-user 8.2', limit: 6, unit: '×', figure: named('python') },
  { what: 'SQLite inserts', elsewhere: 'qemu-user 13.8', limit: 8, unit: '×', figure: named('sqlite') },
  { what: 'busybox gzip of 20 MB', elsewhere: 'qemu-user 2.3', limit: 3, unit: '×', figure: named('busybox-gzip') },
  { what: 'CPU workloads of 0.2 s, geometric mean', elsewhere: '', limit: 8, unit: '×', figure: overAll('node', 'short', geometricMean) },
  { what: 'the worst of those', elsewhere: '', limit: 8, unit: '×', figure: overAll('node', 'short', worst) },
  { what: 'system call', elsewhere: 'qemu-user 2.2', limit: 5, unit: '×', figure: named('syscall') },
  { what: 'fork and wait', elsewhere: 'qemu-user 7', limit: 5, unit: '×', figure: named('fork') },
  { what: 'fork and exec', elsewhere: 'qemu-user 2.9', limit: 4, unit: '×', figure: named('exec') },
  { what: 'page fault', elsewhere: 'qemu-user 1.0', limit: 3, unit: '×', figure: named('fault') },
  {
    what: '`true`, CPU over `node -e 0`',
    elsewhere: 'blink in wasm 68 ms',
    limit: 50,
    unit: 'ms',
    figure: ({ starts }) => {
      const over = starts?.rows.find(({ name }) => name === 'true')?.overNode;
      return over === undefined ? null : over * 1000;
    },
  },
  {
    what: 'memory beyond the guest’s own pages, bash',
    elsewhere: '',
    limit: 40,
    unit: 'MiB',
    figure: ({ memory }) => (memory ? memory.overhead / 2 ** 20 : null),
  },
];

export interface GoalState {
  goal: Goal;
  figure: number | null;
  reached: boolean | null;
}

export function goalStates(result: BenchResult): GoalState[] {
  return goals.map((goal) => {
    const figure = goal.figure(result);
    return { goal, figure, reached: figure === null ? null : figure <= goal.limit };
  });
}
