/** ELF numbers of include/uapi/linux/elf.h, arch/x86/include/asm/elf.h and the generic ABI. */

/**
 * Elf64_Ehdr, byte offsets:
 *
 *   0        4 5 6 7           16   18   20      24      32      40      48    52   54   56   58   60   62   64
 *   | \x7fELF |class data ver…  |type|mach|version| entry | phoff | shoff |flags|ehsz|phsz|phn |shsz|shn |shstrndx
 */
export const enum Ehdr {
  Ident = 0,
  Type = 16,
  Machine = 18,
  Version = 20,
  Entry = 24,
  PhOff = 32,
  ShOff = 40,
  Flags = 48,
  EhSize = 52,
  PhEntSize = 54,
  PhNum = 56,
  ShEntSize = 58,
  ShNum = 60,
  ShStrNdx = 62,
  Bytes = 64,
}

/**
 * Elf64_Phdr, byte offsets:
 *
 *   0      4       8        16      24      32       40      48      56
 *   | type | flags | offset | vaddr | paddr | filesz | memsz | align |
 */
export const enum Phdr {
  Type = 0,
  Flags = 4,
  Offset = 8,
  Vaddr = 16,
  Paddr = 24,
  FileSz = 32,
  MemSz = 40,
  Align = 48,
  Bytes = 56,
}

/** e_type. */
export const enum ElfType {
  None = 0,
  Rel = 1,
  Exec = 2,
  Dyn = 3,
  Core = 4,
}

/** e_machine, the few that are told apart. */
export const enum ElfMachine {
  I386 = 3,
  Arm = 40,
  X86_64 = 62,
  AArch64 = 183,
  RiscV = 243,
}

/** p_type. */
export const enum Pt {
  Null = 0,
  Load = 1,
  Dynamic = 2,
  Interp = 3,
  Note = 4,
  ShLib = 5,
  Phdr = 6,
  Tls = 7,
  GnuEhFrame = 0x6474e550,
  GnuStack = 0x6474e551,
  GnuRelro = 0x6474e552,
  GnuProperty = 0x6474e553,
}

/** p_flags. */
export const enum Pf {
  X = 1,
  W = 2,
  R = 4,
}

/** Bytes of e_ident. */
export const enum Ei {
  Class = 4,
  Data = 5,
  Version = 6,
  OsAbi = 7,
  AbiVersion = 8,
  NIdent = 16,
}

/** e_ident[EI_CLASS]. */
export const enum ElfClass {
  None = 0,
  Class32 = 1,
  Class64 = 2,
}

/** e_ident[EI_DATA]. */
export const enum ElfData {
  None = 0,
  Lsb = 1,
  Msb = 2,
}

/** sh_type. */
export const enum Sht {
  Null = 0,
  ProgBits = 1,
  SymTab = 2,
  StrTab = 3,
  Rela = 4,
  Hash = 5,
  Dynamic = 6,
  Note = 7,
  NoBits = 8,
  Rel = 9,
  ShLib = 10,
  DynSym = 11,
  InitArray = 14,
  FiniArray = 15,
  PreInitArray = 16,
  Group = 17,
  SymTabShndx = 18,
  Relr = 19,
  GnuHash = 0x6ffffff6,
  GnuVerdef = 0x6ffffffd,
  GnuVerneed = 0x6ffffffe,
  GnuVersym = 0x6fffffff,
}

/** sh_flags. */
export const enum Shf {
  Write = 1 << 0,
  Alloc = 1 << 1,
  ExecInstr = 1 << 2,
  Merge = 1 << 4,
  Strings = 1 << 5,
  InfoLink = 1 << 6,
  LinkOrder = 1 << 7,
  OsNonconforming = 1 << 8,
  Group = 1 << 9,
  Tls = 1 << 10,
  Compressed = 1 << 11,
}

/** Section indexes with a meaning of their own. */
export const enum Shn {
  Undef = 0,
  LoReserve = 0xff00,
  Abs = 0xfff1,
  Common = 0xfff2,
  XIndex = 0xffff,
}

/** Binding of a symbol: st_info >> 4. */
export const enum Stb {
  Local = 0,
  Global = 1,
  Weak = 2,
  GnuUnique = 10,
}

/** Type of a symbol: st_info & 15. */
export const enum Stt {
  NoType = 0,
  Object = 1,
  Func = 2,
  Section = 3,
  File = 4,
  Common = 5,
  Tls = 6,
  GnuIfunc = 10,
}

/** Visibility of a symbol: st_other & 3. */
export const enum Stv {
  Default = 0,
  Internal = 1,
  Hidden = 2,
  Protected = 3,
}

/** d_tag, those that lead to other tables. */
export const enum DynTag {
  Null = 0,
  Needed = 1,
  PltRelSz = 2,
  PltGot = 3,
  Hash = 4,
  StrTab = 5,
  SymTab = 6,
  Rela = 7,
  RelaSz = 8,
  RelaEnt = 9,
  StrSz = 10,
  SymEnt = 11,
  SoName = 14,
  RPath = 15,
  Rel = 17,
  RelSz = 18,
  RelEnt = 19,
  PltRel = 20,
  JmpRel = 23,
  RunPath = 29,
  Flags = 30,
  RelrSz = 35,
  Relr = 36,
  RelrEnt = 37,
  GnuHash = 0x6ffffef5,
  VerSym = 0x6ffffff0,
  Flags1 = 0x6ffffffb,
  VerDef = 0x6ffffffc,
  VerDefNum = 0x6ffffffd,
  VerNeed = 0x6ffffffe,
  VerNeedNum = 0x6fffffff,
  Auxiliary = 0x7ffffffd,
  Filter = 0x7fffffff,
}

/** Indexes of version symbols (.gnu.version). */
export const enum VerNdx {
  Local = 0,
  Global = 1,
  /** VERSYM_HIDDEN */
  Hidden = 0x8000,
  /** VERSYM_VERSION */
  Mask = 0x7fff,
}
