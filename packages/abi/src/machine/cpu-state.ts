/**
 * The CPU state at MemoryMap.Cpu: byte offsets. Interpreter, JIT and kernel all use this one definition.
 *
 * The register file is indexed by a pre-scaled byte offset (register number × 8), which a micro-op carries in one byte;
 * besides the 16 general registers it holds a zero, the va of the current code page and the segment bases, so that every
 * effective address is a sum of register-file entries. XMM and ST registers are indexed by number × 16.
 */
export const enum Cpu {
  /** i32: instructions that translated code may still retire; below 0 when it has gone on to the end of a block. */
  RegionFuel = -8,
  /** u64[16]: rax rcx rdx rbx rsp rbp rsi rdi r8…r15. */
  Gpr = 0x000,
  Rax = 0x000,
  Rcx = 0x008,
  Rdx = 0x010,
  Rbx = 0x018,
  Rsp = 0x020,
  Rbp = 0x028,
  Rsi = 0x030,
  Rdi = 0x038,
  R8 = 0x040,
  R9 = 0x048,
  R10 = 0x050,
  R11 = 0x058,
  R12 = 0x060,
  R13 = 0x068,
  R14 = 0x070,
  R15 = 0x078,
  /** u64, always 0: base or index of an address that has none. */
  Zero = 0x080,
  /** u64: va of the code page being executed: base of rip-relative addresses. */
  PageVa = 0x088,
  FsBase = 0x090,
  GsBase = 0x098,
  /** u64: exact whenever the core is not running. */
  Rip = 0x100,
  /** u64: retired instructions. */
  Icount = 0x108,
  /** Lazy status flags, see core/assembly/cpu/flags.ts; read them as RFLAGS through the export `get_eflags`. */
  CcOp = 0x110,
  /** u32: the RFLAGS bits that are not lazy (DF, TF, AC, ID, and IF which reads as 1), and explicit status bits. */
  EflagsRest = 0x114,
  CcResult = 0x118,
  CcA = 0x120,
  CcB = 0x128,
  /** u32: vector of the exception that `run` returned with. */
  ExitVector = 0x130,
  /** u32: its error code. */
  ExitError = 0x134,
  /** u64: faulting address of a #PF. */
  Cr2 = 0x138,
  Mxcsr = 0x140,
  /** u16[6] selectors: es cs ss ds fs gs. */
  Selectors = 0x144,
  /** u32: host address of the active top-level page table (PML4). */
  Cr3 = 0x150,
  /** u32: code mode of the task: CodeMode. */
  CodeMode = 0x154,
  /** u32: lazy flags below a rotate (CcOp.Rotated): the operation before it, and CF and OF. */
  CcBase = 0x158,
  CcRotated = 0x15c,
  /** x87: u16 control, status; u8 abridged tag (1 = valid, FXSAVE's form); u16 opcode; u64 instruction and data pointer. */
  Fcw = 0x160,
  Fsw = 0x162,
  Ftw = 0x164,
  Fop = 0x166,
  Fip = 0x168,
  Fdp = 0x170,
  /** u128[16]. */
  Xmm = 0x200,
  /** Physical x87 registers R0…R7 (not ST order), 16 bytes each: 64-bit significand, then 16-bit sign and exponent. */
  St = 0x300,
  /** Everything above, up to here, belongs to the task and is saved and restored as one block. */
  TaskBytes = 0x380,
  /** Reserved for the upper halves of ymm registers: u128[16]. */
  YmmHigh = 0x400,
  /** u64 counters (Stat × 8). */
  Stats = 0x600,
  /** u32: HotReason when translated code has left at an instruction that it could not do; else 0. */
  RegionFailed = 0x704,
  /** i32: what an instruction that the interpreter has executed for translated code wants of the run loop; 0 = nothing. */
  RegionStatus = 0x708,
}

/** Counters at Cpu.Stats, u64 each. */
export const enum Stat {
  /** Pages that were not in the TLB: for fetching, reading, writing. */
  TlbMiss = 0,
  PageWalks = 1,
  SlowReads = 2,
  SlowWrites = 3,
  DecodedInstructions = 4,
  DecodedPages = 5,
  CodeDrops = 6,
  CodeFlushes = 7,
  /** Frames that allocFrame gave out. */
  FramesAllocated = 8,
  /** Accesses over the end of a page. */
  CrossingReads = 9,
  CrossingWrites = 10,
  /** Times that the run loop went into translated code, and instructions that retired there. */
  RegionRuns = 11,
  RegionInstructions = 12,
  /** Those of them that the interpreter's functions did. */
  RegionSteps = 13,
  /** Why it came back: RegionExit.Fuel … */
  RegionExits = 14,
  Count = 19,
}

export const enum CodeMode {
  Long64 = 0,
  Compat32 = 1,
}
