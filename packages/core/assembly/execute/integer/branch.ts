import { Status } from '../../../../abi/src/machine/exits';
import { Cpu } from '../../../../abi/src/machine/cpu-state';
import { MemoryMap } from '../../../../abi/src/machine/memory-map';
import { UopFlag } from '../../../../abi/src/machine/uop';
import { Vector } from '../../../../abi/src/x86/vectors';
import { condition } from '../../cpu/conditions';
import { raise } from '../../cpu/exceptions';
import { getZf } from '../../cpu/flags';
import { reg, rmRead, setReg, uFlags, uImm, uopNextRip } from '../../cpu/operands';
import { fault, rdStack, wrDone, wrStack } from '../../mmu/access';
import { isCanonical } from '../../mmu/walk';

/** Goes to an address, or #GP when it is not canonical (before any effect of the instruction). */
@inline
function jumpTo(target: u64): i32 {
  if (!isCanonical(target)) return raise(Vector.GP, 0);
  store<u64>(MemoryMap.Cpu + Cpu.Rip, target);
  return Status.Jump;
}

/** Target of a J operand. */
function relative(u: u32): u64 {
  const offset = <u64>(<i64>uImm(u));
  return uFlags(u) & UopFlag.RipWide ? uopNextRip(u) + offset : reg<u64>(Cpu.PageVa) + offset;
}

function pushRip(u: u32): bool {
  const rsp = reg<u64>(Cpu.Rsp) - 8;
  const p = wrStack(rsp, 8);
  if (!p) return false;
  store<u64>(p, uopNextRip(u));
  wrDone(p);
  setReg<u64>(Cpu.Rsp, rsp);
  return true;
}

export function jmp_J(u: u32): i32 {
  return jumpTo(relative(u));
}

export function jmp_E(u: u32): i32 {
  const p = rmRead(u, 8);
  return p ? jumpTo(load<u64>(p)) : fault();
}

function callTo(u: u32, target: u64): i32 {
  // A faulting push comes before a bad target.
  if (!isCanonical(target)) return wrStack(reg<u64>(Cpu.Rsp) - 8, 8) ? raise(Vector.GP, 0) : fault();
  return pushRip(u) ? jumpTo(target) : fault();
}

export function call_J(u: u32): i32 {
  return callTo(u, relative(u));
}

export function call_E(u: u32): i32 {
  const p = rmRead(u, 8);
  return p ? callTo(u, load<u64>(p)) : fault();
}

export function ret(u: u32): i32 {
  return returnAndDrop(0);
}

export function ret_I(u: u32): i32 {
  return returnAndDrop(uImm(u) & 0xffff);
}

function returnAndDrop(bytes: u32): i32 {
  const rsp = reg<u64>(Cpu.Rsp);
  const p = rdStack(rsp, 8);
  if (!p) return fault();
  const target = load<u64>(p);
  if (!isCanonical(target)) return raise(Vector.GP, 0);
  setReg<u64>(Cpu.Rsp, rsp + 8 + bytes);
  return jumpTo(target);
}

@inline
function jcc(u: u32, code: u32): i32 {
  return condition(code) ? jumpTo(relative(u)) : Status.Next;
}

/** Counts rcx (ecx with an address size prefix) down; is it still non-zero? */
function countDown(u: u32): bool {
  if (uFlags(u) & UopFlag.Addr32) {
    setReg<u32>(Cpu.Rcx, reg<u32>(Cpu.Rcx) - 1);
    return reg<u32>(Cpu.Rcx) != 0;
  }
  setReg<u64>(Cpu.Rcx, reg<u64>(Cpu.Rcx) - 1);
  return reg<u64>(Cpu.Rcx) != 0;
}

export function loop(u: u32): i32 {
  return countDown(u) ? jumpTo(relative(u)) : Status.Next;
}

export function loope(u: u32): i32 {
  return countDown(u) && getZf() ? jumpTo(relative(u)) : Status.Next;
}

export function loopne(u: u32): i32 {
  return countDown(u) && !getZf() ? jumpTo(relative(u)) : Status.Next;
}

export function jrcxz(u: u32): i32 {
  const count = uFlags(u) & UopFlag.Addr32 ? <u64>reg<u32>(Cpu.Rcx) : reg<u64>(Cpu.Rcx);
  return count == 0 ? jumpTo(relative(u)) : Status.Next;
}

export function jo(u: u32): i32 {
  return jcc(u, 0);
}

export function jno(u: u32): i32 {
  return jcc(u, 1);
}

export function jb(u: u32): i32 {
  return jcc(u, 2);
}

export function jae(u: u32): i32 {
  return jcc(u, 3);
}

export function je(u: u32): i32 {
  return jcc(u, 4);
}

export function jne(u: u32): i32 {
  return jcc(u, 5);
}

export function jbe(u: u32): i32 {
  return jcc(u, 6);
}

export function ja(u: u32): i32 {
  return jcc(u, 7);
}

export function js(u: u32): i32 {
  return jcc(u, 8);
}

export function jns(u: u32): i32 {
  return jcc(u, 9);
}

export function jp(u: u32): i32 {
  return jcc(u, 10);
}

export function jnp(u: u32): i32 {
  return jcc(u, 11);
}

export function jl(u: u32): i32 {
  return jcc(u, 12);
}

export function jge(u: u32): i32 {
  return jcc(u, 13);
}

export function jle(u: u32): i32 {
  return jcc(u, 14);
}

export function jg(u: u32): i32 {
  return jcc(u, 15);
}
