/** Core files: include/uapi/linux/elf.h (notes), include/linux/elfcore.h, include/linux/sched/coredump.h. */

/** n_type of the notes in a core file; their name is "CORE". */
export const enum NoteType {
  PrStatus = 1,
  PrFpReg = 2,
  PrPsInfo = 3,
  Auxv = 6,
  /** "SIGI" */
  SigInfo = 0x53494749,
  /** "FILE" */
  File = 0x46494c45,
}

/**
 * struct elf_prstatus, byte offsets:
 *
 *   0          12       16        24        32    36     40     44    48               112                328     332   336
 *   | pr_info  | cursig | sigpend | sighold | pid | ppid | pgrp | sid | 4 × timeval    | 27 registers     | fpvalid |   |
 */
export const enum PrStatus {
  Signo = 0,
  CurSig = 12,
  SigPend = 16,
  SigHold = 24,
  Pid = 32,
  PPid = 36,
  PGrp = 40,
  Sid = 44,
  Utime = 48,
  Stime = 64,
  CUtime = 80,
  CStime = 96,
  Reg = 112,
  FpValid = 328,
  Bytes = 336,
}

/** struct elf_prpsinfo, byte offsets. */
export const enum PrPsInfo {
  State = 0,
  SName = 1,
  Zomb = 2,
  Nice = 3,
  Flag = 8,
  Uid = 16,
  Gid = 20,
  Pid = 24,
  PPid = 28,
  PGrp = 32,
  Sid = 36,
  FName = 40,
  FNameBytes = 16,
  PsArgs = 56,
  /** ELF_PRARGSZ */
  PsArgsBytes = 80,
  Bytes = 136,
}

/** Which mappings a core file holds: bits of /proc/PID/coredump_filter (MMF_DUMP_*). */
export const enum CoredumpFilter {
  AnonPrivate = 1 << 0,
  AnonShared = 1 << 1,
  MappedPrivate = 1 << 2,
  MappedShared = 1 << 3,
  ElfHeaders = 1 << 4,
  HugetlbPrivate = 1 << 5,
  HugetlbShared = 1 << 6,
  DaxPrivate = 1 << 7,
  DaxShared = 1 << 8,
  /** MMF_DUMP_FILTER_MASK */
  Mask = 0x1ff,
  Default = AnonPrivate | AnonShared | ElfHeaders | HugetlbPrivate,
}

/** e_phnum of a file with more program headers than it can say: sh_info of section 0 has their number. */
export const PN_XNUM = 0xffff;

/** Elf64_Shdr, the fields that a core file with PN_XNUM uses. */
export const enum Shdr {
  Size = 32,
  Link = 40,
  Info = 44,
  Bytes = 64,
}
