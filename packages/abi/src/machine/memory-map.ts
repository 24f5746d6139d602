/**
 * Where things lie in a machine's linear memory (wasm32, one memory per machine).
 *
 *   0x0000_0000  8 bytes never read or written, so that host address 0 means "no address"
 *   0x0000_0008  what is read and written all the time, so that its address takes a byte in the host's code: Cpu.RegionFuel
 *   0x0000_0010  CPU state, the registers first  (cpu-state.ts)
 *   0x0000_3000  machine header                (Header below)
 *   0x0000_4000  scratch: page-crossing accesses, copied micro-ops
 *   0x0002_0000  what translated code remembers of the TLB (Memo), and which regions begin where (Jump)
 *   0x0004_0000  the core's constant tables    (asc --memoryBase)
 *   0x0010_0000  translated code: its slots, tables and profile
 *   0x0030_0000  mem_map: one struct page per frame
 *   behind it    a TLB context: R, W, X, each a flat table over the 4 GiB window
 *                decoded code: micro-op pages  (code cache arena, its first part)
 *                frames, 4 KiB each; and amid them, when they are first needed, seven more TLB contexts and the rest of the arena
 *
 * What translated code loads all the time lies where its last twelve bits are those of nothing that it stores all the time (the CPU state, up to
 * its xmm registers): processors that look for a load's store by those bits take one for the other.
 *
 * So a machine begins small, and its memory grows with what it uses: hosts count all of it, touched or not.
 */
export const enum MemoryMap {
  Cpu = 0x10,
  Header = 0x3000,
  ReadScratch = 0x4000,
  WriteScratch = 0x4100,
  /** 512 bytes, aligned, for the kernel: an FXSAVE image on its way to or from a signal frame. */
  KernelScratch = 0x7000,
  /** u32[512]: frames to be mapped in one go (the core's mapFrames). */
  FrameList = 0x7800,
  /** Micro-ops copied here run straight up to an end marker: how a run ends at an exact icount. */
  StepBuffer = 0x8000,
  StepBufferEnd = 0x20000,
  /** What translated code remembers of the TLB: StackMemo, and Memos, packages/jit says which for whom; all zero: nothing. */
  Memos = 0x20000,
  StackMemo = 0x20fc0,
  MemosEnd = 0x30000,
  /** Where regions begin that control came to lately: a Jump in the place of its address. */
  Jumps = 0x30000,
  JumpsEnd = 0x40000,
  CoreData = 0x40000,
  CoreDataEnd = 0x100000,
  /** One RegionSlot per slot of the region table. */
  RegionSlots = 0x0010_0000,
  RegionSlotsEnd = 0x0018_0000,
  /** Tables that translated code reads, made by its translator. */
  RegionTables = 0x0018_0000,
  RegionTablesEnd = 0x002e_0000,
  /** What Profile describes. */
  Profile = 0x002e_0000,
  MemMap = 0x0030_0000,
  TlbTableBytes = 0x40_0000,
  TlbContextBytes = 0xc0_0000,
  TlbContexts = 8,
  CodeFirstBytes = 0x40_0000,
  CodeRestBytes = 0x1b0_0000,
  /** Frames that the tables which are placed later take up (CoreTable): they do not count against the guest's limit. */
  TableFrames = (7 * 0xc0_0000 + 0x1b0_0000) / 4096,
}

/** Tables of the core that lie amid the frames. In PageStruct.Index of the first one of their struct pages, which all have PageFlag.Core. */
export const enum CoreTable {
  /** From 1 on, by number: TLB contexts. */
  TlbContext = 0,
  CodeRest = 8,
}

export const enum PageSize {
  Shift = 12,
  Bytes = 4096,
  Mask = 4095,
}

