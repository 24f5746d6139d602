import { ea, uRm } from '../../cpu/operands';
import { fault, wr, wrDone } from '../../mmu/access';
import { roundResult } from '../softfloat/round';
import { integerMagnitude, integerOfA, resultOfA, signedOfA } from '../softfloat/convert';
import { f80_unpackA, INDEFINITE_SE, INDEFINITE_SIG } from '../softfloat/f80';
import {
  aClass,
  aSig,
  aSign,
  Class,
  denormalOperand,
  Fe,
  rClass,
  rExp,
  rHi,
  Rounding,
  rSign,
  sfFlags,
  sfMasks,
  sfRound,
} from '../softfloat/state';
import { begin, beginAt, isEmpty, pending, pop, raisePending, setIndefinite, setSt, settle, stackFault, stSe, stSig } from './state';

/** FST, FSTP, FIST, FISTP, FISTTP, FBSTP: nothing is stored or popped when an unmasked exception is found. */

function unpackSt0(): void {
  denormalOperand = 0;
  f80_unpackA(stSig(0), stSe(0));
}

/** Rounds ST0 to a format of p bits; the result is in r. Gives whether a number (not NaN or infinity) was made. */
function narrow(p: i32, emin: i32, emax: i32): void {
  unpackSt0();
  if (aClass == Class.Unsupported || aClass == Class.SignalingNaN) sfFlags |= Fe.Invalid;
  denormalOperand = 0;
  resultOfA();
  if (rClass == Class.Finite) roundResult(p, emin, emax);
}

function toF32(): u32 {
  narrow(24, -126, 127);
  const sign = rSign << 31;
  if (rClass == Class.Unsupported) return 0xffc00000;
  if (rClass >= Class.QuietNaN) return sign | 0x7fc00000 | <u32>((aSig << 1) >> 41);
  if (rClass == Class.Infinity) return sign | 0x7f800000;
  if (rClass == Class.Zero) return sign;
  return sign | (((<u32>(rExp + 126)) << 23) + <u32>(rHi >> 40));
}

function toF64(): u64 {
  narrow(53, -1022, 1023);
  const sign = (<u64>rSign) << 63;
  if (rClass == Class.Unsupported) return 0xfff8000000000000;
  if (rClass >= Class.QuietNaN) return sign | 0x7ff8000000000000 | ((aSig << 1) >> 12);
  if (rClass == Class.Infinity) return sign | 0x7ff0000000000000;
  if (rClass == Class.Zero) return sign;
  return sign | (((<u64>(rExp + 1022)) << 52) + (rHi >> 11));
}

/** Merges flags; unmasked overflow and underflow too keep a memory operand from being written, and PE from being reported. */
function settleStore(): bool {
  if ((sfFlags & ~sfMasks & (Fe.Overflow | Fe.Underflow)) == 0) return settle();
  sfFlags &= ~Fe.Precision;
  settle();
  return false;
}

function real(u: u32, size: u32, pops: bool): i32 {
  if (pending()) return raisePending();
  const va = ea(u);
  const p = wr(va, size);
  if (p == 0) return fault();
  beginAt(u, va);
  let bits: u64 = size == 4 ? 0xffc00000 : 0xfff8000000000000;
  if (isEmpty(0)) {
    if (!stackFault(false)) return 0;
  } else {
    bits = size == 4 ? toF32() : toF64();
    if (!settleStore()) return 0;
  }
  if (size == 4) store<u32>(p, <u32>bits);
  else store<u64>(p, bits);
  wrDone(p);
  if (pops) pop();
  return 0;
}

export function fst_m32(u: u32): i32 {
  return real(u, 4, false);
}

export function fst_m64(u: u32): i32 {
  return real(u, 8, false);
}

export function fstp_m32(u: u32): i32 {
  return real(u, 4, true);
}

export function fstp_m64(u: u32): i32 {
  return real(u, 8, true);
}

export function fstp_m80(u: u32): i32 {
  if (pending()) return raisePending();
  const va = ea(u);
  const p = wr(va, 10);
  if (p == 0) return fault();
  beginAt(u, va);
  if (isEmpty(0)) {
    if (!stackFault(false)) return 0;
    store<u64>(p, INDEFINITE_SIG);
    store<u16>(p, INDEFINITE_SE, 8);
  } else {
    store<u64>(p, stSig(0));
    store<u16>(p, stSe(0), 8);
  }
  wrDone(p);
  pop();
  return 0;
}

