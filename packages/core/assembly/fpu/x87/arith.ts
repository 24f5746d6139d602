import { ea, uRm } from '../../cpu/operands';
import { fault, rd } from '../../mmu/access';
import { addUnpacked, divUnpacked, mulUnpacked, sqrtUnpacked } from '../softfloat/arith';
import {
  f80_fromF32,
  f80_fromF64,
  f80_fromInteger,
  f80_nanOfOne,
  f80_nanOfTwo,
  f80_pack,
  f80_unpackA,
  f80_unpackB,
  zSe,
  zSig,
} from '../softfloat/f80';
import { denormalOperand, sfPrecision } from '../softfloat/state';
import { begin, beginAt, isEmpty, pending, pop, raisePending, setIndefinite, setSt, settle, stackFault, stSe, stSig } from './state';

/** FADD … FDIVR in all forms, and FSQRT. */

const enum Op {
  Add,
  Sub,
  Mul,
  Div,
}

/** a op b of what is unpacked, into z. */
function compute(op: Op): void {
  if (f80_nanOfTwo()) return;
  if (op == Op.Add) addUnpacked(0);
  else if (op == Op.Sub) addUnpacked(1);
  else if (op == Op.Mul) mulUnpacked();
  else divUnpacked();
  f80_pack(sfPrecision);
}

/** ST(to) := ST(x) op ST(y). */
function registers(u: u32, op: Op, to: u32, x: u32, y: u32, pops: bool): i32 {
  if (pending()) return raisePending();
  begin(u);
  if (isEmpty(x) || isEmpty(y)) {
    if (!stackFault(false)) return 0;
    setIndefinite(to);
  } else {
    denormalOperand = 0;
    f80_unpackA(stSig(x), stSe(x));
    f80_unpackB(stSig(y), stSe(y));
    compute(op);
    if (!settle()) return 0;
    setSt(to, zSig, zSe);
  }
  if (pops) pop();
  return 0;
}

/** What a memory operand holds. */
const enum Format {
  F32,
  F64,
  I16,
  I32,
}

/** ST0 := ST0 op memory, or reversed. */
function memory(u: u32, op: Op, format: Format, reversed: bool): i32 {
  if (pending()) return raisePending();
  const va = ea(u);
  const p = rd(va, format == Format.F64 ? 8 : format == Format.I16 ? 2 : 4);
  if (p == 0) return fault();
  beginAt(u, va);
  if (isEmpty(0)) {
    if (stackFault(false)) setIndefinite(0);
    return 0;
  }
  denormalOperand = 0;
  if (format == Format.F32) f80_fromF32(load<u32>(p));
  else if (format == Format.F64) f80_fromF64(load<u64>(p));
  else if (format == Format.I16) f80_fromInteger(load<i16>(p));
  else f80_fromInteger(load<i32>(p));
  if (reversed) {
    f80_unpackA(zSig, zSe);
    f80_unpackB(stSig(0), stSe(0));
  } else {
    f80_unpackB(zSig, zSe);
    f80_unpackA(stSig(0), stSe(0));
  }
  compute(op);
  if (settle()) setSt(0, zSig, zSe);
  return 0;
}

export function fadd_m32(u: u32): i32 {
  return memory(u, Op.Add, Format.F32, false);
}

export function fadd_m64(u: u32): i32 {
  return memory(u, Op.Add, Format.F64, false);
}

export function fiadd_m16(u: u32): i32 {
  return memory(u, Op.Add, Format.I16, false);
}

export function fiadd_m32(u: u32): i32 {
  return memory(u, Op.Add, Format.I32, false);
}

export function fadd_ST0_STi(u: u32): i32 {
  const i = uRm(u) >> 4;
  return registers(u, Op.Add, 0, 0, i, false);
}

export function fadd_STi_ST0(u: u32): i32 {
  const i = uRm(u) >> 4;
  return registers(u, Op.Add, i, i, 0, false);
}

export function faddp(u: u32): i32 {
  const i = uRm(u) >> 4;
  return registers(u, Op.Add, i, i, 0, true);
}

export function fmul_m32(u: u32): i32 {
  return memory(u, Op.Mul, Format.F32, false);
}

export function fmul_m64(u: u32): i32 {
  return memory(u, Op.Mul, Format.F64, false);
}

export function fimul_m16(u: u32): i32 {
  return memory(u, Op.Mul, Format.I16, false);
}

export function fimul_m32(u: u32): i32 {
  return memory(u, Op.Mul, Format.I32, false);
}

export function fmul_ST0_STi(u: u32): i32 {
  const i = uRm(u) >> 4;
  return registers(u, Op.Mul, 0, 0, i, false);
}

