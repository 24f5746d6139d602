/** include/uapi/linux/personality.h. */
export const enum Personality {
  Uname26 = 0x0020000,
  AddrNoRandomize = 0x0040000,
  FdpicFuncptrs = 0x0080000,
  MmapPageZero = 0x0100000,
  AddrCompatLayout = 0x0200000,
  ReadImpliesExec = 0x0400000,
  AddrLimit32Bit = 0x0800000,
  ShortInode = 0x1000000,
  WholeSeconds = 0x2000000,
  StickyTimeouts = 0x4000000,
  AddrLimit3Gb = 0x8000000,
  /** PER_CLEAR_ON_SETID: what a set-id program loses. */
  ClearOnSetId = ReadImpliesExec | AddrNoRandomize | AddrCompatLayout | MmapPageZero,
}