function toRegister(u: u32, pops: bool): i32 {
  if (pending()) return raisePending();
  begin(u);
  const i = uRm(u) >> 4;
  if (isEmpty(0)) {
    if (!stackFault(false)) return 0;
    setIndefinite(i);
  } else setSt(i, stSig(0), stSe(0));
  if (pops) pop();
  return 0;
}

export function fst_STi(u: u32): i32 {
  return toRegister(u, false);
}

export function fstp_STi(u: u32): i32 {
  return toRegister(u, true);
}

function integer(u: u32, size: u32, truncate: bool, pops: bool): i32 {
  if (pending()) return raisePending();
  const va = ea(u);
  const p = wr(va, size);
  if (p == 0) return fault();
  beginAt(u, va);
  const bits = (<i32>size) << 3;
  let value: i64 = -1 << (<i64>(bits - 1));
  if (isEmpty(0)) {
    if (!stackFault(false)) return 0;
  } else {
    unpackSt0();
    if (aClass >= Class.QuietNaN) sfFlags |= Fe.Invalid;
    else value = signedOfA(bits, truncate ? Rounding.Truncate : sfRound);
    if (!settle()) return 0;
  }
  if (size == 2) store<u16>(p, <u16>value);
  else if (size == 4) store<u32>(p, <u32>value);
  else store<u64>(p, value);
  wrDone(p);
  if (pops) pop();
  return 0;
}

export function fist_m16(u: u32): i32 {
  return integer(u, 2, false, false);
}

export function fist_m32(u: u32): i32 {
  return integer(u, 4, false, false);
}

export function fistp_m16(u: u32): i32 {
  return integer(u, 2, false, true);
}

export function fistp_m32(u: u32): i32 {
  return integer(u, 4, false, true);
}

export function fistp_m64(u: u32): i32 {
  return integer(u, 8, false, true);
}

export function fisttp_m16(u: u32): i32 {
  return integer(u, 2, true, true);
}

export function fisttp_m32(u: u32): i32 {
  return integer(u, 4, true, true);
}

export function fisttp_m64(u: u32): i32 {
  return integer(u, 8, true, true);
}

/** The packed decimal indefinite: FFFF C000 0000 0000 0000. */
function storeDecimalIndefinite(p: u32): void {
  store<u64>(p, 0xc000000000000000);
  store<u16>(p, 0xffff, 8);
}

const DECIMAL_LIMIT: u64 = 1000000000000000000;

export function fbstp(u: u32): i32 {
  if (pending()) return raisePending();
  const va = ea(u);
  const p = wr(va, 10);
  if (p == 0) return fault();
  beginAt(u, va);
  if (isEmpty(0)) {
    if (!stackFault(false)) return 0;
    storeDecimalIndefinite(p);
  } else {
    const fits = decimalOfSt0();
    if (!settle()) return 0;
    if (fits) storeDecimal(p);
    else storeDecimalIndefinite(p);
  }
  wrDone(p);
  pop();
  return 0;
}

function decimalOfSt0(): bool {
  unpackSt0();
  if (aClass < Class.Infinity) {
    const inexact = integerOfA(sfRound);
    if (aClass == Class.Zero || (stSe(0) & 0x7fff) < 16383 + 64) {
      if (integerMagnitude < DECIMAL_LIMIT) {
        if (inexact) sfFlags |= Fe.Precision;
        return true;
      }
    }
  }
  sfFlags |= Fe.Invalid;
  return false;
}

function storeDecimal(p: u32): void {
  let rest = integerMagnitude;
  for (let i: u32 = 0; i < 9; i++) {
    const pair = <u32>(rest % 100);
    rest /= 100;
    store<u8>(p + i, ((pair / 10) << 4) | (pair % 10));
  }
  store<u8>(p, aSign << 7, 9);
}

/** D9 D8+i: FSTP to which an empty ST0 is no exception: only the pop is left. */
export function fstpnce(u: u32): i32 {
  if (pending()) return raisePending();
  begin(u);
  const i = uRm(u) >> 4;
  if (!isEmpty(0)) setSt(i, stSig(0), stSe(0));
  pop();
  return 0;
}
