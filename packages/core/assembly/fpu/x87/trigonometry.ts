import { f80_invalid, f80_nanOfOne, f80_pack, f80_unpackA, setZ, zSe, zSig } from '../softfloat/f80';
import { xDiv, xExp, xHi, xLo, xNormalise, xResult, xSet, xSign, xToZero } from '../softfloat/extended';
import { accumulatorExp, accumulatorHi, accumulatorLo, cosOfX, xSin } from '../softfloat/series';
import { aClass, aExp, aSig, aSign, Class, denormalOperand, rUp, sfFlags } from '../softfloat/state';
import {
  begin,
  fsw,
  Fsw,
  isEmpty,
  pending,
  push,
  raisePending,
  setFsw,
  setIndefinite,
  setSt,
  setTop,
  settle,
  stackFault,
  stSe,
  stSig,
  top,
} from './state';

/** FSIN, FCOS, FSINCOS, FPTAN: right to about the last bit of 64, rounded by RC. */

/** π/2 in units of 2^−66, from the 66-bit π to which the processor reduces arguments (SDM volume 1, 8.3.8). */
const HALF_PI_HI: u64 = 0x6;
const HALF_PI_LO: u64 = 0x487ed5110b4611a6;

/** The argument is out of range from 2^63 on: C2 is set, nothing else happens. */
const RANGE: i32 = 63;

/** Reduces operand a to x, |x| ≤ π/4, exactly with regard to that π; gives the number of quarter turns, mod 4. The sign is left positive for a. */
function reduce(): u32 {
  if (aExp < -1 || (aExp == -1 && aSig <= 0xc90fdaa22168c234)) {
    xSet(0, aExp, aSig, 0);
    return 0;
  }
  let hi: u64 = 0;
  let lo = aSig;
  let quarter: u32 = 0;
  for (let n = aExp + 3; n > 0; n--) {
    hi = (hi << 1) | (lo >> 63);
    lo <<= 1;
    quarter <<= 1;
    if (hi > HALF_PI_HI || (hi == HALF_PI_HI && lo >= HALF_PI_LO)) {
      hi = hi - HALF_PI_HI - u64(lo < HALF_PI_LO);
      lo -= HALF_PI_LO;
      quarter |= 1;
    }
  }
  const otherHi = HALF_PI_HI - hi - u64(HALF_PI_LO < lo);
  const otherLo = HALF_PI_LO - lo;
  if (hi > otherHi || (hi == otherHi && lo > otherLo)) {
    xSet(1, 61, otherHi, otherLo);
    quarter++;
  } else xSet(0, 61, hi, lo);
  xNormalise();
  return quarter & 3;
}

/** z := sin (quarter even) or cos of the reduced argument x, with the signs of that quarter; `negate` for an odd function's sign. */
function sineOfQuarter(quarter: u32, negate: u32): void {
  if ((quarter & 1) == 0) {
    xSin();
    xToZero();
  } else {
    cosOfX();
    xSet(0, accumulatorExp(), accumulatorHi(), accumulatorLo());
    xToZero();
  }
  xSign ^= negate ^ (quarter >> 1);
  xResult();
  f80_pack(64);
}

/** Begins with ST0 in a; true: all is done (empty, NaN, infinite, out of range). `pushes`: two results, the stack needs room. */
function special(u: u32, pushes: bool): bool {
  begin(u);
  setFsw(fsw() & ~Fsw.C2);
  if (isEmpty(0) || (pushes && !isEmpty(7))) {
    if (stackFault(!isEmpty(0))) {
      setIndefinite(0);
      if (pushes) {
        setTop(top() - 1);
        setIndefinite(0);
      }
    }
    return true;
  }
  denormalOperand = 0;
  f80_unpackA(stSig(0), stSe(0));
  if (f80_nanOfOne()) return both(pushes);
  if (aClass == Class.Infinity) {
    f80_invalid();
    return both(pushes);
  }
  if (aClass == Class.Finite && aExp >= RANGE) {
    setFsw(fsw() | Fsw.C2);
    return true;
  }
  sfFlags |= denormalOperand;
  return false;
}

/** Delivers z, twice when there are two results. */
function both(twice: bool): bool {
  if (settle()) {
    setSt(0, zSig, zSe);
    if (twice) push(zSig, zSe);
  }
  return true;
}

export function fsin(u: u32): i32 {
  if (pending()) return raisePending();
  if (special(u, false)) return 0;
  if (aClass == Class.Zero) setZ(0, aSign << 15);
  else sineOfQuarter(reduce(), aSign);
  if (settle()) setSt(0, zSig, zSe);
  return 0;
}

const ONE_SIG: u64 = 0x8000000000000000;
const ONE_SE: u32 = 0x3fff;

export function fcos(u: u32): i32 {
  if (pending()) return raisePending();
  if (special(u, false)) return 0;
  if (aClass == Class.Zero) setZ(ONE_SIG, ONE_SE);
  else sineOfQuarter((reduce() + 1) & 3, 0);
  if (settle()) setSt(0, zSig, zSe);
  return 0;
}

export function fsincos(u: u32): i32 {
  if (pending()) return raisePending();
  if (special(u, true)) return 0;
  let sineSig: u64 = 0;
  let sineSe: u32 = aSign << 15;
  if (aClass == Class.Zero) setZ(ONE_SIG, ONE_SE);
  else {
    const quarter = reduce();
    const sign = xSign;
    const exp = xExp;
    const hi = xHi;
    const lo = xLo;
    sineOfQuarter(quarter, aSign);
    sineSig = zSig;
    sineSe = zSe;
    const up = rUp;
    xSet(sign, exp, hi, lo);
    sineOfQuarter((quarter + 1) & 3, 0);
    // C1 tells of the sine's rounding.
    rUp = up;
  }
  if (!settle()) return 0;
  setSt(0, sineSig, sineSe);
  push(zSig, zSe);
  return 0;
}

/** The tangent, then 1.0 on top of it. */
export function fptan(u: u32): i32 {
  if (pending()) return raisePending();
  if (special(u, true)) return 0;
  if (aClass == Class.Zero) setZ(0, aSign << 15);
  else tangent(reduce());
  if (!settle()) return 0;
  setSt(0, zSig, zSe);
  push(ONE_SIG, ONE_SE);
  return 0;
}

/** z := tan of the reduced argument: sin/cos, or −cos/sin in odd quarters. */
function tangent(quarter: u32): void {
  cosOfX();
  const exp = accumulatorExp();
  const hi = accumulatorHi();
  const lo = accumulatorLo();
  xSin();
  if ((quarter & 1) == 0) xDiv(exp, hi, lo);
  else {
    const sign = xSign;
    const sineExp = xExp;
    const sineHi = xHi;
    const sineLo = xLo;
    xSet(sign ^ 1, exp, hi, lo);
    xDiv(sineExp, sineHi, sineLo);
  }
  xSign ^= aSign;
  xResult();
  f80_pack(64);
}
