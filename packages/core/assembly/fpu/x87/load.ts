import { ea, uRm } from '../../cpu/operands';
import { fault, rd } from '../../mmu/access';
import { f80_class, f80_fromF32, f80_fromF64, f80_fromInteger, setZ, zSe, zSig } from '../softfloat/f80';
import { Class, denormalOperand, Fe, Rounding, sfFlags, sfMasks, sfRound } from '../softfloat/state';
import {
  begin,
  beginAt,
  isEmpty,
  pending,
  push,
  raisePending,
  setIndefinite,
  setSt,
  setTop,
  settle,
  stackFault,
  stSe,
  stSig,
  top,
} from './state';

/** What pushes: FLD, FILD, FBLD, the constants; and FXCH. */

/** Pushes z, when the stack has room and no unmasked IE is in the way; an unmasked DE is not. */
function pushZ(): i32 {
  if (!isEmpty(7)) {
    sfFlags = 0;
    if (stackFault(true)) {
      setTop(top() - 1);
      setIndefinite(0);
    }
    return 0;
  }
  settle();
  if ((sfFlags & ~sfMasks & Fe.Invalid) == 0) push(zSig, zSe);
  return 0;
}

/** Raises what loading a f32 or f64 raises: IE for signalling NaNs, which become quiet, DE for denormals. */
function loaded(): i32 {
  const c = f80_class(zSig, zSe);
  if (c == Class.SignalingNaN) {
    sfFlags |= Fe.Invalid;
    setZ(zSig | 0x4000000000000000, zSe);
  }
  sfFlags |= denormalOperand;
  return pushZ();
}

export function fld_m32(u: u32): i32 {
  if (pending()) return raisePending();
  const va = ea(u);
  const p = rd(va, 4);
  if (p == 0) return fault();
  beginAt(u, va);
  denormalOperand = 0;
  f80_fromF32(load<u32>(p));
  return loaded();
}

export function fld_m64(u: u32): i32 {
  if (pending()) return raisePending();
  const va = ea(u);
  const p = rd(va, 8);
  if (p == 0) return fault();
  beginAt(u, va);
  denormalOperand = 0;
  f80_fromF64(load<u64>(p));
  return loaded();
}

/** Raises nothing, whatever the bits. */
export function fld_m80(u: u32): i32 {
  if (pending()) return raisePending();
  const va = ea(u);
  const p = rd(va, 10);
  if (p == 0) return fault();
  beginAt(u, va);
  setZ(load<u64>(p), load<u16>(p, 8));
  return pushZ();
}

export function fld_STi(u: u32): i32 {
  if (pending()) return raisePending();
  begin(u);
  const i = uRm(u) >> 4;
  if (isEmpty(i)) {
    if (stackFault(false)) {
      setTop(top() - 1);
      setIndefinite(0);
    }
    return 0;
  }
  setZ(stSig(i), stSe(i));
  return pushZ();
}

function integer(u: u32, size: u32): i32 {
  if (pending()) return raisePending();
  const va = ea(u);
  const p = rd(va, size);
  if (p == 0) return fault();
  beginAt(u, va);
  f80_fromInteger(size == 2 ? load<i16>(p) : size == 4 ? load<i32>(p) : load<i64>(p));
  return pushZ();
}

export function fild_m16(u: u32): i32 {
  return integer(u, 2);
}

export function fild_m32(u: u32): i32 {
  return integer(u, 4);
}

export function fild_m64(u: u32): i32 {
  return integer(u, 8);
}

/** 18 packed decimal digits, the sign in the top bit. Digits above 9 count as what they are in binary. */
export function fbld(u: u32): i32 {
  if (pending()) return raisePending();
  const va = ea(u);
  const p = rd(va, 10);
  if (p == 0) return fault();
  beginAt(u, va);
  let value: i64 = 0;
  for (let i = 8; i >= 0; i--) {
    const pair = <u32>load<u8>(p + i);
    value = value * 100 + (pair >> 4) * 10 + (pair & 15);
  }
  f80_fromInteger(value);
  setZ(zSig, zSe | ((<u32>(load<u8>(p, 9) >> 7)) << 15));
  return pushZ();
}

/** A constant whose 64 bits, cut off, are `sig`: one more when RC or, rounding to nearest, the bits cut off ask for it. */
function constant(u: u32, sig: u64, se: u32, nearestUp: bool): i32 {
  if (pending()) return raisePending();
  begin(u);
  const up = sfRound == Rounding.Up || (sfRound == Rounding.Nearest && nearestUp);
  setZ(sig + u64(up), se);
  return pushZ();
}

function exact(u: u32, sig: u64, se: u32): i32 {
  if (pending()) return raisePending();
  begin(u);
  setZ(sig, se);
  return pushZ();
}

export function fld1(u: u32): i32 {
  return exact(u, 0x8000000000000000, 0x3fff);
}

export function fldz(u: u32): i32 {
  return exact(u, 0, 0);
}

export function fldl2t(u: u32): i32 {
  return constant(u, 0xd49a784bcd1b8afe, 0x4000, false);
}

export function fldl2e(u: u32): i32 {
  return constant(u, 0xb8aa3b295c17f0bb, 0x3fff, true);
}

export function fldpi(u: u32): i32 {
  return constant(u, 0xc90fdaa22168c234, 0x4000, true);
}

export function fldlg2(u: u32): i32 {
  return constant(u, 0x9a209a84fbcff798, 0x3ffd, true);
}

export function fldln2(u: u32): i32 {
  return constant(u, 0xb17217f7d1cf79ab, 0x3ffe, true);
}

export function fxch(u: u32): i32 {
  if (pending()) return raisePending();
  begin(u);
  const i = uRm(u) >> 4;
  if (isEmpty(0) || isEmpty(i)) {
    if (!stackFault(false)) return 0;
    if (isEmpty(0)) setIndefinite(0);
    if (isEmpty(i)) setIndefinite(i);
  }
  const sig = stSig(0);
  const se = stSe(0);
  setSt(0, stSig(i), stSe(i));
  setSt(i, sig, se);
  return 0;
}
