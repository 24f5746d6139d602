import { MapFlag, Personality, Prot } from '@ring3/abi';
import type { Kernel } from '../kernel.js';

/** vm_area_struct.vm_flags (Linux: include/linux/mm.h). The four Vm.May* bits are the four access bits shifted by 4. */
export const enum Vm {
  Read = 0x1,
  Write = 0x2,
  Exec = 0x4,
  Shared = 0x8,
  MayRead = 0x10,
  MayWrite = 0x20,
  MayExec = 0x40,
  MayShare = 0x80,
  GrowsDown = 0x100,
  UffdMissing = 0x200,
  PfnMap = 0x400,
  /** The file may not be opened for writing while this mapping exists (exec's segments). */
  DenyWrite = 0x800,
  UffdWp = 0x1000,
  Locked = 0x2000,
  Io = 0x4000,
  SeqRead = 0x8000,
  RandRead = 0x1_0000,
  DontCopy = 0x2_0000,
  DontExpand = 0x4_0000,
  LockOnFault = 0x8_0000,
  /** Counted against the commit limit. */
  Account = 0x10_0000,
  NoReserve = 0x20_0000,
  HugeTlb = 0x40_0000,
  Sync = 0x80_0000,
  WipeOnFork = 0x200_0000,
  DontDump = 0x400_0000,
  SoftDirty = 0x800_0000,
  MixedMap = 0x1000_0000,
  HugePage = 0x2000_0000,
  NoHugePage = 0x4000_0000,
  Mergeable = -0x8000_0000,

  Access = Read | Write | Exec,
  May = MayRead | MayWrite | MayExec,
  /** Never merged with a neighbour. */
  Special = Io | DontExpand | PfnMap | MixedMap,
  LockedMask = Locked | LockOnFault,
  /** VM_DATA_DEFAULT_FLAGS without READ_IMPLIES_EXEC. */
  DataDefault = Read | Write | MayRead | MayWrite | MayExec,
  StackFlags = GrowsDown | DataDefault | Account,
  /** While exec has not placed the stack (VM_STACK_INCOMPLETE_SETUP): such a vma never merges with others by accident. */
  StackIncomplete = RandRead | SeqRead,
}

/** VM_DATA_DEFAULT_FLAGS of the current task. */
export function dataDefaultFlags(k: Kernel): number {
  return k.current.personality & Personality.ReadImpliesExec ? Vm.DataDefault | Vm.Exec : Vm.DataDefault;
}

/** calc_vm_prot_bits: Prot.Read/Write/Exec have the values of Vm.Read/Write/Exec. */
export function vmFlagsOfProt(prot: number): number {
  return prot & (Prot.Read | Prot.Write | Prot.Exec);
}

/** calc_vm_flag_bits */
export function vmFlagsOfMap(flags: number): number {
  let vm = 0;
  if (flags & MapFlag.GrowsDown) vm |= Vm.GrowsDown;
  if (flags & MapFlag.DenyWrite) vm |= Vm.DenyWrite;
  if (flags & MapFlag.Locked) vm |= Vm.Locked;
  if (flags & MapFlag.Sync) vm |= Vm.Sync;
  return vm;
}

/** is_cow_mapping: private and possibly writable. */
export function isCowMapping(flags: number): boolean {
  return (flags & (Vm.Shared | Vm.MayWrite)) === Vm.MayWrite;
}

export function isExecMapping(flags: number): boolean {
  return (flags & (Vm.Exec | Vm.Write | Vm.GrowsDown)) === Vm.Exec;
}

export function isStackMapping(flags: number): boolean {
  return (flags & Vm.GrowsDown) !== 0;
}

export function isDataMapping(flags: number): boolean {
  return (flags & (Vm.Write | Vm.Shared | Vm.GrowsDown)) === Vm.Write;
}

/** accountable_mapping: private, writable, and reserved. */
export function isAccountable(flags: number): boolean {
  return (flags & (Vm.NoReserve | Vm.Shared | Vm.Write)) === Vm.Write;
}
