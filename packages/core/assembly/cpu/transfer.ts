import { Cpu } from '../../../abi/src/machine/cpu-state';
import { ExitReason, Status } from '../../../abi/src/machine/exits';
import { MemoryMap, PageSize, Profile } from '../../../abi/src/machine/memory-map';
import { Uop, UopFlag } from '../../../abi/src/machine/uop';
import { Vector } from '../../../abi/src/x86/vectors';
import { fault, faultWith, takeNonCanonical, wrStack } from '../mmu/access';
import { findTagged, readTable, Tagged, TlbLayout } from '../mmu/tlb';
import { decodedAt, isJoined } from './code-cache';
import { Retired } from './exceptions';
import { HotOp } from './hot-ops';
import { reg, uopRip } from './operands';
import { isConditional } from './promote';

/** How the hot switch leaves, and how it finds the target of a taken branch. */

/** What is left of the count that interpret was given. Negative: a straight run went on a little further. */
export let left: i32 = 0;

/** Leaves at an instruction that has had no effect. */
export function faulted(u: u32, n: i32): i32 {
  left = n;
  store<u64>(MemoryMap.Cpu + Cpu.Rip, uopRip(u));
  const status = fault();
  if (status == ExitReason.Exception) attributeToStack(u);
  return status;
}

/** Leaves at a branch to a non-canonical address. */
export function badTarget(u: u32, n: i32): i32 {
  faultWith(Vector.GP, 0);
  return faulted(u, n);
}

/** The same of a call, whose push faults first. */
export function badCallTarget(u: u32, n: i32): i32 {
  return wrStack(reg<u64>(Cpu.Rsp) - 8, 8) ? badTarget(u, n) : faulted(u, n);
}

/** A non-canonical address through rsp or rbp without a segment override is #SS, not #GP. */
function attributeToStack(u: u32): void {
  if (!takeNonCanonical()) return;
  const base = <u32>load<u8>(u, Uop.Rm);
  if (base != Cpu.Rsp && base != Cpu.Rbp) return;
  if (load<u8>(u, Uop.Flags) & (UopFlag.RmReg | UopFlag.Fs | UopFlag.Gs)) return;
  store<u32>(MemoryMap.Cpu + Cpu.ExitVector, Vector.SS);
}

/** Leaves after a cold micro-op that said neither Next nor Jump; `n` does not count it yet. */
export function leave(status: i32, u: u32, n: i32): i32 {
  if (status == ExitReason.Syscall || status == ExitReason.Int80 || status >= Retired.Trap) {
    left = n - 1;
    return status;
  }
  left = n;
  store<u64>(MemoryMap.Cpu + Cpu.Rip, uopRip(u));
  if (status == ExitReason.Exception) attributeToStack(u);
  return status;
}

/** Leaves at a region's entry. */
export function enter(u: u32, n: i32): i32 {
  left = n;
  store<u64>(MemoryMap.Cpu + Cpu.Rip, uopRip(u));
  return Status.Region;
}

/** Leaves with nothing to tell, to go on at rip. */
export function pause(rip: u64, n: i32): i32 {
  store<u64>(MemoryMap.Cpu + Cpu.Rip, rip);
  return stop(n);
}

/** Leaves with nothing to tell, to go on at Cpu.Rip. */
export function stop(n: i32): i32 {
  left = n;
  return 0;
}

/** The code page that the TLB knows for the page of rip, or 0. */
@inline
export function knownCodePage(rip: u64): u32 {
  if (rip >> 32) return findTagged(rip >> PageSize.Shift, Tagged.Execute);
  return load<u32>(readTable + (<u32>(rip >> PageSize.Shift) << 2), TlbLayout.Execute);
}

/** The decoded micro-op at rip, if the TLB knows its page; makes that the current one. 0 = ask run. */
export function findCode(rip: u64): u32 {
  store<u64>(MemoryMap.Cpu + Cpu.Rip, rip);
  const code = knownCodePage(rip);
  if (!code) return 0;
  store<u64>(MemoryMap.Cpu + Cpu.PageVa, rip & ~(<u64>PageSize.Mask));
  return decodedAt(code, <u32>rip & PageSize.Mask);
}

/** Calls to other pages and indirect branches tell where functions and the arms of a switch begin. */
function recordBranch(from: u64, to: u64): void {
  const count = load<u32>(MemoryMap.Profile + Profile.BranchCount);
  const at = MemoryMap.Profile + Profile.Branches + ((count & (Profile.MaxBranches - 1)) << 4);
  store<u64>(at, from);
  store<u64>(at, to, 8);
  store<u32>(MemoryMap.Profile + Profile.BranchCount, count + 1);
}

/**
 * The target of a taken branch that has no link yet; one within the page gets it. Indirect branches have left their target in
 * Cpu.Rip.
 */
export function resolve(u: u32): u32 {
  if (load<u16>(u) > <u16>HotOp.call_J) {
    const to = load<u64>(MemoryMap.Cpu + Cpu.Rip);
    if (load<u16>(u) != <u16>HotOp.ret) recordBranch(uopRip(u), to);
    return findCode(to);
  }
  const offset = load<i32>(u, Uop.Imm);
  const to = reg<u64>(Cpu.PageVa) + <u64>(<i64>offset);
  if (load<u16>(u) == <u16>HotOp.call_J) recordBranch(uopRip(u), to);
  else if (isConditional(load<u16>(u))) store<u8>(u, 1, Uop.Taken);
  const target = findCode(to);
  if (target && <u32>offset < <u32>PageSize.Bytes) store<u32>(u, target, Uop.Disp);
  return target;
}

/** May the instruction behind a Straddle micro-op run? */
export function stillJoined(u: u32): bool {
  return isJoined(u, knownCodePage(reg<u64>(Cpu.PageVa) + PageSize.Bytes));
}
