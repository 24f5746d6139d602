/** Exception vectors (SDM volume 3, table 6-1). */
export const enum Vector {
  DE = 0,
  DB = 1,
  NMI = 2,
  BP = 3,
  OF = 4,
  BR = 5,
  UD = 6,
  NM = 7,
  DF = 8,
  TS = 10,
  NP = 11,
  SS = 12,
  GP = 13,
  PF = 14,
  MF = 16,
  AC = 17,
  MC = 18,
  XM = 19,
}

/** Error code of a page fault (SDM volume 3, 4.7). */
export const enum PageFaultError {
  /** The page was present: a protection violation. */
  Protection = 1 << 0,
  Write = 1 << 1,
  User = 1 << 2,
  Reserved = 1 << 3,
  Fetch = 1 << 4,
}

/** Selectors of Linux's 64-bit GDT as user mode sees them (arch/x86/include/asm/segment.h). */
export const enum Selector {
  User32Cs = 0x23,
  UserDs = 0x2b,
  UserCs = 0x33,
  /** GDT_ENTRY_CPUNODE: its limit is cpu | node << 12. */
  CpuNode = 0x7b,
}
