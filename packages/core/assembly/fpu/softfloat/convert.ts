import {
  aClass,
  aExp,
  aSig,
  aSign,
  Class,
  denormalOperand,
  Fe,
  rClass,
  rExp,
  rHi,
  rLo,
  Rounding,
  rSign,
  rUp,
  sfFlags,
  sfRound,
} from './state';
import { f32_isNaN, f32_isSignaling, f32_pack, f32_unpackA } from './f32';
import { f64_isNaN, f64_isSignaling, f64_pack, f64_unpackA } from './f64';

/** Conversions between formats, as the SSE instructions do them; the f80 ones build on integerOfA and unpackInteger. */

/** The magnitude of the last integerOfA, whose operand must be below 2^64. */
export let integerMagnitude: u64 = 0;

/** Rounds a finite operand a to an integer. Gives whether it was inexact; raises nothing. */
export function integerOfA(round: i32): bool {
  rUp = false;
  if (aClass == Class.Zero) {
    integerMagnitude = 0;
    return false;
  }
  const n = 63 - aExp;
  if (n <= 0) {
    integerMagnitude = aSig;
    return false;
  }
  let whole: u64 = 0;
  let rest: u64 = 0;
  if (n < 64) {
    whole = aSig >> <u64>n;
    rest = aSig << (<u64>(64 - n));
  } else rest = n == 64 ? aSig : 1;
  if (rest == 0) {
    integerMagnitude = whole;
    return false;
  }
  if (round == Rounding.Nearest) rUp = rest > 0x8000000000000000 || (rest == 0x8000000000000000 && (whole & 1) != 0);
  else if (round == Rounding.Down) rUp = aSign != 0;
  else if (round == Rounding.Up) rUp = aSign == 0;
  // A carry out of 64 bits is impossible: a fraction leaves at most 63 bits above it.
  integerMagnitude = whole + u64(rUp);
  return true;
}

/** Operand a (not NaN) as a two's complement integer; the integer indefinite (only the sign bit) and IE when it does not fit. */
export function signedOfA(bits: i32, round: i32): i64 {
  const indefinite: i64 = -1 << (<i64>(bits - 1));
  if (aClass != Class.Infinity && (aClass == Class.Zero || aExp < 64)) {
    const inexact = integerOfA(round);
    const limit = ((<u64>1) << (<u64>(bits - 1))) - u64(aSign == 0);
    if (integerMagnitude <= limit) {
      if (inexact) sfFlags |= Fe.Precision;
      return aSign != 0 ? -(<i64>integerMagnitude) : <i64>integerMagnitude;
    }
  }
  rUp = false;
  sfFlags |= Fe.Invalid;
  return indefinite;
}

/** An integer as an exact result, still to be rounded. */
function unpackInteger(x: i64): void {
  rSign = u32(x < 0);
  rClass = x == 0 ? Class.Zero : Class.Finite;
  if (x == 0) return;
  const magnitude: u64 = x < 0 ? 0 - <u64>x : <u64>x;
  const z = clz(magnitude);
  rHi = magnitude << z;
  rLo = 0;
  rExp = 63 - <i32>z;
}

function f32_toInteger(a: u32, bits: i32, round: i32): i64 {
  if (f32_isNaN(a)) {
    sfFlags |= Fe.Invalid;
    return -1 << (<i64>(bits - 1));
  }
  f32_unpackA(a);
  return signedOfA(bits, round);
}

function f64_toInteger(a: u64, bits: i32, round: i32): i64 {
  if (f64_isNaN(a)) {
    sfFlags |= Fe.Invalid;
    return -1 << (<i64>(bits - 1));
  }
  f64_unpackA(a);
  return signedOfA(bits, round);
}

export function f32_to_i32(a: u32): i32 {
  return <i32>f32_toInteger(a, 32, sfRound);
}

export function f32_to_i64(a: u32): i64 {
  return f32_toInteger(a, 64, sfRound);
}

export function f32_to_i32_trunc(a: u32): i32 {
  return <i32>f32_toInteger(a, 32, Rounding.Truncate);
}

export function f32_to_i64_trunc(a: u32): i64 {
  return f32_toInteger(a, 64, Rounding.Truncate);
}

export function f64_to_i32(a: u64): i32 {
  return <i32>f64_toInteger(a, 32, sfRound);
}

export function f64_to_i64(a: u64): i64 {
  return f64_toInteger(a, 64, sfRound);
}

export function f64_to_i32_trunc(a: u64): i32 {
  return <i32>f64_toInteger(a, 32, Rounding.Truncate);
}

export function f64_to_i64_trunc(a: u64): i64 {
  return f64_toInteger(a, 64, Rounding.Truncate);
}

export function i32_to_f32(x: i32): u32 {
  unpackInteger(x);
  return f32_pack();
}

export function i64_to_f32(x: i64): u32 {
  unpackInteger(x);
  return f32_pack();
}

/** Exact, whatever the modes. */
export function i32_to_f64(x: i32): u64 {
  return reinterpret<u64>(<f64>x);
}

export function i64_to_f64(x: i64): u64 {
  unpackInteger(x);
  return f64_pack();
}

/** A NaN keeps its sign and the upper bits of its payload. */
export function f32_to_f64(a: u32): u64 {
  if (f32_isNaN(a)) {
    if (f32_isSignaling(a)) sfFlags |= Fe.Invalid;
    return ((<u64>(a >> 31)) << 63) | 0x7ff8000000000000 | ((<u64>(a & 0x7fffff)) << 29);
  }
  denormalOperand = 0;
  f32_unpackA(a);
  resultOfA();
  return f64_pack();
}

export function f64_to_f32(a: u64): u32 {
  if (f64_isNaN(a)) {
    if (f64_isSignaling(a)) sfFlags |= Fe.Invalid;
    return ((<u32>(a >> 63)) << 31) | 0x7fc00000 | (<u32>(a >> 29) & 0x7fffff);
  }
  denormalOperand = 0;
  f64_unpackA(a);
  resultOfA();
  return f32_pack();
}

/** a, unchanged, becomes the result to be rounded to another format. */
export function resultOfA(): void {
  sfFlags |= denormalOperand;
  rClass = aClass;
  rSign = aSign;
  rExp = aExp;
  rHi = aSig;
  rLo = 0;
}

/** ROUNDSS and kin (SSE4.1): an integral value in the same format; `round` a Rounding, `exact` suppresses PE. */
export function f32_roundToIntegral(a: u32, round: i32, exact: bool): u32 {
  if (f32_isNaN(a)) {
    if (f32_isSignaling(a)) sfFlags |= Fe.Invalid;
    return a | 0x00400000;
  }
  f32_unpackA(a);
  if (!integralOfA(round, exact)) return aClass == Class.Zero ? aSign << 31 : a;
  return f32_pack();
}

export function f64_roundToIntegral(a: u64, round: i32, exact: bool): u64 {
  if (f64_isNaN(a)) {
    if (f64_isSignaling(a)) sfFlags |= Fe.Invalid;
    return a | 0x0008000000000000;
  }
  f64_unpackA(a);
  if (!integralOfA(round, exact)) return aClass == Class.Zero ? (<u64>aSign) << 63 : a;
  return f64_pack();
}

/** The integral value of a as a result; false: a is one already (or infinite). */
export function integralOfA(round: i32, exact: bool): bool {
  if (aClass != Class.Finite || aExp >= 63) return false;
  if (!integerOfA(round)) return false;
  if (!exact) sfFlags |= Fe.Precision;
  unpackInteger(<i64>integerMagnitude);
  rSign = aSign;
  return true;
}
