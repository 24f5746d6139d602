import { Auxv, ElfMachine, ElfType, Pt } from '@ring3/abi';

/** Names of numbers that are the same in every language. */

const types = new Map<number, string>([
  [ElfType.None, 'ET_NONE'],
  [ElfType.Rel, 'ET_REL'],
  [ElfType.Exec, 'ET_EXEC'],
  [ElfType.Dyn, 'ET_DYN'],
  [ElfType.Core, 'ET_CORE'],
]);

const machines = new Map<number, string>([
  [ElfMachine.I386, 'EM_386'],
  [ElfMachine.Arm, 'EM_ARM'],
  [ElfMachine.X86_64, 'EM_X86_64'],
  [ElfMachine.AArch64, 'EM_AARCH64'],
  [ElfMachine.RiscV, 'EM_RISCV'],
]);

const segments = new Map<number, string>([
  [Pt.Null, 'NULL'],
  [Pt.Load, 'LOAD'],
  [Pt.Dynamic, 'DYNAMIC'],
  [Pt.Interp, 'INTERP'],
  [Pt.Note, 'NOTE'],
  [Pt.ShLib, 'SHLIB'],
  [Pt.Phdr, 'PHDR'],
  [Pt.Tls, 'TLS'],
  [Pt.GnuEhFrame, 'GNU_EH_FRAME'],
  [Pt.GnuStack, 'GNU_STACK'],
  [Pt.GnuRelro, 'GNU_RELRO'],
  [Pt.GnuProperty, 'GNU_PROPERTY'],
]);

const auxiliary = new Map<number, string>([
  [Auxv.Null, 'AT_NULL'],
  [Auxv.Ignore, 'AT_IGNORE'],
  [Auxv.ExecFd, 'AT_EXECFD'],
  [Auxv.Phdr, 'AT_PHDR'],
  [Auxv.PhEnt, 'AT_PHENT'],
  [Auxv.PhNum, 'AT_PHNUM'],
  [Auxv.PageSz, 'AT_PAGESZ'],
  [Auxv.Base, 'AT_BASE'],
  [Auxv.Flags, 'AT_FLAGS'],
  [Auxv.Entry, 'AT_ENTRY'],
  [Auxv.NotElf, 'AT_NOTELF'],
  [Auxv.Uid, 'AT_UID'],
  [Auxv.EUid, 'AT_EUID'],
  [Auxv.Gid, 'AT_GID'],
  [Auxv.EGid, 'AT_EGID'],
  [Auxv.Platform, 'AT_PLATFORM'],
  [Auxv.HwCap, 'AT_HWCAP'],
  [Auxv.ClkTck, 'AT_CLKTCK'],
  [Auxv.Secure, 'AT_SECURE'],
  [Auxv.BasePlatform, 'AT_BASE_PLATFORM'],
  [Auxv.Random, 'AT_RANDOM'],
  [Auxv.HwCap2, 'AT_HWCAP2'],
  [Auxv.ExecFn, 'AT_EXECFN'],
  [Auxv.SysInfo, 'AT_SYSINFO'],
  [Auxv.SysInfoEhdr, 'AT_SYSINFO_EHDR'],
]);

const named = (names: ReadonlyMap<number, string>, value: number): string => names.get(value) ?? `0x${value.toString(16)}`;

export const elfTypeName = (type: number): string => named(types, type);
export const machineName = (machine: number): string => named(machines, machine);
export const segmentName = (type: number): string => named(segments, type);
export const auxvName = (type: number): string => named(auxiliary, type);
