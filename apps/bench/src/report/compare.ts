import { geometricMean, relativeError, type Spread } from '../measure/statistics.js';
import type { BenchResult, Row } from '../result.js';
import { digits, textTable } from './text-table.js';

export type Verdict = 'faster' | 'slower' | 'same';

export interface Change {
  name: string;
  size: Row['size'];
  engine: string;
  before: number;
  after: number;
  /** after / before. */
  factor: number;
  /** So far from 1 the factor can be by chance. */
  noise: number;
  verdict: Verdict;
}

/** What no figure of this kind is better than: layouts of memory, frequency of the processor. */
const LEAST_NOISE = 0.03;
/** So many standard errors are taken for more than chance. */
const ERRORS = 3;

function overlap(a: Spread, b: Spread): boolean {
  return a.min <= b.max && b.min <= a.max;
}

/** A change counts when it is beyond three standard errors of both, beyond 3 %, and, with few rounds, the ranges are apart. */
export function changeOf(before: Spread, after: Spread): { factor: number; noise: number; verdict: Verdict } {
  const factor = after.median / before.median;
  const noise = Math.max(LEAST_NOISE, ERRORS * Math.hypot(relativeError(before), relativeError(after)));
  const few = Math.min(before.count, after.count) < 6;
  const beyond = Math.abs(Math.log(factor)) > Math.log1p(noise) && !(few && overlap(before, after));
  if (!beyond) return { factor, noise, verdict: 'same' };
  return { factor, noise, verdict: factor > 1 ? 'slower' : 'faster' };
}

const keyOf = ({ name, kind, size, args }: Row): string => JSON.stringify([name, kind, size, args]);

/** Starts are compared as multiples of `node -e 0`. */
function startChanges(before: BenchResult, after: BenchResult): Change[] {
  const relative = ({ median, min, max, mad, count }: Spread, node: number): Spread => ({
    median: median / node,
    min: min / node,
    max: max / node,
    mad: mad / node,
    count,
  });
  return (after.starts?.rows ?? []).flatMap(({ name, ring3 }) => {
    const earlier = before.starts?.rows.find((row) => row.name === name);
    if (!earlier) return [];
    const was = relative(earlier.ring3, before.starts!.node.median);
    const is = relative(ring3, after.starts!.node.median);
    return [
      { name: `start of ${name}`, size: 'whole' as const, engine: 'node', before: was.median, after: is.median, ...changeOf(was, is) },
    ];
  });
}

/** What both runs have of the same work: ratios to native, then starts. */
export function changes(before: BenchResult, after: BenchResult): Change[] {
  const old = new Map(before.rows.map((row) => [keyOf(row), row]));
  const rows = after.rows.flatMap((row) => {
    const earlier = old.get(keyOf(row));
    if (!earlier) return [];
    return Object.entries(row.measured).flatMap(([engine, { ratio }]) => {
      const was = earlier.measured[engine]?.ratio;
      if (!was) return [];
      return [{ name: row.name, size: row.size, engine, before: was.median, after: ratio.median, ...changeOf(was, ratio) }];
    });
  });
  return [...rows, ...startChanges(before, after)];
}

const percent = (factor: number): string => `${factor >= 1 ? '+' : ''}${((factor - 1) * 100).toFixed(1)} %`;

/** @param name of the earlier run's file */
export function compareText(before: BenchResult, after: BenchResult, name: string): string {
  const all = changes(before, after);
  const from = `${before.commit?.slice(0, 10) ?? 'no commit'}${before.dirty ? ' and changes' : ''}, ${before.date}`;
  const title = `Against ${name} (${from}); × native (starts: × node -e 0), less is better\n`;
  if (all.length === 0) return `${title}  nothing in it was measured with the same work\n`;
  const others = before.cpu === after.cpu ? '' : `  another processor then: ${before.cpu}\n`;
  const lines = all.map((change) => [
    `${change.name}${change.size === 'short' ? ' (short)' : ''}`,
    change.engine,
    digits(change.before),
    digits(change.after),
    percent(change.factor),
    `±${(change.noise * 100).toFixed(1)} %`,
    change.verdict,
  ]);
  const table = textTable(['', 'engine', 'before', 'now', 'change', 'noise', ''], lines);
  const engines = [...new Set(all.map(({ engine }) => engine))];
  const means = engines.map((engine) => {
    const own = all.filter((change) => change.engine === engine);
    const count = (verdict: Verdict): number => own.filter((change) => change.verdict === verdict).length;
    const factor = geometricMean(own.map((change) => change.factor));
    return `  ${engine}: ${percent(factor)} over ${own.length} (geometric mean); ${count('faster')} faster, ${count('slower')} slower, ${count('same')} the same\n`;
  });
  return `${title}${others}${table}${means.join('')}`;
}