/** Fields at MemoryMap.Header, u32 each. Written by the core's `init`, read by everybody. */
export const enum Header {
  /** Number of frames that mem_map has room for (the guest's memory limit). */
  FrameCount = 0x00,
  /** Host address of frame 0. A frame's "physical address" is its address in this memory. */
  FrameBase = 0x04,
  /** Frames now free (on the free list or not yet touched). */
  FreeFrames = 0x08,
  /** Set non-zero by the host side to make `run` return ExitReason.Interrupt at the next branch. */
  InterruptRequest = 0x0c,
  /** Active R table (TLB), for translated code. */
  ReadTable = 0x508,
  /** 1: somebody translates what is hot, 2: and is told of each way out of translated code; 0: nothing is sampled. */
  Translating = 0x50c,
  /** Changes whenever an address may lead to other code than before. */
  CodeEpoch = 0x510,
  /**
   * u64: what of an address tells whether an access of so many bytes lies in one page of the window, all but the page's number. A constant,
   * for translated code (V8 would make it anew at every use).
   */
  PlaceMask = 0x518,
  /** Translated code has set memos since they were last cleared (MemoryMap.Memos). */
  MemosUsed = 0x520,
  /** Address behind the last memo that is anybody's; 0: there is none yet. */
  MemosTop = 0x530,
  /** u64, always 0, which V8 cannot know. */
  Zero = 0x528,
  /** How many of the addresses at Breakpoints hold. Who changes them calls tlbFlushAll. */
  BreakpointCount = 0x10,
  /** u64 each, MaxBreakpoints of them: `run` returns ExitReason.Breakpoint before an instruction there, unless it is its first. */
  Breakpoints = 0x18,
  MaxBreakpoints = 64,
  /** Number of struct pages: FrameCount and MemoryMap.TableFrames. */
  FrameSlots = 0x220,
  /** So many frames, from the first on, were ever given out, or are tables of the core: what comes behind them is all zero. */
  FramesTouched = 0x224,
}

/** At MemoryMap.RegionSlots + slot × Bytes: an entry of translated code. */
export const enum RegionSlot {
  /** The micro-op that stood where its Enter micro-op stands now. */
  Original = 0,
  /** i32: the entry's address less the region's base, which is the va of a page. */
  Offset = 20,
  /** u64 base and u32 Header.CodeEpoch for which Pages were found to hold. */
  ValidBase = 32,
  ValidEpoch = 40,
  /** u32: the entry's number in its region. */
  Entry = 44,
  /** u32 host address, u32 count: the region's pages, RegionPage each. */
  Pages = 48,
  PageCount = 52,
  /** u32: not 0: there is a newer region in the place of this one. */
  Replaced = 56,
  Bytes = 64,
  /** Slots whose address ends in less, in its last twelve bits, stay empty. */
  Apart = 0x340,
}

/** What an access of translated code last found in the TLB. Cleared before an entry of the TLB is taken back. */
export const enum Memo {
  /** u64: the page's address. */
  Page = 0,
  /** u64: accesses that begin less than so many bytes behind it lie in the page; 0: none. */
  Limit = 8,
  /** u32: the TLB's entry. */
  Entry = 16,
  Bytes = 24,
  /** In each page of memory from First on. */
  First = 0x400,
  PerPage = 123,
  /** With StackMemo, in the first. */
  UsedBytes = 0xc00,
}

/**
 * The page that the stack's top was in when the core last looked, and those around it with the same W entry, if it may be written; all zero: none.
 * Cleared with the memos.
 */
export const enum StackMemo {
  /** u64: the first page's address. */
  Page = 0,
  /** u32: the TLB's W entry. */
  Entry = 8,
  /** u64: accesses of up to 16, 64, 256 bytes that begin less than so many bytes behind Page lie in these pages. */
  Limit16 = 16,
  Limit64 = 24,
  Limit256 = 32,
}

/** A region's entry that was found to hold; the host changes Header.CodeEpoch when it puts another one there. */
export const enum Jump {
  /** u64: its address. */
  Rip = 0,
  /** u64: the region's base. */
  Base = 8,
  /** u32: Header.CodeEpoch for which it holds; slot; number in the region. */
  Epoch = 16,
  Slot = 20,
  Entry = 24,
  Bytes = 32,
  /** An address's place: Jumps + First + ((low half × Multiplier mod 2³²) >> Shift & Mask). */
  Multiplier = 0x9e37_79b1,
  Shift = 16,
  Mask = 0xf7e0,
  First = 0x800,
}

/** A page of code that a region was made from. */
export const enum RegionPage {
  /** i32: pages from the region's base. */
  Delta = 0,
  /** u32: host address of its code page, and the generation of that. */
  Code = 4,
  Generation = 8,
  Bytes = 12,
}

