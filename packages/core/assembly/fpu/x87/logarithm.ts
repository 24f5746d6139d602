import { f80_invalid, f80_nanOfOne, f80_nanOfTwo, f80_pack, f80_unpackA, f80_unpackB, setZ, zSe, zSig } from '../softfloat/f80';
import { xAdd, xDiv, xExp, xHi, xLo, xMul, xNormalise, xResult, xSet, xSign } from '../softfloat/extended';
import { xAtanh, xExpM1 } from '../softfloat/series';
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
  rLo,
  rSign,
  sfFlags,
} from '../softfloat/state';
import { begin, isEmpty, pending, pop, raisePending, setIndefinite, setSt, settle, stackFault, stSe, stSig } from './state';

/** F2XM1, FYL2X, FYL2XP1: right to about the last bit of 64, rounded by RC. */

const LN2_HI: u64 = 0xb17217f7d1cf79ab;
const LN2_LO: u64 = 0xc9e3b39803f2f6af;
/** 2 / ln 2, exponent 1. */
const TWO_LOG2E_HI: u64 = 0xb8aa3b295c17f0bb;
const TWO_LOG2E_LO: u64 = 0xbe87fed0691d3e89;
const SQRT2_HI: u64 = 0xb504f333f9de6484;
const MSB: u64 = 0x8000000000000000;

export function f2xm1(u: u32): i32 {
  if (pending()) return raisePending();
  begin(u);
  if (isEmpty(0)) {
    if (stackFault(false)) setIndefinite(0);
    return 0;
  }
  denormalOperand = 0;
  f80_unpackA(stSig(0), stSe(0));
  if (!f80_nanOfOne()) {
    sfFlags |= denormalOperand;
    powerMinusOne();
  }
  if (settle()) setSt(0, zSig, zSe);
  return 0;
}

/** z := 2^a − 1. Outside [−1, 1] the SDM leaves the result open: a stays what it is, as inexact. */
function powerMinusOne(): void {
  if (aClass == Class.Infinity && aSign != 0) return setZ(MSB, 0xbfff);
  if (aClass != Class.Finite) return setZ(stSig(0), stSe(0));
  if (aExp >= 0) {
    // 2^±1 − 1 is exact, yet processors report it as inexact.
    sfFlags |= Fe.Precision;
    if (aExp > 0 || aSig != MSB) return setZ(stSig(0), stSe(0));
    return setZ(MSB, aSign != 0 ? 0xbffe : 0x3fff);
  }
  xSet(aSign, aExp, aSig, 0);
  xMul(-1, LN2_HI, LN2_LO);
  xExpM1();
  xResult();
  f80_pack(64);
}

/** x := log2((hi:lo) × 2^(exp − 127)), bit 127 set. */
function log2(exp: i32, hi: u64, lo: u64): void {
  let k = exp;
  // m in [√½, √2): m − 1 as a signed and m + 1 as an unsigned integer, in units of 2^−127, or of 2^−128 below one.
  let below = false;
  if (hi > SQRT2_HI) {
    k++;
    below = true;
  }
  if (below) {
    // m = (hi:lo) / 2^128: 1 − m is the two's complement.
    const otherLo = 0 - lo;
    xSet(1, -1, ~hi + u64(lo == 0), otherLo);
  } else xSet(0, 0, hi - MSB, lo);
  xNormalise();
  if (xHi != 0) {
    const sign = xSign;
    const numeratorExp = xExp;
    const numeratorHi = xHi;
    const numeratorLo = xLo;
    xSet(0, below ? -1 : 0, hi, lo);
    xAdd(0, 0, MSB, 0);
    const sumExp = xExp;
    const sumHi = xHi;
    const sumLo = xLo;
    xSet(sign, numeratorExp, numeratorHi, numeratorLo);
    xDiv(sumExp, sumHi, sumLo);
    xAtanh();
    xMul(1, TWO_LOG2E_HI, TWO_LOG2E_LO);
  }
  if (k == 0) return;
  const magnitude = <u64>(k < 0 ? -k : k);
  const z = clz(magnitude);
  xAdd(u32(k < 0), 63 - <i32>z, magnitude << z, 0);
}

