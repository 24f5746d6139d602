import { ElfClass, ElfData, ElfMachine, ElfType, Pt, Sht } from '@ring3/abi';
import { hex } from '../text.js';

export const CLASSES: Readonly<Record<number, string>> = {
  [ElfClass.None]: 'none',
  [ElfClass.Class32]: 'ELF32',
  [ElfClass.Class64]: 'ELF64',
};

export const DATA: Readonly<Record<number, string>> = {
  [ElfData.None]: 'none',
  [ElfData.Lsb]: "2's complement, little endian",
  [ElfData.Msb]: "2's complement, big endian",
};

/** e_ident[EI_OSABI]. */
export const OS_ABIS: Readonly<Record<number, string>> = {
  0: 'UNIX - System V',
  1: 'UNIX - HP-UX',
  2: 'UNIX - NetBSD',
  3: 'UNIX - GNU',
  6: 'UNIX - Solaris',
  7: 'UNIX - AIX',
  8: 'UNIX - IRIX',
  9: 'UNIX - FreeBSD',
  10: 'UNIX - TRU64',
  11: 'Novell - Modesto',
  12: 'UNIX - OpenBSD',
  13: 'VMS - OpenVMS',
  14: 'HP - Non-Stop Kernel',
  15: 'AROS',
  16: 'FenixOS',
  17: 'Nuxi CloudABI',
  18: 'Stratus Technologies OpenVOS',
};

const TYPES: Readonly<Record<number, string>> = {
  [ElfType.None]: 'NONE (None)',
  [ElfType.Rel]: 'REL (Relocatable file)',
  [ElfType.Exec]: 'EXEC (Executable file)',
  [ElfType.Core]: 'CORE (Core file)',
};

export function fileType(type: number, isPie: boolean): string {
  if (type === ElfType.Dyn) return isPie ? 'DYN (Position-Independent Executable file)' : 'DYN (Shared object file)';
  if (type >= 0xff00) return `Processor Specific: (${hex(type)})`;
  if (type >= 0xfe00) return `OS Specific: (${hex(type)})`;
  return TYPES[type] ?? `<unknown>: ${hex(type)}`;
}

const SECTION_TYPES: Readonly<Record<number, string>> = {
  [Sht.Null]: 'NULL',
  [Sht.ProgBits]: 'PROGBITS',
  [Sht.SymTab]: 'SYMTAB',
  [Sht.StrTab]: 'STRTAB',
  [Sht.Rela]: 'RELA',
  [Sht.Hash]: 'HASH',
  [Sht.Dynamic]: 'DYNAMIC',
  [Sht.Note]: 'NOTE',
  [Sht.NoBits]: 'NOBITS',
  [Sht.Rel]: 'REL',
  [Sht.ShLib]: 'SHLIB',
  [Sht.DynSym]: 'DYNSYM',
  [Sht.InitArray]: 'INIT_ARRAY',
  [Sht.FiniArray]: 'FINI_ARRAY',
  [Sht.PreInitArray]: 'PREINIT_ARRAY',
  [Sht.Group]: 'GROUP',
  [Sht.SymTabShndx]: 'SYMTAB SECTION INDICES',
  [Sht.Relr]: 'RELR',
  0x6fff4700: 'GNU_INCREMENTAL_INPUTS',
  0x6ffffff0: 'VERSYM',
  0x6ffffff5: 'GNU_ATTRIBUTES',
  [Sht.GnuHash]: 'GNU_HASH',
  0x6ffffff7: 'GNU_LIBLIST',
  0x6ffffffc: 'VERDEF',
  [Sht.GnuVerdef]: 'VERDEF',
  [Sht.GnuVerneed]: 'VERNEED',
  [Sht.GnuVersym]: 'VERSYM',
  0x7ffffffd: 'AUXILIARY',
  0x7fffffff: 'FILTER',
};

const PROCESSOR_SECTION_TYPES: Readonly<Record<number, Readonly<Record<number, string>>>> = {
  [ElfMachine.X86_64]: { 0x70000001: 'X86_64_UNWIND' },
  [ElfMachine.Arm]: {
    0x70000001: 'ARM_EXIDX',
    0x70000002: 'ARM_PREEMPTMAP',
    0x70000003: 'ARM_ATTRIBUTES',
    0x70000004: 'ARM_DEBUGOVERLAY',
    0x70000005: 'ARM_OVERLAYSECTION',
  },
  [ElfMachine.AArch64]: { 0x70000003: 'AARCH64_ATTRIBUTES' },
  [ElfMachine.RiscV]: { 0x70000003: 'RISCV_ATTRIBUTES' },
};

export function sectionType(machine: number, type: number): string {
  const name = PROCESSOR_SECTION_TYPES[machine]?.[type] ?? SECTION_TYPES[type];
  if (name !== undefined) return name;
  const offset = (base: number, title: string): string => `${title}+${type === base ? '0' : `0x${hex(type - base)}`}`;
  if (type >= 0x80000000) return offset(0x80000000, 'LOUSER');
  if (type >= 0x70000000) return offset(0x70000000, 'LOPROC');
  if (type >= 0x60000000) return offset(0x60000000, 'LOOS');
  return `${hex(type, 8)}: <unknown>`;
}

const SEGMENT_TYPES: Readonly<Record<number, string>> = {
  [Pt.Null]: 'NULL',
  [Pt.Load]: 'LOAD',
  [Pt.Dynamic]: 'DYNAMIC',
  [Pt.Interp]: 'INTERP',
  [Pt.Note]: 'NOTE',
  [Pt.ShLib]: 'SHLIB',
  [Pt.Phdr]: 'PHDR',
  [Pt.Tls]: 'TLS',
  [Pt.GnuEhFrame]: 'GNU_EH_FRAME',
  [Pt.GnuStack]: 'GNU_STACK',
  [Pt.GnuRelro]: 'GNU_RELRO',
  [Pt.GnuProperty]: 'GNU_PROPERTY',
  0x6474e554: 'GNU_SFRAME',
  0x65a3dbe6: 'OPENBSD_RANDOMIZE',
  0x65a3dbe7: 'OPENBSD_WXNEEDED',
  0x65a41be6: 'OPENBSD_BOOTDATA',
};

const PROCESSOR_SEGMENT_TYPES: Readonly<Record<number, Readonly<Record<number, string>>>> = {
  [ElfMachine.Arm]: { 0x70000001: 'EXIDX' },
  [ElfMachine.AArch64]: { 0x70000000: 'AARCH64_ARCHEXT', 0x70000002: 'AARCH64_MEMTAG_MTE' },
  [ElfMachine.RiscV]: { 0x70000003: 'RISCV_ATTRIBUTES' },
};

export function segmentType(machine: number, type: number): string {
  const name = PROCESSOR_SEGMENT_TYPES[machine]?.[type] ?? SEGMENT_TYPES[type];
  if (name !== undefined) return name;
  const offset = (base: number, title: string): string => `${title}+${type === base ? '0' : `0x${hex(type - base)}`}`;
  if (type >= 0x70000000 && type <= 0x7fffffff) return offset(0x70000000, 'LOPROC');
  if (type >= 0x60000000 && type <= 0x6fffffff) return offset(0x60000000, 'LOOS');
  return `<unknown>: ${hex(type)}`;
}
