import { type Bounds, either, type Known, same, ZERO } from './bounds.js';

/** What is known of the numbers in an xmm register: of the doubles, the lowest single, and the three above that. */
export interface Register {
  readonly low: Known;
  readonly high: Known;
  readonly single: Known;
  readonly singles: Known;
}

export const NOTHING: Register = { low: null, high: null, single: null, singles: null };
export const ZEROS: Register = { low: ZERO, high: ZERO, single: ZERO, singles: ZERO };

export function lowDouble(known: Known, { high }: Register): Register {
  return { low: known, high, single: null, singles: null };
}

export function lowSingle(known: Known, { singles }: Register): Register {
  return { low: null, high: null, single: known, singles };
}

export function doubles(known: Known): Register {
  return { low: known, high: known, single: null, singles: null };
}

export function singles(known: Known): Register {
  return { low: null, high: null, single: known, singles: known };
}

export function bothDoubles({ low, high }: Register): Known {
  return either(low, high);
}

export function allSingles({ single, singles: others }: Register): Known {
  return either(single, others);
}

/** A check has found an element within bounds: what was known of it stays. */
export function found(register: Register, element: keyof Register, bounds: Bounds): Register {
  return register[element] ? register : { ...register, [element]: bounds };
}

export function eitherRegister(a: Register, b: Register): Register {
  if (a === b) return a;
  return {
    low: either(a.low, b.low),
    high: either(a.high, b.high),
    single: either(a.single, b.single),
    singles: either(a.singles, b.singles),
  };
}

/** What is the same in both, and stays; the rest is given up. */
export function settled(before: Register, now: Register): Register {
  if (before === now) return now;
  const keep = (element: keyof Register): Known => (same(before[element], now[element]) ? now[element] : null);
  return { low: keep('low'), high: keep('high'), single: keep('single'), singles: keep('singles') };
}

export function sameRegister(a: Register, b: Register): boolean {
  return a === b || (same(a.low, b.low) && same(a.high, b.high) && same(a.single, b.single) && same(a.singles, b.singles));
}

/** A 32-bit element: of which register, which of the four. */
export type Element = readonly [from: Register, index: number];

/** A register made of four elements of others. */
export function composed(elements: readonly [Element, Element, Element, Element]): Register {
  const single = ([from, index]: Element): Known => (index === 0 ? from.single : from.singles);
  const double = (a: Element, b: Element): Known => {
    if (a[0] !== b[0] || a[1] & 1 || b[1] !== a[1] + 1) return null;
    return a[1] === 0 ? a[0].low : a[0].high;
  };
  const [first, second, third, fourth] = elements;
  return {
    low: double(first, second),
    high: double(third, fourth),
    single: single(first),
    singles: either(either(single(second), single(third)), single(fourth)),
  };
}
