import { Status } from '../../../../abi/src/machine/exits';
import { Cpu } from '../../../../abi/src/machine/cpu-state';
import { Eflags } from '../../../../abi/src/x86/eflags';
import { MemoryMap } from '../../../../abi/src/machine/memory-map';
import { Retired } from '../../cpu/exceptions';
import { getFlags, putFlags } from '../../cpu/flags';
import { ea, isReg, reg, rmRead, setReg, uDisp, uImm, uopNextRip, uRm } from '../../cpu/operands';
import { fault, rdStack, wr, wrDone, wrStack } from '../../mmu/access';

/** Pushes a value of the size of T. */
export function pushValue<T>(value: T): i32 {
  const rsp = reg<u64>(Cpu.Rsp) - sizeof<T>();
  const p = wrStack(rsp, sizeof<T>());
  if (!p) return fault();
  store<T>(p, value);
  wrDone(p);
  setReg<u64>(Cpu.Rsp, rsp);
  return Status.Next;
}

/** rsp is pushed as it was before. */
export function push_Z<T>(u: u32): i32 {
  return pushValue<T>(reg<T>(uRm(u)));
}

export function push_I<T>(u: u32): i32 {
  return pushValue<T>(<T>(<i64>uImm(u)));
}

export function push_E<T>(u: u32): i32 {
  const p = rmRead(u, sizeof<T>());
  return p ? pushValue<T>(load<T>(p)) : fault();
}

/** pop rsp: the popped value wins over the increment. */
export function pop_Z<T>(u: u32): i32 {
  const rsp = reg<u64>(Cpu.Rsp);
  const p = rdStack(rsp, sizeof<T>());
  if (!p) return fault();
  const value = load<T>(p);
  setReg<u64>(Cpu.Rsp, rsp + sizeof<T>());
  setReg<T>(uRm(u), value);
  return Status.Next;
}

/** An address based on rsp is computed after the increment. */
export function pop_E<T>(u: u32): i32 {
  if (isReg(u)) return pop_Z<T>(u);
  const rsp = reg<u64>(Cpu.Rsp);
  const from = rdStack(rsp, sizeof<T>());
  if (!from) return fault();
  const value = load<T>(from);
  setReg<u64>(Cpu.Rsp, rsp + sizeof<T>());
  const p = wr(ea(u), sizeof<T>());
  if (!p) {
    setReg<u64>(Cpu.Rsp, rsp);
    return fault();
  }
  store<T>(p, value);
  wrDone(p);
  return Status.Next;
}

/** RF and VM are pushed as 0. */
export function pushf<T>(u: u32): i32 {
  return pushValue<T>(<T>(getFlags() & ~(Eflags.RF | Eflags.VM)));
}

/** User mode (IOPL 0) changes neither IF nor IOPL; a 16-bit popf keeps the upper half. */
export function popf<T>(u: u32): i32 {
  const rsp = reg<u64>(Cpu.Rsp);
  const p = rdStack(rsp, sizeof<T>());
  if (!p) return fault();
  const popped = <u32>load<T>(p);
  setReg<u64>(Cpu.Rsp, rsp + sizeof<T>());
  putFlags(sizeof<T>() == 2 ? (getFlags() & 0xffff_0000) | popped : popped);
  if (!(popped & Eflags.TF)) return Status.Next;
  store<u64>(MemoryMap.Cpu + Cpu.Rip, uopNextRip(u));
  return Retired.Resync;
}

/**
 * Frame of imm bytes, at nesting level disp (SDM volume 2, ENTER). All that is read and written is looked up before the first store:
 * outer frames' links may lie where the new frame is written, so that an enter that failed behind a store could not be done again.
 */
export function enter<T>(u: u32): i32 {
  const size = <u64>(uImm(u) & 0xffff);
  const level = uDisp(u) & 31;
  const bytes = <u64>sizeof<T>();
  const rbp = reg<u64>(Cpu.Rbp);
  const frame = reg<u64>(Cpu.Rsp) - bytes;
  const top = frame - <u64>level * bytes;
  for (let i = 0; i <= level; i++) {
    if (i > 0 && i < level && !rdStack(rbp - <u64>i * bytes, sizeof<T>())) return fault();
    if (!wrStack(frame - <u64>i * bytes, sizeof<T>())) return fault();
  }
  if (!wrStack(top - size, 1)) return fault();

  storeStack<T>(frame, <T>rbp);
  for (let i = 1; i < level; i++) storeStack<T>(frame - <u64>i * bytes, load<T>(rdStack(rbp - <u64>i * bytes, sizeof<T>())));
  if (level) storeStack<T>(top, <T>frame);
  setReg<u64>(Cpu.Rsp, top - size);
  setReg<T>(Cpu.Rbp, <T>frame);
  return Status.Next;
}

/** Where a store cannot fail: it was looked up by wrStack. */
function storeStack<T>(va: u64, value: T): void {
  const p = wrStack(va, sizeof<T>());
  store<T>(p, value);
  wrDone(p);
}

export function leave<T>(u: u32): i32 {
  const rbp = reg<u64>(Cpu.Rbp);
  const p = rdStack(rbp, sizeof<T>());
  if (!p) return fault();
  const value = load<T>(p);
  setReg<u64>(Cpu.Rsp, rbp + sizeof<T>());
  setReg<T>(Cpu.Rbp, value);
  return Status.Next;
}
