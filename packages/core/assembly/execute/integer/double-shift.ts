import { Cpu } from '../../../../abi/src/machine/cpu-state';
import { Status } from '../../../../abi/src/machine/exits';
import { Eflags } from '../../../../abi/src/x86/eflags';
import { setCcLogic, setFlags, statusFlags } from '../../cpu/flags';
import { wide } from '../../cpu/hot';
import { ea, isReg, reg, setReg, uImm, uReg, uRm } from '../../cpu/operands';
import { fault, rw, wrDone } from '../../mmu/access';

/** SF, ZF, PF of the result, CF the last bit out, OF where the sign changed. */
function setDoubleFlags<T>(before: T, r: T, carry: bool): void {
  setCcLogic(<i64>wide<T>(r));
  const overflow = <i64>(wide<T>(before) ^ wide<T>(r)) < 0;
  setFlags(statusFlags() | (carry ? Eflags.CF : 0) | (overflow ? Eflags.OF : 0));
}

/** c ≥ 1. With 16 bits a count above 16 is undefined; here the operand is taken as a:b:a, as Intel processors do. */
function shld<T>(a: T, b: T, c: u32): T {
  const bits: u32 = 8 * sizeof<T>();
  let r: T;
  let carry: u64;
  if (sizeof<T>() == 2) {
    const joined = (<u64>a << 32) | (<u64>b << 16) | <u64>a;
    r = <T>((joined << c) >> 32);
    carry = (joined >> (48 - c)) & 1;
  } else {
    r = <T>((<u64>a << c) | (<u64>b >> (bits - c)));
    carry = (<u64>a >> (bits - c)) & 1;
  }
  setDoubleFlags<T>(a, r, carry != 0);
  return r;
}

function shrd<T>(a: T, b: T, c: u32): T {
  const bits: u32 = 8 * sizeof<T>();
  let r: T;
  let carry: u64;
  if (sizeof<T>() == 2) {
    const joined = (<u64>a << 32) | (<u64>b << 16) | <u64>a;
    r = <T>(joined >> c);
    carry = (joined >> (c - 1)) & 1;
  } else {
    r = <T>((<u64>a >> c) | (<u64>b << (bits - c)));
    carry = (<u64>a >> (c - 1)) & 1;
  }
  setDoubleFlags<T>(a, r, carry != 0);
  return r;
}

@inline
function toE<T>(left: bool, u: u32, count: u32): i32 {
  const c = count & (sizeof<T>() == 8 ? 63 : 31);
  const other = reg<T>(uReg(u));
  if (isReg(u)) {
    const rm = uRm(u);
    const value = reg<T>(rm);
    setReg<T>(rm, c ? (left ? shld<T>(value, other, c) : shrd<T>(value, other, c)) : value);
    return Status.Next;
  }
  const p = rw(ea(u), sizeof<T>());
  if (!p) return fault();
  if (c) store<T>(p, left ? shld<T>(load<T>(p), other, c) : shrd<T>(load<T>(p), other, c));
  wrDone(p);
  return Status.Next;
}

export function shld_E_G_I<T>(u: u32): i32 {
  return toE<T>(true, u, uImm(u));
}

export function shld_E_G_C<T>(u: u32): i32 {
  return toE<T>(true, u, reg<u8>(Cpu.Rcx));
}

export function shrd_E_G_I<T>(u: u32): i32 {
  return toE<T>(false, u, uImm(u));
}

export function shrd_E_G_C<T>(u: u32): i32 {
  return toE<T>(false, u, reg<u8>(Cpu.Rcx));
}