/** Begins with ST1 in a and ST0 in b; true: all is done. */
function special(u: u32): bool {
  begin(u);
  if (isEmpty(0) || isEmpty(1)) {
    if (stackFault(false)) {
      setIndefinite(1);
      pop();
    }
    return true;
  }
  denormalOperand = 0;
  f80_unpackA(stSig(1), stSe(1));
  f80_unpackB(stSig(0), stSe(0));
  if (!f80_nanOfTwo()) return false;
  deliver();
  return true;
}

function deliver(): i32 {
  if (!settle()) return 0;
  setSt(1, zSig, zSe);
  pop();
  return 0;
}

function setInfinity(sign: u32): void {
  setZ(MSB, 0x7fff | (sign << 15));
}

/** z := a × x, which is inexact. */
function timesA(): void {
  xMul(aExp, aSig, 0);
  xSign ^= aSign;
  xResult();
  f80_pack(64);
}

/** ST1 := ST1 × log2 ST0, then a pop. */
export function fyl2x(u: u32): i32 {
  if (pending()) return raisePending();
  if (special(u)) return 0;
  yLog2x();
  return deliver();
}

function yLog2x(): void {
  if (bClass == Class.Zero) {
    if (aClass == Class.Zero) return f80_invalid();
    if (aClass == Class.Finite) sfFlags |= Fe.DivByZero;
    return setInfinity(aSign ^ 1);
  }
  if (bSign != 0) return f80_invalid();
  const isOne = bClass == Class.Finite && bExp == 0 && bSig == MSB;
  const belowOne = bClass == Class.Finite && bExp < 0;
  if (bClass == Class.Infinity ? aClass == Class.Zero : aClass == Class.Infinity && isOne) return f80_invalid();
  sfFlags |= denormalOperand;
  if (bClass == Class.Infinity || aClass == Class.Infinity) return setInfinity(aSign ^ u32(belowOne));
  if (aClass == Class.Zero || isOne) return setZ(0, (aSign ^ u32(belowOne)) << 15);
  log2(bExp, bSig, 0);
  if (bSig == MSB) return exactProduct();
  timesA();
}

/** x, the logarithm of a power of two, times a: a product that is rounded once; processors call it inexact all the same. */
function exactProduct(): void {
  xMul(aExp, aSig, 0);
  rClass = Class.Finite;
  rSign = xSign ^ aSign;
  rExp = xExp;
  rHi = xHi;
  rLo = xLo;
  f80_pack(64);
  sfFlags |= (zSe & 0x7fff) == 0 ? Fe.Precision | Fe.Underflow : Fe.Precision;
}

/** ST1 := ST1 × log2(ST0 + 1), then a pop. Outside √½ − 1 … √2 − 1 the SDM leaves the result open: −1 and less stay what they are. */
export function fyl2xp1(u: u32): i32 {
  if (pending()) return raisePending();
  if (special(u)) return 0;
  yLog2xPlus1();
  return deliver();
}

function yLog2xPlus1(): void {
  if (bClass == Class.Infinity) {
    if (bSign != 0 || aClass == Class.Zero) return f80_invalid();
    sfFlags |= denormalOperand;
    return setInfinity(aSign);
  }
  if (bClass == Class.Zero && aClass == Class.Infinity) return f80_invalid();
  sfFlags |= denormalOperand;
  if (aClass == Class.Infinity) return setInfinity(aSign ^ bSign);
  if (aClass == Class.Zero || bClass == Class.Zero) return setZ(0, (aSign ^ bSign) << 15);
  if (bSign != 0 && bExp >= 0) {
    sfFlags |= Fe.Precision;
    return setZ(stSig(0), stSe(0));
  }
  if (bExp >= -2) {
    xSet(bSign, bExp, bSig, 0);
    xAdd(0, 0, MSB, 0);
    log2(xExp, xHi, xLo);
  } else {
    xSet(0, 1, MSB, 0);
    xAdd(bSign, bExp, bSig, 0);
    const sumExp = xExp;
    const sumHi = xHi;
    const sumLo = xLo;
    xSet(bSign, bExp, bSig, 0);
    xDiv(sumExp, sumHi, sumLo);
    xAtanh();
    xMul(1, TWO_LOG2E_HI, TWO_LOG2E_LO);
  }
  timesA();
}