export function fmul_STi_ST0(u: u32): i32 {
  const i = uRm(u) >> 4;
  return registers(u, Op.Mul, i, i, 0, false);
}

export function fmulp(u: u32): i32 {
  const i = uRm(u) >> 4;
  return registers(u, Op.Mul, i, i, 0, true);
}

export function fsub_m32(u: u32): i32 {
  return memory(u, Op.Sub, Format.F32, false);
}

export function fsub_m64(u: u32): i32 {
  return memory(u, Op.Sub, Format.F64, false);
}

export function fisub_m16(u: u32): i32 {
  return memory(u, Op.Sub, Format.I16, false);
}

export function fisub_m32(u: u32): i32 {
  return memory(u, Op.Sub, Format.I32, false);
}

export function fsub_ST0_STi(u: u32): i32 {
  const i = uRm(u) >> 4;
  return registers(u, Op.Sub, 0, 0, i, false);
}

export function fsub_STi_ST0(u: u32): i32 {
  const i = uRm(u) >> 4;
  return registers(u, Op.Sub, i, i, 0, false);
}

export function fsubp(u: u32): i32 {
  const i = uRm(u) >> 4;
  return registers(u, Op.Sub, i, i, 0, true);
}

export function fsubr_m32(u: u32): i32 {
  return memory(u, Op.Sub, Format.F32, true);
}

export function fsubr_m64(u: u32): i32 {
  return memory(u, Op.Sub, Format.F64, true);
}

export function fisubr_m16(u: u32): i32 {
  return memory(u, Op.Sub, Format.I16, true);
}

export function fisubr_m32(u: u32): i32 {
  return memory(u, Op.Sub, Format.I32, true);
}

export function fsubr_ST0_STi(u: u32): i32 {
  const i = uRm(u) >> 4;
  return registers(u, Op.Sub, 0, i, 0, false);
}

export function fsubr_STi_ST0(u: u32): i32 {
  const i = uRm(u) >> 4;
  return registers(u, Op.Sub, i, 0, i, false);
}

export function fsubrp(u: u32): i32 {
  const i = uRm(u) >> 4;
  return registers(u, Op.Sub, i, 0, i, true);
}

export function fdiv_m32(u: u32): i32 {
  return memory(u, Op.Div, Format.F32, false);
}

export function fdiv_m64(u: u32): i32 {
  return memory(u, Op.Div, Format.F64, false);
}

export function fidiv_m16(u: u32): i32 {
  return memory(u, Op.Div, Format.I16, false);
}

export function fidiv_m32(u: u32): i32 {
  return memory(u, Op.Div, Format.I32, false);
}

export function fdiv_ST0_STi(u: u32): i32 {
  const i = uRm(u) >> 4;
  return registers(u, Op.Div, 0, 0, i, false);
}

export function fdiv_STi_ST0(u: u32): i32 {
  const i = uRm(u) >> 4;
  return registers(u, Op.Div, i, i, 0, false);
}

export function fdivp(u: u32): i32 {
  const i = uRm(u) >> 4;
  return registers(u, Op.Div, i, i, 0, true);
}

export function fdivr_m32(u: u32): i32 {
  return memory(u, Op.Div, Format.F32, true);
}

export function fdivr_m64(u: u32): i32 {
  return memory(u, Op.Div, Format.F64, true);
}

export function fidivr_m16(u: u32): i32 {
  return memory(u, Op.Div, Format.I16, true);
}

export function fidivr_m32(u: u32): i32 {
  return memory(u, Op.Div, Format.I32, true);
}

export function fdivr_ST0_STi(u: u32): i32 {
  const i = uRm(u) >> 4;
  return registers(u, Op.Div, 0, i, 0, false);
}

export function fdivr_STi_ST0(u: u32): i32 {
  const i = uRm(u) >> 4;
  return registers(u, Op.Div, i, 0, i, false);
}

export function fdivrp(u: u32): i32 {
  const i = uRm(u) >> 4;
  return registers(u, Op.Div, i, 0, i, true);
}

export function fsqrt(u: u32): i32 {
  if (pending()) return raisePending();
  begin(u);
  if (isEmpty(0)) {
    if (stackFault(false)) setIndefinite(0);
    return 0;
  }
  denormalOperand = 0;
  f80_unpackA(stSig(0), stSe(0));
  if (!f80_nanOfOne()) {
    sqrtUnpacked();
    f80_pack(sfPrecision);
  }
  if (settle()) setSt(0, zSig, zSe);
  return 0;
}
