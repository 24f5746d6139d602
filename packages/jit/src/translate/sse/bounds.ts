/** What is known of a floating-point number: neither denormal nor NaN, a multiple of 2^unit, at most 2^top in magnitude. */
export interface Bounds {
  readonly unit: number;
  /** Infinity: it may be infinite. */
  readonly top: number;
}

/** Nothing is known of it. */
export type Known = Bounds | null;

/** The numbers that a precision has. */
export interface Format {
  /** Bits of a significand. */
  readonly significand: number;
  /** Exponents of the smallest normal number and of the greatest. */
  readonly least: number;
  readonly greatest: number;
}

export const DOUBLE: Format = { significand: 53, least: -1022, greatest: 1023 };
export const SINGLE: Format = { significand: 24, least: -126, greatest: 127 };

/** Bounds beyond these tell nothing more. */
const MOST = 2000;

export const ZERO: Bounds = { unit: MOST, top: -MOST };

/** Normal, infinite or zero. */
export function plainOf({ least, significand }: Format): Bounds {
  return { unit: least - significand + 1, top: Infinity };
}

/** Exponents that a near check lets pass, besides zero: from `low` up to below `high`. */
export interface Window {
  readonly low: number;
  readonly high: number;
}

/**
 * Numbers of these sizes are what programs compute with: products of three such doubles need no check, nor do sums of these; of singles sums
 * need none.
 */
export const NEAR_DOUBLE: Window = { low: -288, high: 335 };
export const NEAR_SINGLE: Window = { low: -100, high: 120 };

export function boundsOf({ low, high }: Window, { significand }: Format): Bounds {
  return { unit: low - significand + 1, top: high };
}

export const NEAR_DOUBLES = boundsOf(NEAR_DOUBLE, DOUBLE);
export const NEAR_SINGLES = boundsOf(NEAR_SINGLE, SINGLE);

/** An integer of so many bits, with its sign. */
export function integerOf(bits: number): Bounds {
  return { unit: 0, top: bits - 1 };
}

function clamp(unit: number, top: number): Bounds {
  return { unit: Math.min(unit, MOST), top: Math.max(top, -MOST) };
}

/** One or the other. */
export function either(a: Known, b: Known): Known {
  if (a === b) return a;
  return a && b && clamp(Math.min(a.unit, b.unit), Math.max(a.top, b.top));
}

/** a + b or a − b, and a × b, before anything is said of the format. */
export function sum(a: Bounds, b: Bounds): Bounds {
  return clamp(Math.min(a.unit, b.unit), Math.max(a.top, b.top) + 1);
}

export function product(a: Bounds, b: Bounds): Bounds {
  return clamp(a.unit + b.unit, a.top + b.top);
}

/** Is a result within these, rounded, a normal number or zero for sure? Then its operation sets no flag but PE. */
export function isSafe({ unit, top }: Bounds, { least, greatest }: Format): boolean {
  return unit >= least && top <= greatest;
}

/** Is what is known at least this? */
export function implies(known: Known, wanted: Known): boolean {
  return wanted === null || (known !== null && known.unit >= wanted.unit && known.top <= wanted.top);
}

export function same(a: Known, b: Known): boolean {
  return a === b || (a !== null && b !== null && a.unit === b.unit && a.top === b.top);
}
