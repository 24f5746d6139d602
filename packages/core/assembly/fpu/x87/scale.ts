import { integralOfA, resultOfA } from '../softfloat/convert';
import {
  f80_fromInteger,
  f80_invalid,
  f80_nanOfOne,
  f80_nanOfTwo,
  f80_pack,
  f80_unpackA,
  f80_unpackB,
  setZ,
  zSe,
  zSig,
} from '../softfloat/f80';
import { quotientBits, remainder } from '../softfloat/remainder';
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
  rUp,
  sfFlags,
  sfRound,
} from '../softfloat/state';
import {
  begin,
  fsw,
  Fsw,
  isEmpty,
  pending,
  push,
  raisePending,
  setCodes,
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

/** FRNDINT, FSCALE, FXTRACT, FPREM, FPREM1. */

function unpackSt0(): void {
  denormalOperand = 0;
  f80_unpackA(stSig(0), stSe(0));
}

/** Begins an instruction on ST0 alone. True: ST0 was empty, and that is dealt with. */
function underflow(u: u32): bool {
  begin(u);
  if (!isEmpty(0)) return false;
  if (stackFault(false)) setIndefinite(0);
  return true;
}

function deliver(): i32 {
  if (settle()) setSt(0, zSig, zSe);
  return 0;
}

export function frndint(u: u32): i32 {
  if (pending()) return raisePending();
  if (underflow(u)) return 0;
  unpackSt0();
  if (!f80_nanOfOne()) {
    sfFlags |= denormalOperand;
    if (integralOfA(sfRound, false)) {
      const up = rUp;
      f80_pack(64);
      rUp = up;
    } else setZ(stSig(0), stSe(0));
  }
  return deliver();
}

/** Beyond this, every number over- or underflows; it keeps exponents in range of i32. */
const SCALE_LIMIT: i32 = 0x10000;

export function fscale(u: u32): i32 {
  if (pending()) return raisePending();
  begin(u);
  if (isEmpty(0) || isEmpty(1)) {
    if (stackFault(false)) setIndefinite(0);
    return 0;
  }
  unpackSt0();
  f80_unpackB(stSig(1), stSe(1));
  if (!f80_nanOfTwo()) scale();
  return deliver();
}

function scale(): void {
  if (bClass == Class.Infinity && aClass == (bSign != 0 ? Class.Infinity : Class.Zero)) return f80_invalid();
  resultOfA();
  if (bClass == Class.Infinity) rClass = bSign != 0 ? Class.Zero : Class.Infinity;
  else if (bClass == Class.Finite) {
    let n = bExp >= 16 ? SCALE_LIMIT : bExp < 0 ? 0 : <i32>(bSig >> <u64>(63 - bExp));
    if (bSign != 0) n = -n;
    rExp += n;
  }
  f80_pack(64);
}

/** ST0 becomes its exponent, then its significand is pushed. */
export function fxtract(u: u32): i32 {
  if (pending()) return raisePending();
  begin(u);
  if (isEmpty(0) || !isEmpty(7)) {
    if (stackFault(!isEmpty(0))) {
      setIndefinite(0);
      setTop(top() - 1);
      setIndefinite(0);
    }
    return 0;
  }
  unpackSt0();
  let sig = stSig(0);
  let se = stSe(0);
  if (f80_nanOfOne()) {
    sig = zSig;
    se = zSe;
  } else if (aClass == Class.Zero) {
    sfFlags |= Fe.DivByZero;
    setZ(0x8000000000000000, 0xffff);
  } else if (aClass == Class.Infinity) setZ(0x8000000000000000, 0x7fff);
  else {
    sfFlags |= denormalOperand;
    f80_fromInteger(aExp);
    sig = aSig;
    se = (aSign << 15) | 0x3fff;
  }
  if (!settle()) return 0;
  setSt(0, zSig, zSe);
  push(sig, se);
  return 0;
}

function partialRemainder(u: u32, nearest: bool): i32 {
  if (pending()) return raisePending();
  begin(u);
  setFsw(fsw() & ~Fsw.C2);
  if (isEmpty(0) || isEmpty(1)) {
    if (stackFault(false)) setIndefinite(0);
    return 0;
  }
  unpackSt0();
  f80_unpackB(stSig(1), stSe(1));
  if (f80_nanOfTwo()) return deliver();
  if (aClass == Class.Infinity || bClass == Class.Zero) {
    f80_invalid();
    return deliver();
  }
  let complete = true;
  quotientBits = 0;
  resultOfA();
  if (aClass == Class.Finite && bClass == Class.Finite && aExp - bExp >= (nearest ? -1 : 0)) complete = remainder(nearest);
  f80_pack(64);
  if (!settle()) return 0;
  setSt(0, zSig, zSe);
  const q = quotientBits;
  if (complete) setCodes(((q & 4) != 0 ? Fsw.C0 : 0) | ((q & 2) != 0 ? Fsw.C3 : 0) | ((q & 1) != 0 ? Fsw.C1 : 0));
  else setCodes(Fsw.C2);
  return 0;
}

export function fprem(u: u32): i32 {
  return partialRemainder(u, false);
}

export function fprem1(u: u32): i32 {
  return partialRemainder(u, true);
}
