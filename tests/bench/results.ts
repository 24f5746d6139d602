import { spread } from '../../apps/bench/src/measure/statistics.js';
import type { BenchResult, Row } from '../../apps/bench/src/result.js';

/** A row whose engines had these ratios in its rounds; native takes a second. */
export function row(name: string, ratios: Record<string, number[]>, more: Partial<Row> = {}): Row {
  const measured: Row['measured'] = {};
  for (const [engine, values] of Object.entries(ratios)) {
    const all = spread(values);
    measured[engine] = { cpu: all, wall: all, ratio: all, wallRatio: all, mips: 500, stats: null };
  }
  const one = spread([1, 1, 1]);
  return {
    name,
    kind: 'cpu',
    size: 'long',
    about: `about ${name}`,
    args: ['1'],
    operations: null,
    native: one,
    nativeWall: one,
    measured,
    missing: {},
    ...more,
  };
}

export function result(rows: Row[], more: Partial<BenchResult> = {}): BenchResult {
  const start = spread([0.05, 0.05, 0.05]);
  const ids = ['native', ...new Set(rows.flatMap(({ measured }) => Object.keys(measured)))];
  return {
    version: 1,
    date: '2026-01-02T03:04:05Z',
    commit: 'abcdef0123456789',
    dirty: false,
    cpu: 'a processor',
    node: 'v20',
    quick: false,
    scale: 1,
    rounds: 3,
    engines: ids.map((id) => ({ id, label: id, detail: 'as it is', start, startWall: start })),
    notHere: {},
    rows,
    starts: null,
    memory: null,
    curves: [],
    ...more,
  };
}
