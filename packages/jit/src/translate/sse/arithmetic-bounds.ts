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
  const checked = format === DOUBLE ? checks.double : checks.single;
  const knownA = a ?? checked;
  const knownB = b ?? checked;
  const checksA = a === null && operation !== 'sqrt';
  const checksB = b === null;
  if (operation === 'min' || operation === 'max')
    return { checksA, checksB, checksResult: false, rounds: false, result: either(knownA, knownB)! };
  let result: Bounds | null = null;
  if (checks === NEAR) {
    if (operation === 'add' || operation === 'sub') result = sum(knownA, knownB);
    else if (operation === 'mul') result = product(knownA, knownB);
  }
  const checksResult = result === null || !isSafe(result, format);
  return { checksA, checksB, checksResult, rounds: true, result: checksResult ? checked : result! };
}
