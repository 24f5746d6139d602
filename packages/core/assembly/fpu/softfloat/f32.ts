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

/** binary32, bits in and out, with the NaN rules of SSE: the first operand's NaN, quieted, else the second's. */

const SIGN: u32 = 0x80000000;
const INFINITY: u32 = 0x7f800000;
const QUIET: u32 = 0x00400000;
const DEFAULT_NAN: u32 = 0xffc00000;

export function f32_isNaN(a: u32): bool {
  return (a & ~SIGN) > INFINITY;
}

export function f32_isSignaling(a: u32): bool {
  return f32_isNaN(a) && (a & QUIET) == 0;
}

/** Unpacks a number that is not NaN into a. */
export function f32_unpackA(x: u32): void {
  const e = <i32>(x >> 23) & 0xff;
  const sig = (<u64>x) << 40;
  aSign = x >> 31;
  if (e == 0) {
    if (sig == 0 || sfDaz) {
      aClass = Class.Zero;
      return;
    }
    denormalOperand = Fe.Denormal;
    const z = clz(sig);
    aClass = Class.Finite;
    aSig = sig << z;
    aExp = -126 - <i32>z;
    return;
  }
  aClass = e == 0xff ? Class.Infinity : Class.Finite;
  aSig = sig | 0x8000000000000000;
  aExp = e - 127;
}

function f32_unpackB(x: u32): void {
  const sign = aSign;
  const e = aExp;
  const sig = aSig;
  const c = aClass;
  f32_unpackA(x);
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
export function f32_pack(): u32 {
  if (rClass == Class.Finite) roundResult(24, -126, 127);
  if (rClass >= Class.QuietNaN) return DEFAULT_NAN;
  const sign = rSign << 31;
  if (rClass == Class.Zero) return sign;
  if (rClass == Class.Infinity) return sign | INFINITY;
  // A normal significand's bit 63 falls on the exponent's lowest bit and adds the one that is missing.
  return sign | (((<u32>(rExp + 126)) << 23) + <u32>(rHi >> 40));
}

function nanResult(a: u32, b: u32): u32 {
  if (f32_isSignaling(a) || f32_isSignaling(b)) sfFlags |= Fe.Invalid;
  return (f32_isNaN(a) ? a : b) | QUIET;
}

function unpackBoth(a: u32, b: u32): void {
  denormalOperand = 0;
  f32_unpackB(b);
  f32_unpackA(a);
}

export function f32_add(a: u32, b: u32): u32 {
  if (f32_isNaN(a) || f32_isNaN(b)) return nanResult(a, b);
  unpackBoth(a, b);
  addUnpacked(0);
  return f32_pack();
}

export function f32_sub(a: u32, b: u32): u32 {
  if (f32_isNaN(a) || f32_isNaN(b)) return nanResult(a, b);
  unpackBoth(a, b);
  addUnpacked(1);
  return f32_pack();
}

export function f32_mul(a: u32, b: u32): u32 {
  if (f32_isNaN(a) || f32_isNaN(b)) return nanResult(a, b);
  unpackBoth(a, b);
  mulUnpacked();
  return f32_pack();
}

export function f32_div(a: u32, b: u32): u32 {
  if (f32_isNaN(a) || f32_isNaN(b)) return nanResult(a, b);
  unpackBoth(a, b);
  divUnpacked();
  return f32_pack();
}

export function f32_sqrt(a: u32): u32 {
  if (f32_isNaN(a)) return nanResult(a, a);
  denormalOperand = 0;
  f32_unpackA(a);
  sqrtUnpacked();
  return f32_pack();
}

/** A value on the line of the ordered numbers; both zeros are 0. */
function rank(a: u32): i32 {
  const magnitude = <i32>(a & ~SIGN);
  if (sfDaz && magnitude < 0x00800000) return 0;
  return <i32>a < 0 ? -magnitude : magnitude;
}

function isDenormal(a: u32): bool {
  return (a & INFINITY) == 0 && a << 1 != 0 && !sfDaz;
}

/** Flags of a comparison, and whether it is unordered: signalling ones (lt, le, comiss) refuse every NaN, quiet ones (eq, unordered, ucomiss) signalling NaNs. */
function unordered(a: u32, b: u32, signaling: bool): bool {
  if (f32_isNaN(a) || f32_isNaN(b)) {
    if (signaling || f32_isSignaling(a) || f32_isSignaling(b)) sfFlags |= Fe.Invalid;
    return true;
  }
  if (isDenormal(a) || isDenormal(b)) sfFlags |= Fe.Denormal;
  return false;
}

/** −1, 0, 1, or 2 for unordered. */
export function f32_compare(a: u32, b: u32, signaling: bool): i32 {
  if (unordered(a, b, signaling)) return 2;
  const x = rank(a);
  const y = rank(b);
  return i32(x > y) - i32(x < y);
}

export function f32_eq(a: u32, b: u32): bool {
  return f32_compare(a, b, false) == 0;
}

export function f32_lt(a: u32, b: u32): bool {
  return f32_compare(a, b, true) == -1;
}

export function f32_le(a: u32, b: u32): bool {
  return f32_compare(a, b, true) <= 0;
}

export function f32_unordered(a: u32, b: u32): bool {
  return f32_compare(a, b, false) == 2;
}

/** MINSS: the second operand unless the first is smaller; any NaN is invalid. */
export function f32_min(a: u32, b: u32): u32 {
  return f32_compare(a, b, true) == -1 ? dazed(a) : dazed(b);
}

export function f32_max(a: u32, b: u32): u32 {
  return f32_compare(a, b, true) == 1 ? dazed(a) : dazed(b);
}

function dazed(a: u32): u32 {
  return sfDaz && (a & INFINITY) == 0 ? a & SIGN : a;
}
