import { Cpu } from '../../../../abi/src/machine/cpu-state';
import { Status } from '../../../../abi/src/machine/exits';
import { CcOp, setCc } from '../../cpu/flags';
import { wide } from '../../cpu/hot';
import { ea, isReg, reg, setReg, uImm, uRm } from '../../cpu/operands';
import { fault, rw, wrDone } from '../../mmu/access';

const enum Shift {
  Shl,
  Shr,
  Sar,
}

/** Counts are taken modulo 32 (64 for 64-bit operands); 8- and 16-bit operands may be shifted out altogether. c ≥ 1. */
@inline
function compute<T>(kind: u32, value: T, c: u32): T {
  if (kind == Shift.Shl) {
    const before = <T>(<u64>value << (c - 1));
    const r = <T>(<u64>value << c);
    setCc(CcOp.Shl, <i64>wide<T>(r), wide<T>(before), 0);
    return r;
  }
  if (kind == Shift.Shr) {
    const before = <T>(<u64>value >> (c - 1));
    const r = <T>(<u64>before >> 1);
    setCc(CcOp.Shr, <i64>wide<T>(r), wide<T>(before), 0);
    return r;
  }
  const before = <i64>wide<T>(value) >> (c - 1);
  setCc(CcOp.Sar, before >> 1, <u64>before, 0);
  return <T>(before >> 1);
}

@inline
function toE<T>(kind: u32, u: u32, count: u32): i32 {
  const c = count & (sizeof<T>() == 8 ? 63 : 31);
  if (isReg(u)) {
    const rm = uRm(u);
    const value = reg<T>(rm);
    setReg<T>(rm, c ? compute<T>(kind, value, c) : value);
    return Status.Next;
  }
  const p = rw(ea(u), sizeof<T>());
  if (!p) return fault();
  if (c) store<T>(p, compute<T>(kind, load<T>(p), c));
  wrDone(p);
  return Status.Next;
}

export function shl_E_I<T>(u: u32): i32 {
  return toE<T>(Shift.Shl, u, uImm(u));
}

export function shl_E_C<T>(u: u32): i32 {
  return toE<T>(Shift.Shl, u, reg<u8>(Cpu.Rcx));
}

export function shr_E_I<T>(u: u32): i32 {
  return toE<T>(Shift.Shr, u, uImm(u));
}

export function shr_E_C<T>(u: u32): i32 {
  return toE<T>(Shift.Shr, u, reg<u8>(Cpu.Rcx));
}

export function sar_E_I<T>(u: u32): i32 {
  return toE<T>(Shift.Sar, u, uImm(u));
}

export function sar_E_C<T>(u: u32): i32 {
  return toE<T>(Shift.Sar, u, reg<u8>(Cpu.Rcx));
}