/** Why an address is hot, in the bits of it from Shift on. */
export const enum HotReason {
  /** The interpreter is there often. */
  Sampled = 0,
  /** Translated code ends there often. */
  Ended = 1,
  /** Translated code often fails to do the instruction there. */
  Failed = 2,
  /** Its numbers are often not near. */
  Far = 3,
  /** A call often goes from one region to another that was not there when the first was made: the address where it comes back to. */
  Unlinked = 4,
  Shift = 61,
}

/** Why the run loop came back from translated code. */
export const enum RegionExit {
  /** It went on in other translated code. */
  Chained = 0,
  /** Its instructions were used up. */
  Fuel = 1,
  /** There is no translated code where it went. */
  Ended = 2,
  /** It could not do the instruction. */
  Failed = 3,
  /** What is there has not been decoded. */
  Undecoded = 4,
  /** It did nothing: it is not what the address space has there, or it failed at once. */
  Refused = 5,
}

/** At MemoryMap.Profile: what the core knows of the running program, for who translates. */
export const enum Profile {
  /** u32: how many u64 addresses at Hot are to be looked at; the host takes them and sets 0. HotReason is in the top bits. */
  HotCount = 0,
  Hot = 8,
  MaxHot = 64,
  /** u32: branches recorded so far at Branches: (u64 from, u64 to) each, the newest at (count − 1) % MaxBranches. */
  BranchCount = 4,
  Branches = 0x1000,
  MaxBranches = 1024,
  /** (u32 key, u32 count) each: how often control has left regions to where there is none. */
  Exits = 0x8000,
  MaxExits = 8192,
  /** A Site for each micro-op that was looked at lately: at the micro-op's address / 16, modulo their number. */
  Sites = 0x18000,
  MaxSites = 4096,
  /** Times that an instruction fails in translated code before its address is told. */
  HotFailures = 5000,
  /** Of calls between regions that do not know each other one in so many is counted; so many counted ones are told. */
  Unlinked = 64,
  HotUnlinked = 4096,
}

/** Where an instruction accesses memory, 8 bytes. */
export const enum Site {
  /** u32: address of the micro-op. */
  Uop = 0,
  /**
   * u32: the page of its last access (bits 12–31), how often it came behind another of the same stretch of instructions (0–4), and was in
   * another page then (5–8), the number of the stretch (9–11).
   */
  Seen = 4,
  SeenMask = 31,
  ChangedShift = 5,
  ChangedMask = 15,
  StretchShift = 9,
  StretchMask = 7,
  Bytes = 8,
}

/** struct page, 32 bytes, at MemoryMap.MemMap + 32 × ((frame − FrameBase) >> 12); there are Header.FrameSlots of them. */
export const enum PageStruct {
  Bytes = 32,
  /** u32: references; 0 = free. */
  RefCount = 0,
  /** u32: page-table entries that map it. */
  MapCount = 4,
  /** u32: PageFlag bits. */
  Flags = 8,
  /** u32: bumped whenever the content may no longer be what was decoded, and when the frame is freed. */
  Version = 12,
  /** u32: id of the address_space (page cache) or anon owner; 0 = none. */
  Mapping = 16,
  /** u32: page index within the mapping. */
  Index = 20,
  /** u32: host address of its micro-op page, 0 = none (core's own). */
  Code = 24,
  /** u32: next frame on the free list (core's own). */
  Next = 28,
}

export const enum PageFlag {
  /** Has micro-ops or regions: W entries of every TLB context stay 0. */
  HasCode = 1 << 0,
  /** Some TLB context has a W entry for it. */
  WriteCached = 1 << 1,
  Dirty = 1 << 2,
  /** Belongs to anonymous memory (counts as anonymous RSS); otherwise page cache or kernel. */
  Anon = 1 << 3,
  PageCache = 1 << 4,
  /** A page-table page. */
  PageTable = 1 << 5,
  /** The shared zero page, [vvar] and the like: never freed, never counted. */
  Reserved = 1 << 6,
  Uptodate = 1 << 7,
  Writeback = 1 << 8,
  /** PG_readahead: whoever comes to this page has the next window read. */
  Readahead = 1 << 9,
  /** Anonymous memory that MADV_FREE gave up: may be dropped until it is written again. */
  LazyFree = 1 << 10,
  /** No frame of the guest: a table of the core (CoreTable). */
  Core = 1 << 11,
}
