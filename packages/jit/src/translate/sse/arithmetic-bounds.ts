import {
  type Bounds,
  DOUBLE,
  either,
  type Format,
  isSafe,
  type Known,
  NEAR_DOUBLES,
  NEAR_SINGLES,
  plainOf,
  product,
  SINGLE,
  sum,
} from './bounds.js';

export type Operation = 'add' | 'sub' | 'mul' | 'div' | 'sqrt' | 'min' | 'max';

/** How much a check of a number in a region asks: a near number (bounds.ts), or a plain one. */
export interface Checks {
  readonly double: Bounds;
  readonly single: Bounds;
}

export const NEAR: Checks = { double: NEAR_DOUBLES, single: NEAR_SINGLES };
export const PLAIN: Checks = { double: plainOf(DOUBLE), single: plainOf(SINGLE) };

/** What an operation has to look at, and what is known of its result then. */
export interface Outcome {
  readonly checksA: boolean;
  readonly checksB: boolean;
  readonly checksResult: boolean;
  /** An inexact result is possible: it must be no news. */
  readonly rounds: boolean;
  readonly result: Bounds;
}

/** Of a op b; of a root b alone. `checks`: PLAIN where only results that are looked at are trusted. */
export function outcomeOf(operation: Operation, checks: Checks, format: Format, a: Known, b: Known): Outcome {
  const isDouble = format === DOUBLE;
  if (operation === 'min' || operation === 'max') {
    // The first of many numbers is often compared with one that is far greater than they all.
    const plain = isDouble ? PLAIN.double : PLAIN.single;
    return { checksA: a === null, checksB: b === null, checksResult: false, rounds: false, result: either(a ?? plain, b ?? plain)! };
  }
  const checked = isDouble ? checks.double : checks.single;
  const isNear = checks === NEAR;
  const bounded = isNear && operation !== 'div' && operation !== 'sqrt';
  // Of a number that may be infinite nothing follows.
  const unknown = (known: Known): boolean => known === null || (bounded && known.top === Infinity);
  const checksA = operation !== 'sqrt' && unknown(a);
  const checksB = unknown(b);
  let result: Bounds | null = null;
  if (bounded) {
    const [knownA, knownB] = [checksA ? checked : a!, checksB ? checked : b!];
    result = operation === 'mul' ? product(knownA, knownB) : sum(knownA, knownB);
  }
  const checksResult = result === null || !isSafe(result, format);
  return { checksA, checksB, checksResult, rounds: true, result: checksResult ? checked : result! };
}
