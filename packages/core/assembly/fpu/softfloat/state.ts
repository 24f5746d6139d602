/**
 * What the operations of this folder share. AssemblyScript has no multiple results, so operands and results of the inner steps
 * travel in globals.
 *
 * Inside, a finite number that is not zero is sign × significand × 2^(exponent − 63) with bit 63 of the significand set,
 * whatever format it comes from: denormals are normalised when they are unpacked. A result has 64 further bits below it, the
 * lowest of which is sticky.
 *
 *        63                    0 63                    0
 *       ┌─┬─────────────────────┬───────────────────────┐
 *       │1│       rHi           │        rLo            │  × 2^(rExp − 63)
 *       └─┴─────────────────────┴───────────────────────┘
 */

/** Exception flags, in the order of MXCSR and of the x87 status word. */
export const enum Fe {
  Invalid = 1,
  Denormal = 2,
  DivByZero = 4,
  Overflow = 8,
  Underflow = 0x10,
  Precision = 0x20,
  /** Found before the result is computed: unmasked, they preclude the others (SDM volume 1, 4.9.2). */
  PreComputation = 7,
}

/** RC of MXCSR and of the x87 control word. */
export const enum Rounding {
  Nearest = 0,
  Down = 1,
  Up = 2,
  Truncate = 3,
}

export const enum Class {
  Zero = 0,
  Finite = 1,
  Infinity = 2,
  /** Every NaN is below: quiet ones first. */
  QuietNaN = 3,
  SignalingNaN = 4,
  /** f80 encodings that the 80387 and later refuse: unnormals, pseudo-infinities and pseudo-NaNs. */
  Unsupported = 5,
}

export let sfRound: i32 = Rounding.Nearest;
/** Accumulates Fe bits; whoever starts an instruction clears it. */
export let sfFlags: u32 = 0;
/** Fe bits that are masked. Only what an unmasked underflow or overflow does to flags and results depends on it. */
export let sfMasks: u32 = 0x3f;
/** Denormal operands are zeros (f32 and f64 only). */
export let sfDaz: bool = false;
/** Tiny results are zeros (f32 and f64 only); the processor ignores FTZ while underflow is unmasked: sfBegin sees to it. */
export let sfFtz: bool = false;
/** Significand bits of f80 results: 24, 53 or 64 (x87 precision control). */
export let sfPrecision: i32 = 64;

/** Start of an SSE instruction: modes from MXCSR, no flags. */
export function sfBegin(mxcsr: u32): void {
  sfRound = (mxcsr >> 13) & 3;
  sfMasks = (mxcsr >> 7) & 0x3f;
  sfDaz = (mxcsr & 0x40) != 0;
  sfFtz = (mxcsr & 0x8000) != 0 && (sfMasks & Fe.Underflow) != 0;
  sfFlags = 0;
}

/** Flags to report: an unmasked pre-computation exception in any element keeps the others from being seen. */
export function sfReported(): u32 {
  return (sfFlags & ~sfMasks & Fe.PreComputation) != 0 ? sfFlags & Fe.PreComputation : sfFlags;
}

export let aSign: u32 = 0;
export let aExp: i32 = 0;
export let aSig: u64 = 0;
export let aClass: i32 = 0;
export let bSign: u32 = 0;
export let bExp: i32 = 0;
export let bSig: u64 = 0;
export let bClass: i32 = 0;
/** Fe.Denormal when an operand unpacked since it was last cleared is denormal; operations raise it at their turn. */
export let denormalOperand: u32 = 0;

export let rSign: u32 = 0;
export let rExp: i32 = 0;
export let rHi: u64 = 0;
export let rLo: u64 = 0;
/** Class of the result; QuietNaN is the default NaN of an invalid operation. */
export let rClass: i32 = 0;
/** The last rounding increased the magnitude (C1 of the x87). */
export let rUp: bool = false;
