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
  sfDaz,
  sfFlags,
} from './state';
import { addUnpacked, divUnpacked, mulUnpacked, sqrtUnpacked } from './arith';
import { roundResult } from './round';

/** binary64, bits in and out, with the NaN rules of SSE: the first operand's NaN, quieted, else the second's. */

const SIGN: u64 = 0x8000000000000000;
const INFINITY: u64 = 0x7ff0000000000000;
const QUIET: u64 = 0x0008000000000000;
const DEFAULT_NAN: u64 = 0xfff8000000000000;

export function f64_isNaN(a: u64): bool {
  return (a & ~SIGN) > INFINITY;
}

export function f64_isSignaling(a: u64): bool {
  return f64_isNaN(a) && (a & QUIET) == 0;
}

/** Unpacks a number that is not NaN into a. */
export function f64_unpackA(x: u64): void {
  const e = <i32>(x >> 52) & 0x7ff;
  const sig = x << 11;
  aSign = <u32>(x >> 63);
  if (e == 0) {
    if (sig == 0 || sfDaz) {
      aClass = Class.Zero;
      return;
    }
    denormalOperand = Fe.Denormal;
    const z = clz(sig);
    aClass = Class.Finite;
    aSig = sig << z;
    aExp = -1022 - <i32>z;
    return;
  }
  aClass = e == 0x7ff ? Class.Infinity : Class.Finite;
  aSig = sig | SIGN;
  aExp = e - 1023;
}

function f64_unpackB(x: u64): void {
  const sign = aSign;
  const e = aExp;
  const sig = aSig;
  const c = aClass;
  f64_unpackA(x);
  bSign = aSign;
  bExp = aExp;
  bSig = aSig;
  bClass = aClass;
  aSign = sign;
  aExp = e;
  aSig = sig;
  aClass = c;
}

/** Rounds and packs the result. */
export function f64_pack(): u64 {
  if (rClass == Class.Finite) roundResult(53, -1022, 1023);
  if (rClass >= Class.QuietNaN) return DEFAULT_NAN;
  const sign = (<u64>rSign) << 63;
  if (rClass == Class.Zero) return sign;
  if (rClass == Class.Infinity) return sign | INFINITY;
  // A normal significand's bit 63 falls on the exponent's lowest bit and adds the one that is missing.
  return sign | (((<u64>(rExp + 1022)) << 52) + (rHi >> 11));
}

function nanResult(a: u64, b: u64): u64 {
  if (f64_isSignaling(a) || f64_isSignaling(b)) sfFlags |= Fe.Invalid;
  return (f64_isNaN(a) ? a : b) | QUIET;
}

function unpackBoth(a: u64, b: u64): void {
  denormalOperand = 0;
  f64_unpackB(b);
  f64_unpackA(a);
}

export function f64_add(a: u64, b: u64): u64 {
  if (f64_isNaN(a) || f64_isNaN(b)) return nanResult(a, b);
  unpackBoth(a, b);
  addUnpacked(0);
  return f64_pack();
}

export function f64_sub(a: u64, b: u64): u64 {
  if (f64_isNaN(a) || f64_isNaN(b)) return nanResult(a, b);
  unpackBoth(a, b);
  addUnpacked(1);
  return f64_pack();
}

export function f64_mul(a: u64, b: u64): u64 {
  if (f64_isNaN(a) || f64_isNaN(b)) return nanResult(a, b);
  unpackBoth(a, b);
  mulUnpacked();
  return f64_pack();
}

export function f64_div(a: u64, b: u64): u64 {
  if (f64_isNaN(a) || f64_isNaN(b)) return nanResult(a, b);
  unpackBoth(a, b);
  divUnpacked();
  return f64_pack();
}

export function f64_sqrt(a: u64): u64 {
  if (f64_isNaN(a)) return nanResult(a, a);
  denormalOperand = 0;
  f64_unpackA(a);
  sqrtUnpacked();
  return f64_pack();
}

/** A value on the line of the ordered numbers; both zeros are 0. */
function rank(a: u64): i64 {
  const magnitude = <i64>(a & ~SIGN);
  if (sfDaz && magnitude < 0x0010000000000000) return 0;
  return <i64>a < 0 ? -magnitude : magnitude;
}

function isDenormal(a: u64): bool {
  return (a & INFINITY) == 0 && a << 1 != 0 && !sfDaz;
}

/** Flags of a comparison, and whether it is unordered: signalling ones (lt, le, comisd) refuse every NaN, quiet ones (eq, unordered, ucomisd) signalling NaNs. */
function unordered(a: u64, b: u64, signaling: bool): bool {
  if (f64_isNaN(a) || f64_isNaN(b)) {
    if (signaling || f64_isSignaling(a) || f64_isSignaling(b)) sfFlags |= Fe.Invalid;
    return true;
  }
  if (isDenormal(a) || isDenormal(b)) sfFlags |= Fe.Denormal;
  return false;
}

/** −1, 0, 1, or 2 for unordered. */
export function f64_compare(a: u64, b: u64, signaling: bool): i32 {
  if (unordered(a, b, signaling)) return 2;
  const x = rank(a);
  const y = rank(b);
  return i32(x > y) - i32(x < y);
}

export function f64_eq(a: u64, b: u64): bool {
  return f64_compare(a, b, false) == 0;
}

export function f64_lt(a: u64, b: u64): bool {
  return f64_compare(a, b, true) == -1;
}

export function f64_le(a: u64, b: u64): bool {
  return f64_compare(a, b, true) <= 0;
}

export function f64_unordered(a: u64, b: u64): bool {
  return f64_compare(a, b, false) == 2;
}

/** MINSD: the second operand unless the first is smaller; any NaN is invalid. */
export function f64_min(a: u64, b: u64): u64 {
  return f64_compare(a, b, true) == -1 ? dazed(a) : dazed(b);
}

export function f64_max(a: u64, b: u64): u64 {
  return f64_compare(a, b, true) == 1 ? dazed(a) : dazed(b);
}

function dazed(a: u64): u64 {
  return sfDaz && (a & INFINITY) == 0 ? a & SIGN : a;
}
