import {
  aClass,
  aExp,
  aSig,
  aSign,
  bClass,
  bExp,
  bSig,
  bSign,
  Class,
  denormalOperand,
  Fe,
  rClass,
  rExp,
  rHi,
  rSign,
  sfFlags,
} from './state';
import { roundResult } from './round';

/**
 * The 80-bit format, and the NaN rules of the x87.
 *
 *       79 78        64 63 62                          0
 *      ┌──┬────────────┬──┬─────────────────────────────┐
 *      │s │  exponent  │1 │          fraction           │   se: u32 of the upper 16 bits, sig: u64
 *      └──┴────────────┴──┴─────────────────────────────┘
 */

const MSB: u64 = 0x8000000000000000;
const QUIET: u64 = 0x4000000000000000;
/** The real indefinite: what invalid operations deliver. */
export const INDEFINITE_SIG: u64 = 0xc000000000000000;
export const INDEFINITE_SE: u32 = 0xffff;

/** The result of an operation, packed. */
export let zSig: u64 = 0;
export let zSe: u32 = 0;

export function setZ(sig: u64, se: u32): void {
  zSig = sig;
  zSe = se;
}

export function f80_class(sig: u64, se: u32): Class {
  const e = se & 0x7fff;
  if (e == 0) return sig == 0 ? Class.Zero : Class.Finite;
  if (<i64>sig >= 0) return Class.Unsupported;
  if (e != 0x7fff) return Class.Finite;
  if (sig == MSB) return Class.Infinity;
  return (sig & QUIET) != 0 ? Class.QuietNaN : Class.SignalingNaN;
}

/** Unpacks into a; NaNs and unsupported ones keep their raw significand. Notes denormals in denormalOperand. */
export function f80_unpackA(sig: u64, se: u32): void {
  const e = <i32>(se & 0x7fff);
  aSign = se >> 15;
  aSig = sig;
  aExp = e - 16383;
  aClass = f80_class(sig, se);
  if (e == 0 && sig != 0) {
    denormalOperand = Fe.Denormal;
    const z = clz(sig);
    aSig = sig << z;
    aExp = -16382 - <i32>z;
  }
}

export function f80_unpackB(sig: u64, se: u32): void {
  const e = <i32>(se & 0x7fff);
  bSign = se >> 15;
  bSig = sig;
  bExp = e - 16383;
  bClass = f80_class(sig, se);
  if (e == 0 && sig != 0) {
    denormalOperand = Fe.Denormal;
    const z = clz(sig);
    bSig = sig << z;
    bExp = -16382 - <i32>z;
  }
}

/** Rounds the result to `precision` bits and packs it. */
export function f80_pack(precision: i32): void {
  if (rClass == Class.Finite) roundResult(precision, -16382, 16383);
  const sign = rSign << 15;
  if (rClass >= Class.QuietNaN) setZ(INDEFINITE_SIG, INDEFINITE_SE);
  else if (rClass == Class.Zero) setZ(0, sign);
  else if (rClass == Class.Infinity) setZ(MSB, sign | 0x7fff);
  else setZ(rHi, sign | (<i64>rHi < 0 ? <u32>(rExp + 16383) : 0));
}

/**
 * When a or b is NaN or unsupported: delivers what the x87 does (SDM volume 1, table 4-7) and gives true. Of two NaNs of one
 * kind the larger significand wins, then the positive one; a quiet one wins over a signalling one.
 */
export function f80_nanOfTwo(): bool {
  if (aClass < Class.QuietNaN && bClass < Class.QuietNaN) return false;
  if (aClass == Class.Unsupported || bClass == Class.Unsupported) {
    f80_invalid();
    return true;
  }
  if (aClass == Class.SignalingNaN || bClass == Class.SignalingNaN) sfFlags |= Fe.Invalid;
  let takeA = aClass >= Class.QuietNaN;
  if (takeA && bClass >= Class.QuietNaN) {
    if (aClass != bClass) takeA = aClass == Class.QuietNaN;
    else if (aSig != bSig) takeA = aSig > bSig;
    else takeA = aSign == 0;
  }
  if (takeA) setZ(aSig | QUIET, 0x7fff | (aSign << 15));
  else setZ(bSig | QUIET, 0x7fff | (bSign << 15));
  return true;
}

export function f80_nanOfOne(): bool {
  if (aClass < Class.QuietNaN) return false;
  if (aClass == Class.Unsupported) {
    f80_invalid();
    return true;
  }
  if (aClass == Class.SignalingNaN) sfFlags |= Fe.Invalid;
  setZ(aSig | QUIET, 0x7fff | (aSign << 15));
  return true;
}

export function f80_invalid(): void {
  sfFlags |= Fe.Invalid;
  setZ(INDEFINITE_SIG, INDEFINITE_SE);
}

/** −1, 0, 1, or 2 for unordered, of a and b. Quiet comparisons refuse only signalling NaNs and unsupported operands. */
export function f80_compare(quiet: bool): i32 {
  if (aClass >= Class.QuietNaN || bClass >= Class.QuietNaN) {
    if (!quiet || aClass > Class.QuietNaN || bClass > Class.QuietNaN) sfFlags |= Fe.Invalid;
    return 2;
  }
  sfFlags |= denormalOperand;
  if (aClass == Class.Zero && bClass == Class.Zero) return 0;
  const magnitude = compareMagnitudes();
  if (aClass == Class.Zero) return bSign != 0 ? 1 : -1;
  if (bClass == Class.Zero || aSign != bSign) return aSign != 0 ? -1 : 1;
  return aSign != 0 ? -magnitude : magnitude;
}

/** Of operands neither of which is zero. */
function compareMagnitudes(): i32 {
  if (aClass == Class.Infinity || bClass == Class.Infinity) return i32(aClass == Class.Infinity) - i32(bClass == Class.Infinity);
  if (aExp != bExp) return aExp > bExp ? 1 : -1;
  return i32(aSig > bSig) - i32(aSig < bSig);
}

/** f32 → f80 without quieting; denormals are noted. */
export function f80_fromF32(x: u32): void {
  f80_widen((x >> 31) << 15, <i32>(x >> 23) & 0xff, (<u64>(x & 0x7fffff)) << 40, 0xff, 127);
}

/** f64 → f80 without quieting; denormals are noted. */
export function f80_fromF64(x: u64): void {
  f80_widen((<u32>(x >> 63)) << 15, <i32>(x >> 52) & 0x7ff, (x & 0xfffffffffffff) << 11, 0x7ff, 1023);
}

/** `fraction` is aligned below bit 63. */
function f80_widen(sign: u32, e: i32, fraction: u64, emax: i32, bias: i32): void {
  if (e == emax) return setZ(fraction | MSB, sign | 0x7fff);
  if (e != 0) return setZ(fraction | MSB, sign | <u32>(e - bias + 16383));
  if (fraction == 0) return setZ(0, sign);
  denormalOperand = Fe.Denormal;
  const z = clz(fraction);
  setZ(fraction << z, sign | <u32>(1 - bias + 16383 - <i32>z));
}

/** Exact. */
export function f80_fromInteger(x: i64): void {
  if (x == 0) return setZ(0, 0);
  const magnitude: u64 = x < 0 ? 0 - <u64>x : <u64>x;
  const z = clz(magnitude);
  setZ(magnitude << z, (x < 0 ? 0x8000 : 0) | (16383 + 63 - <u32>z));
}
