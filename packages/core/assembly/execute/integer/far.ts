import { Cpu } from '../../../../abi/src/machine/cpu-state';
import { Status } from '../../../../abi/src/machine/exits';
import { MemoryMap } from '../../../../abi/src/machine/memory-map';
import { Eflags } from '../../../../abi/src/x86/eflags';
import { Selector, Vector } from '../../../../abi/src/x86/vectors';
import { raise, Retired } from '../../cpu/exceptions';
import { putFlags } from '../../cpu/flags';
import { ea, reg, setReg, uImm, uopNextRip } from '../../cpu/operands';
import { fault, rd, rdStack, wrDone, wrStack } from '../../mmu/access';
import { isCanonical } from '../../mmu/walk';

/**
 * Far transfers within the 64-bit code segment. Any other selector, the 32-bit code segment too (there is no compatibility mode
 * yet), is #GP(selector).
 */
function checkFar(selector: u32, target: u64): i32 {
  if ((selector | 3) != Selector.UserCs) return raise(Vector.GP, selector & 0xfffc);
  return isCanonical(target) ? Status.Next : raise(Vector.GP, 0);
}

export function jmpf<T>(u: u32): i32 {
  const p = rd(ea(u), sizeof<T>() + 2);
  if (!p) return fault();
  const target = <u64>load<T>(p);
  const status = checkFar(load<u16>(p, sizeof<T>()), target);
  if (status != Status.Next) return status;
  store<u64>(MemoryMap.Cpu + Cpu.Rip, target);
  return Status.Jump;
}

export function callf<T>(u: u32): i32 {
  const p = rd(ea(u), sizeof<T>() + 2);
  if (!p) return fault();
  const target = <u64>load<T>(p);
  const status = checkFar(load<u16>(p, sizeof<T>()), target);
  if (status != Status.Next) return status;
  const rsp = reg<u64>(Cpu.Rsp) - 2 * sizeof<T>();
  const to = wrStack(rsp, 2 * sizeof<T>());
  if (!to) return fault();
  store<T>(to, <T>uopNextRip(u));
  store<T>(to, <T>Selector.UserCs, sizeof<T>());
  wrDone(to);
  setReg<u64>(Cpu.Rsp, rsp);
  store<u64>(MemoryMap.Cpu + Cpu.Rip, target);
  return Status.Jump;
}

function returnFar<T>(drop: u32): i32 {
  const rsp = reg<u64>(Cpu.Rsp);
  const p = rdStack(rsp, 2 * sizeof<T>());
  if (!p) return fault();
  const target = <u64>load<T>(p);
  const selector = <u32>load<u16>(p, sizeof<T>());
  // Ring 3 returns to ring 3 only.
  const status = (selector & 3) == 3 ? checkFar(selector, target) : raise(Vector.GP, selector & 0xfffc);
  if (status != Status.Next) return status;
  setReg<u64>(Cpu.Rsp, rsp + 2 * sizeof<T>() + drop);
  store<u64>(MemoryMap.Cpu + Cpu.Rip, target);
  return Status.Jump;
}

export function retf<T>(u: u32): i32 {
  return returnFar<T>(0);
}

export function retf_I<T>(u: u32): i32 {
  return returnFar<T>(uImm(u) & 0xffff);
}

/** rip, cs, rflags, rsp, ss from the stack: in 64-bit mode all five are popped, at the same privilege too. */
export function iret<T>(u: u32): i32 {
  const rsp = reg<u64>(Cpu.Rsp);
  const p = rdStack(rsp, 5 * sizeof<T>());
  if (!p) return fault();
  const target = <u64>load<T>(p);
  const selector = <u32>load<u16>(p, sizeof<T>());
  const flags = <u32>load<T>(p, 2 * sizeof<T>());
  const newRsp = <u64>load<T>(p, 3 * sizeof<T>());
  const stack = <u32>load<u16>(p, 4 * sizeof<T>());
  const status = (selector & 3) == 3 ? checkFar(selector, target) : raise(Vector.GP, selector & 0xfffc);
  if (status != Status.Next) return status;
  if (stack != Selector.UserDs) return raise(Vector.GP, stack & 0xfffc);
  setReg<u64>(Cpu.Rsp, newRsp);
  putFlags(flags);
  store<u64>(MemoryMap.Cpu + Cpu.Rip, target);
  return flags & Eflags.TF ? Retired.Resync : Status.Jump;
}
