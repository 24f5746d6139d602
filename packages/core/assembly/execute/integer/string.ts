import { Cpu } from '../../../../abi/src/machine/cpu-state';
import { Status } from '../../../../abi/src/machine/exits';
import { MemoryMap, PageSize } from '../../../../abi/src/machine/memory-map';
import { UopFlag } from '../../../../abi/src/machine/uop';
import { Eflags } from '../../../../abi/src/x86/eflags';
import { isStepping, stepRepeated } from '../../cpu/single-step';
import { reg, segmentBase, setReg, uFlags } from '../../cpu/operands';

/**
 * Common ground of the string instructions. A repeated one works through its operands in stretches that lie within one page
 * each; registers are brought up to date after every stretch, so that it can fault, and go on, anywhere.
 */
export const enum Stretch {
  /** Elements after which a repeated instruction lets the run loop look around: it returns Status.Retry. */
  Most = 0x10_0000,
}

/** Elements that this execution of a repeated instruction may do: one under TF, which traps after each. */
export function mostElements(): u32 {
  return isStepping() ? 1 : Stretch.Most;
}

/** A repeated instruction stops between two elements, to go on later. */
export function pauseRepeated(): i32 {
  stepRepeated();
  return Status.Retry;
}

@inline
export function isRepeated(u: u32): bool {
  return (uFlags(u) & (UopFlag.Rep | UopFlag.Repne)) != 0;
}

/** Direction of the instruction: DF is set. */
@inline
export function isBackward(): bool {
  return (load<u32>(MemoryMap.Cpu + Cpu.EflagsRest) & Eflags.DF) != 0;
}

/** rcx, rsi or rdi as the address size has it. */
export function counter(u: u32, offset: u32): u64 {
  return uFlags(u) & UopFlag.Addr32 ? <u64>reg<u32>(offset) : reg<u64>(offset);
}

export function advance(u: u32, offset: u32, by: i64): void {
  if (uFlags(u) & UopFlag.Addr32) setReg<u32>(offset, reg<u32>(offset) + <u32>by);
  else setReg<u64>(offset, reg<u64>(offset) + <u64>by);
}

/** Linear address of the source: DS:rSI, where DS may be overridden. */
export function sourceAddress(u: u32): u64 {
  return counter(u, Cpu.Rsi) + segmentBase(u);
}

/** Whole elements of `size` from va to the end of its page, at most `count`; 0 = the first one crosses. */
@inline
export function stretch(va: u64, size: u32, count: u64): u32 {
  const room = (PageSize.Bytes - (<u32>va & PageSize.Mask)) / size;
  return count < <u64>room ? <u32>count : room;
}
