/** Memory mapping (uapi asm-generic/mman-common.h, asm-generic/mman.h, x86 asm/mman.h, linux/mman.h). */
export const enum Prot {
  None = 0,
  Read = 1,
  Write = 2,
  Exec = 4,
  Sem = 8,
  GrowsDown = 0x0100_0000,
  GrowsUp = 0x0200_0000,
}

export const enum MapFlag {
  Shared = 0x01,
  Private = 0x02,
  SharedValidate = 0x03,
  /** MAP_TYPE: the mask of the three above. */
  Type = 0x0f,
  Fixed = 0x10,
  Anonymous = 0x20,
  Bit32 = 0x40,
  GrowsDown = 0x0100,
  DenyWrite = 0x0800,
  Executable = 0x1000,
  Locked = 0x2000,
  NoReserve = 0x4000,
  Populate = 0x8000,
  NonBlock = 0x1_0000,
  Stack = 0x2_0000,
  HugeTlb = 0x4_0000,
  /** Of the size in bits 26 to 31. */
  HugeShift = 26,
  HugeMask = 0x3f,
  Sync = 0x8_0000,
  FixedNoReplace = 0x10_0000,
  /** MAP_UNINITIALIZED: means something without an MMU only. */
  Uninitialized = 0x400_0000,
}

export const enum Madv {
  Normal = 0,
  Random = 1,
  Sequential = 2,
  WillNeed = 3,
  DontNeed = 4,
  Free = 8,
  Remove = 9,
  DontFork = 10,
  DoFork = 11,
  Mergeable = 12,
  Unmergeable = 13,
  HugePage = 14,
  NoHugePage = 15,
  DontDump = 16,
  DoDump = 17,
  WipeOnFork = 18,
  KeepOnFork = 19,
  Cold = 20,
  PageOut = 21,
  HwPoison = 100,
  SoftOffline = 101,
}

export const enum Mremap {
  MayMove = 1,
  Fixed = 2,
}

export const enum Msync {
  Async = 1,
  Invalidate = 2,
  Sync = 4,
}

export const enum Mcl {
  Current = 1,
  Future = 2,
  OnFault = 4,
}

/** mlock2 */
export const enum Mlock {
  OnFault = 1,
}

/** vm.overcommit_memory */
export const enum Overcommit {
  Guess = 0,
  Always = 1,
  Never = 2,
}

/** membarrier(2) (uapi linux/membarrier.h). */
export const enum Membarrier {
  Query = 0,
  Global = 1,
  GlobalExpedited = 2,
  RegisterGlobalExpedited = 4,
  PrivateExpedited = 8,
  RegisterPrivateExpedited = 16,
  PrivateExpeditedSyncCore = 32,
  RegisterPrivateExpeditedSyncCore = 64,
  All = 127,
}
