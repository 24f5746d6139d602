/** ELF numbers of include/uapi/linux/elf.h and arch/x86/include/asm/elf.h. */

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
