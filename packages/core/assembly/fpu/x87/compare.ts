import { ea, uRm } from '../../cpu/operands';
import { setFlags } from '../../cpu/flags';
import { fault, rd } from '../../mmu/access';
import { f80_class, f80_compare, f80_fromF32, f80_fromF64, f80_fromInteger, f80_unpackA, f80_unpackB, zSe, zSig } from '../softfloat/f80';
import { Class, denormalOperand } from '../softfloat/state';
import {
  begin,
  beginAt,
  beginKeepingC1,
  Fsw,
  isEmpty,
  pending,
  pop,
  raisePending,
  setCodes,
  settle,
  stackFault,
  stSe,
  stSig,
} from './state';

/** FCOM, FUCOM and FICOM families, FCOMI and FUCOMI, FTST, FXAM. */

const UNORDERED: u32 = Fsw.C3 | Fsw.C2 | Fsw.C0;

function codes(order: i32): u32 {
  if (order == 2) return UNORDERED;
  return order < 0 ? Fsw.C0 : order == 0 ? Fsw.C3 : 0;
}

/** Compares ST0 with what b holds, and pops. An unmasked exception keeps it from popping, not from setting the codes. */
function compareWithB(quiet: bool, pops: u32): i32 {
  f80_unpackA(stSig(0), stSe(0));
  setCodes(codes(f80_compare(quiet)));
  if (!settle()) return 0;
  for (; pops > 0; pops--) pop();
  return 0;
}

/** The response to an empty operand: unordered. */
function underflow(pops: u32): i32 {
  setCodes(UNORDERED);
  if (!stackFault(false)) return 0;
  for (; pops > 0; pops--) pop();
  return 0;
}

function register(u: u32, i: u32, quiet: bool, pops: u32): i32 {
  if (pending()) return raisePending();
  begin(u);
  if (isEmpty(0) || isEmpty(i)) return underflow(pops);
  denormalOperand = 0;
  f80_unpackB(stSig(i), stSe(i));
  return compareWithB(quiet, pops);
}

export function fcom_STi(u: u32): i32 {
  return register(u, uRm(u) >> 4, false, 0);
}

export function fcomp_STi(u: u32): i32 {
  return register(u, uRm(u) >> 4, false, 1);
}

export function fcompp(u: u32): i32 {
  return register(u, 1, false, 2);
}

export function fucom(u: u32): i32 {
  return register(u, uRm(u) >> 4, true, 0);
}

export function fucomp(u: u32): i32 {
  return register(u, uRm(u) >> 4, true, 1);
}

export function fucompp(u: u32): i32 {
  return register(u, 1, true, 2);
}

function memory32(u: u32, isInteger: bool, pops: u32): i32 {
  if (pending()) return raisePending();
  const va = ea(u);
  const p = rd(va, 4);
  if (p == 0) return fault();
  beginAt(u, va);
  if (isEmpty(0)) return underflow(pops);
  denormalOperand = 0;
  if (isInteger) f80_fromInteger(load<i32>(p));
  else f80_fromF32(load<u32>(p));
  f80_unpackB(zSig, zSe);
  return compareWithB(false, pops);
}

function memory64(u: u32, pops: u32): i32 {
  if (pending()) return raisePending();
  const va = ea(u);
  const p = rd(va, 8);
  if (p == 0) return fault();
  beginAt(u, va);
  if (isEmpty(0)) return underflow(pops);
  denormalOperand = 0;
  f80_fromF64(load<u64>(p));
  f80_unpackB(zSig, zSe);
  return compareWithB(false, pops);
}

function memory16(u: u32, pops: u32): i32 {
  if (pending()) return raisePending();
  const va = ea(u);
  const p = rd(va, 2);
  if (p == 0) return fault();
  beginAt(u, va);
  if (isEmpty(0)) return underflow(pops);
  denormalOperand = 0;
  f80_fromInteger(load<i16>(p));
  f80_unpackB(zSig, zSe);
  return compareWithB(false, pops);
}

export function fcom_m32(u: u32): i32 {
  return memory32(u, false, 0);
}

export function fcomp_m32(u: u32): i32 {
  return memory32(u, false, 1);
}

export function fcom_m64(u: u32): i32 {
  return memory64(u, 0);
}

export function fcomp_m64(u: u32): i32 {
  return memory64(u, 1);
}

export function ficom_m16(u: u32): i32 {
  return memory16(u, 0);
}

export function ficomp_m16(u: u32): i32 {
  return memory16(u, 1);
}

export function ficom_m32(u: u32): i32 {
  return memory32(u, true, 0);
}

export function ficomp_m32(u: u32): i32 {
  return memory32(u, true, 1);
}

/** Into ZF, PF, CF; OF, SF and AF are cleared. C1 changes only with a stack fault. */
function toFlags(u: u32, quiet: bool, pops: bool): i32 {
  if (pending()) return raisePending();
  beginKeepingC1(u);
  const i = uRm(u) >> 4;
  let order = 2;
  let deliver: bool;
  if (isEmpty(0) || isEmpty(i)) deliver = stackFault(false);
  else {
    denormalOperand = 0;
    f80_unpackA(stSig(0), stSe(0));
    f80_unpackB(stSig(i), stSe(i));
    order = f80_compare(quiet);
    deliver = settle();
  }
  setFlags(order == 2 ? 0x45 : order < 0 ? 1 : order == 0 ? 0x40 : 0);
  if (pops && deliver) pop();
  return 0;
}

export function fcomi(u: u32): i32 {
  return toFlags(u, false, false);
}

export function fcomip(u: u32): i32 {
  return toFlags(u, false, true);
}

export function fucomi(u: u32): i32 {
  return toFlags(u, true, false);
}

export function fucomip(u: u32): i32 {
  return toFlags(u, true, true);
}

export function ftst(u: u32): i32 {
  if (pending()) return raisePending();
  begin(u);
  if (isEmpty(0)) return underflow(0);
  denormalOperand = 0;
  f80_unpackB(0, 0);
  return compareWithB(false, 0);
}

/** Class of ST0 in C3, C2, C0, its sign in C1. */
export function fxam(u: u32): i32 {
  if (pending()) return raisePending();
  begin(u);
  const sign = (stSe(0) & 0x8000) != 0 ? Fsw.C1 : 0;
  setCodes(sign | (isEmpty(0) ? Fsw.C3 | Fsw.C0 : classCodes(stSig(0), stSe(0))));
  return 0;
}

function classCodes(sig: u64, se: u32): u32 {
  const c = f80_class(sig, se);
  if (c == Class.Unsupported) return 0;
  if (c >= Class.QuietNaN) return Fsw.C0;
  if (c == Class.Infinity) return Fsw.C2 | Fsw.C0;
  if (c == Class.Zero) return Fsw.C3;
  return (se & 0x7fff) == 0 ? Fsw.C3 | Fsw.C2 : Fsw.C2;
}
