import type { ExitReason } from '@ring3/abi';

/** A WebAssembly.Memory, for code that compiles without a host's types. */
export interface LinearMemory {
  readonly buffer: ArrayBuffer;
}

/**
 * The processor, its memory and its MMU, as the kernel sees them. User addresses are Numbers below 2^47; host addresses and
 * frames are offsets in `memory`, 0 = none. A frame is its host address.
 */
export interface Core {
  readonly memory: LinearMemory;
  /** Views over the memory, renewed after growth; never keep them across a call that may allocate frames. */
  readonly u8: Uint8Array;
  readonly u16: Uint16Array;
  readonly u32: Uint32Array;
  readonly i32: Int32Array;
  readonly view: DataView;

  /** What translated code and its maker need: the region table and functions (@ring3/jit's JitExports). */
  readonly jit: object;
  /** Told when Profile.Hot has filled, while Header.Translating is set. */
  onHot: (() => void) | null;
  /** Told of each way out of translated code (RegionExit), while Header.Translating is 2. */
  onRegionExit: ((slot: number, rip: number, retired: number, why: number) => void) | null;

  /** Runs at most `budget` instructions, exactly; Cpu.Icount counts those retired. */
  run(budget: number): ExitReason;
  /** RFLAGS, all bits. */
  getEflags(): number;
  setEflags(value: number): void;
  /** State of a fresh program (start_thread): all zero, fcw 0x37f, mxcsr 0x1f80, rflags 0x202, user selectors. */
  resetCpu(): void;
  /** Stores the FXSAVE64 image (512 bytes) of the current state at a host address. */
  fxsave(host: number): void;
  /** Loads one; false = reserved MXCSR bits are set, nothing is changed. */
  fxrstor(host: number): boolean;

  /** A zeroed frame with one reference; `flags` are PageFlag bits. 0 = the limit is reached. */
  allocFrame(flags: number): number;
  /** The same, with whatever it held before. */
  allocFrameRaw(flags: number): number;
  /** One for the anonymous page at va: beside those of the pages around, where that can be. `zeroed`: else with whatever it held before. */
  allocFrameFor(pgd: number, va: number, flags: number, zeroed: boolean): number;
  getFrame(frame: number): void;
  /** Drops a reference; the last one frees the frame (its version goes up, its decoded code is dropped). */
  putFrame(frame: number): void;
  /** Makes a table of the core (CoreTable) at the next frame that was never used: a restored machine has it where it was. False: no memory. */
  placeTable(id: number): boolean;
  /** Host address of its struct page (PageStruct). */
  pageStruct(frame: number): number;
  /** The kernel has written, or is about to write, its content: decoded code of it is dropped. */
  frameWritten(frame: number): void;

  /** A new address space: the frame of its PML4, or 0. */
  createPageTable(): number;
  /** Frees its page-table frames and its TLB context; leaf entries must be zapped before. */
  destroyPageTable(pgd: number): void;
  /** cr3 := pgd. */
  activate(pgd: number): void;
  /** Host address of the 8-byte PTE of va (u32 low, u32 high); 0 = no table, or no memory where `alloc`. */
  pteSlot(pgd: number, va: number, alloc: boolean): number;
  invlpg(pgd: number, va: number): void;
  flushRange(pgd: number, start: number, end: number): void;
  flushAll(pgd: number): void;

  /**
   * fork: copies the PTEs of a range, with a reference (RefCount, MapCount) per frame. `cow` write-protects both sides. Frames
   * that are Reserved, and PTEs that are SPECIAL, are not counted. false = no memory for tables.
   */
  copyRange(dst: number, src: number, start: number, end: number, cow: boolean): boolean;
  /**
   * Fills the empty ones of `count` PTEs from `slot` on, within one page table, with the frames at MemoryMap.FrameList (u32 each, 0:
   * none), each with a reference (RefCount, MapCount). Frames with PageFlag.Readahead are left out. Returns how many it filled.
   */
  mapFrames(slot: number, count: number, low: number, high: number): number;
  /** Clears the PTEs of a range, drops their references, moves their dirty bits to the pages (PageFlag.Dirty), and flushes. */
  zapRange(pgd: number, start: number, end: number): void;
  /** Anonymous and other counted pages that the last zapRange took away, or the last copyRange added. */
  zappedAnon(): number;
  zappedFile(): number;
  /**
   * For each PTE of the range that is present or PROTNONE: low := (low & ~clearLo) | setLo, NX := nx.
   * `keepCowReadonly`: an entry that was read-only stays so.
   */
  protectRange(pgd: number, start: number, end: number, setLo: number, clearLo: number, nx: boolean, keepCowReadonly: boolean): void;
  /** mremap: moves the PTEs of [from, from + length) to `to`. false = no memory for tables, nothing lost. */
  moveRange(pgd: number, from: number, to: number, length: number): boolean;

  /**
   * Host address of the byte at va in the active address space, for the kernel's own access (0 read, 1 write), with A and D set;
   * 0 = not present or not permitted. For a write the page's decoded code is dropped.
   */
  translate(va: number, access: number): number;
  translateIn(pgd: number, va: number, access: number): number;

  /** Drops all decoded code. */
  codeFlush(): void;
  tlbFlushAll(): void;
}

/** What the core asks its host. State (Rip, registers, Icount, flags) is exact during both calls. */
export interface CoreImports {
  /** A user page fault at va with the hardware's error code: 0 = resolved, run the instruction again. */
  pageFault(va: number, error: number): number;
  /** The time-stamp counter: an integer, exact below 2^53. */
  rdtsc(): number;
}

export interface CoreOptions {
  /** Bytes of guest frames, at most: rounded down to whole frames. */
  readonly memoryLimit: number;
}
