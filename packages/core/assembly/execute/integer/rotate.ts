import { Cpu } from '../../../../abi/src/machine/cpu-state';
import { Status } from '../../../../abi/src/machine/exits';
import { getCf } from '../../cpu/flags';
import { wide } from '../../cpu/hot';
import { rotateFlags } from '../../cpu/hot-shift';
import { ea, isReg, reg, setReg, uImm, uRm } from '../../cpu/operands';
import { fault, rw, wrDone } from '../../mmu/access';

const enum Rotate {
  Rol,
  Ror,
  Rcl,
  Rcr,
}

@inline
function topBit<T>(value: T): bool {
  return <i64>wide<T>(value) < 0;
}

@inline
function secondBit<T>(value: T): bool {
  return ((<u64>value >> (8 * sizeof<T>() - 2)) & 1) != 0;
}

/** c is the masked count, ≥ 1. Only CF and OF change; OF as for a count of 1 (for others it is undefined). */
@inline
function compute<T>(kind: u32, value: T, c: u32): T {
  if (kind == Rotate.Rol) {
    const r = rotl<T>(value, <T>c);
    const carry = (<u32>r & 1) != 0;
    rotateFlags(carry, carry != topBit<T>(r));
    return r;
  }
  if (kind == Rotate.Ror) {
    const r = rotr<T>(value, <T>c);
    rotateFlags(topBit<T>(r), topBit<T>(r) != secondBit<T>(r));
    return r;
  }
  return kind == Rotate.Rcl ? rclBits<T>(value, c) : rcrBits<T>(value, c);
}

/** Rotates the operand with CF as its top bit, one bit longer: the count is taken modulo its bits + 1. */
function rclBits<T>(value: T, c: u32): T {
  const bits = 8 * sizeof<T>();
  let r = <u64>value;
  let carry = getCf();
  for (let i = c % (bits + 1); i; i--) {
    const out = ((r >> (bits - 1)) & 1) != 0;
    r = (r << 1) | (carry ? 1 : 0);
    carry = out;
  }
  rotateFlags(carry, carry != topBit<T>(<T>r));
  return <T>r;
}

function rcrBits<T>(value: T, c: u32): T {
  const bits = 8 * sizeof<T>();
  let r = <u64>value;
  let carry = getCf();
  for (let i = c % (bits + 1); i; i--) {
    const out = (r & 1) != 0;
    r = (r >> 1) | ((carry ? <u64>1 : <u64>0) << (bits - 1));
    carry = out;
  }
  rotateFlags(carry, topBit<T>(<T>r) != secondBit<T>(<T>r));
  return <T>r;
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

export function rol_E_I<T>(u: u32): i32 {
  return toE<T>(Rotate.Rol, u, uImm(u));
}

export function rol_E_C<T>(u: u32): i32 {
  return toE<T>(Rotate.Rol, u, reg<u8>(Cpu.Rcx));
}

export function ror_E_I<T>(u: u32): i32 {
  return toE<T>(Rotate.Ror, u, uImm(u));
}

export function ror_E_C<T>(u: u32): i32 {
  return toE<T>(Rotate.Ror, u, reg<u8>(Cpu.Rcx));
}

export function rcl_E_I<T>(u: u32): i32 {
  return toE<T>(Rotate.Rcl, u, uImm(u));
}

export function rcl_E_C<T>(u: u32): i32 {
  return toE<T>(Rotate.Rcl, u, reg<u8>(Cpu.Rcx));
}

export function rcr_E_I<T>(u: u32): i32 {
  return toE<T>(Rotate.Rcr, u, uImm(u));
}

export function rcr_E_C<T>(u: u32): i32 {
  return toE<T>(Rotate.Rcr, u, reg<u8>(Cpu.Rcx));
}
