import { DynTag, ElfMachine } from '@ring3/abi';
import { hex } from '../text.js';

const TAGS: Readonly<Record<number, string>> = {
  [DynTag.Null]: 'NULL',
  [DynTag.Needed]: 'NEEDED',
  [DynTag.PltRelSz]: 'PLTRELSZ',
  [DynTag.PltGot]: 'PLTGOT',
  [DynTag.Hash]: 'HASH',
  [DynTag.StrTab]: 'STRTAB',
  [DynTag.SymTab]: 'SYMTAB',
  [DynTag.Rela]: 'RELA',
  [DynTag.RelaSz]: 'RELASZ',
  [DynTag.RelaEnt]: 'RELAENT',
  [DynTag.StrSz]: 'STRSZ',
  [DynTag.SymEnt]: 'SYMENT',
  12: 'INIT',
  13: 'FINI',
  [DynTag.SoName]: 'SONAME',
  [DynTag.RPath]: 'RPATH',
  16: 'SYMBOLIC',
  [DynTag.Rel]: 'REL',
  [DynTag.RelSz]: 'RELSZ',
  [DynTag.RelEnt]: 'RELENT',
  [DynTag.PltRel]: 'PLTREL',
  21: 'DEBUG',
  22: 'TEXTREL',
  [DynTag.JmpRel]: 'JMPREL',
  24: 'BIND_NOW',
  25: 'INIT_ARRAY',
  26: 'FINI_ARRAY',
  27: 'INIT_ARRAYSZ',
  28: 'FINI_ARRAYSZ',
  [DynTag.RunPath]: 'RUNPATH',
  [DynTag.Flags]: 'FLAGS',
  32: 'PREINIT_ARRAY',
  33: 'PREINIT_ARRAYSZ',
  34: 'SYMTAB_SHNDX',
  [DynTag.RelrSz]: 'RELRSZ',
  [DynTag.Relr]: 'RELR',
  [DynTag.RelrEnt]: 'RELRENT',
  0x6ffffdf4: 'GNU_FLAGS_1',
  0x6ffffdf5: 'GNU_PRELINKED',
  0x6ffffdf6: 'GNU_CONFLICTSZ',
  0x6ffffdf7: 'GNU_LIBLISTSZ',
  0x6ffffdf8: 'CHECKSUM',
  0x6ffffdf9: 'PLTPADSZ',
  0x6ffffdfa: 'MOVEENT',
  0x6ffffdfb: 'MOVESZ',
  0x6ffffdfc: 'FEATURE',
  0x6ffffdfd: 'POSFLAG_1',
  0x6ffffdfe: 'SYMINSZ',
  0x6ffffdff: 'SYMINENT',
  0x6ffffe00: 'ADDRRNGLO',
  [DynTag.GnuHash]: 'GNU_HASH',
  0x6ffffef6: 'TLSDESC_PLT',
  0x6ffffef7: 'TLSDESC_GOT',
  0x6ffffef8: 'GNU_CONFLICT',
  0x6ffffef9: 'GNU_LIBLIST',
  0x6ffffefa: 'CONFIG',
  0x6ffffefb: 'DEPAUDIT',
  0x6ffffefc: 'AUDIT',
  0x6ffffefd: 'PLTPAD',
  0x6ffffefe: 'MOVETAB',
  0x6ffffeff: 'SYMINFO',
  [DynTag.VerSym]: 'VERSYM',
  0x6ffffff9: 'RELACOUNT',
  0x6ffffffa: 'RELCOUNT',
  [DynTag.Flags1]: 'FLAGS_1',
  [DynTag.VerDef]: 'VERDEF',
  [DynTag.VerDefNum]: 'VERDEFNUM',
  [DynTag.VerNeed]: 'VERNEED',
  [DynTag.VerNeedNum]: 'VERNEEDNUM',
  [DynTag.Auxiliary]: 'AUXILIARY',
  0x7ffffffe: 'USED',
  [DynTag.Filter]: 'FILTER',
};

const PROCESSOR_TAGS: Readonly<Record<number, Readonly<Record<number, string>>>> = {
  [ElfMachine.AArch64]: { 0x70000001: 'AARCH64_BTI_PLT', 0x70000003: 'AARCH64_PAC_PLT', 0x70000005: 'AARCH64_VARIANT_PCS' },
  [ElfMachine.RiscV]: { 0x70000001: 'RISCV_VARIANT_CC' },
};

export function dynamicTag(machine: number, tag: bigint): string {
  const number = Number(tag);
  const name = TAGS[number] ?? PROCESSOR_TAGS[machine]?.[number];
  if (name !== undefined) return name;
  if (number >= 0x70000000 && number <= 0x7fffffff) return `Processor Specific: ${hex(tag)}`;
  if (number >= 0x6000000d && number <= 0x6ffff000) return `Operating System specific: ${hex(tag)}`;
  return `<unknown>: ${hex(tag)}`;
}

/** Tags whose value is a number of bytes. */
export const SIZE_TAGS: ReadonlySet<number> = new Set([
  DynTag.PltRelSz,
  DynTag.RelaSz,
  DynTag.RelaEnt,
  DynTag.StrSz,
  DynTag.SymEnt,
  DynTag.RelSz,
  DynTag.RelEnt,
  27,
  28,
  33,
  DynTag.RelrSz,
  DynTag.RelrEnt,
  0x6ffffdf6,
  0x6ffffdf7,
  0x6ffffdf9,
  0x6ffffdfa,
  0x6ffffdfb,
]);

/** Tags whose value is a count. */
export const COUNT_TAGS: ReadonlySet<number> = new Set([0x6ffffff9, 0x6ffffffa, DynTag.VerDefNum, DynTag.VerNeedNum]);

/** DT_FLAGS, from bit 0. */
const FLAGS = ['ORIGIN', 'SYMBOLIC', 'TEXTREL', 'BIND_NOW', 'STATIC_TLS'];

/** DT_FLAGS_1, from bit 0. */
const FLAGS_1 =
  'NOW GLOBAL GROUP NODELETE LOADFLTR INITFIRST NOOPEN ORIGIN DIRECT TRANS INTERPOSE NODEFLIB NODUMP CONFALT ENDFILTEE DISPRELDNE DISPRELPND NODIRECT IGNMULDEF NOKSYMS NOHDR EDITED NORELOC SYMINTPOSE GLOBAUDIT SINGLETON STUB PIE KMOD WEAKFILTER NOCOMMON'.split(
    ' ',
  );

/** The bit of DT_FLAGS_1 that tells a program from a library. */
export const DF_1_PIE = 0x08000000n;

const NAMED_FLAGS: Readonly<Record<number, readonly string[]>> = {
  0x6ffffdf4: ['UNIQUE'],
  0x6ffffdfc: ['PARINIT', 'CONFEXP'],
  0x6ffffdfd: ['LAZYLOAD', 'GROUPPERM'],
  [DynTag.Flags1]: FLAGS_1,
};

function bitsOf(value: bigint): number[] {
  return Array.from({ length: 64 }, (_, bit) => bit).filter((bit) => (value >> BigInt(bit)) & 1n);
}

/** What a tag whose value is flags shows; null for other tags. */
export function dynamicFlags(tag: bigint, value: bigint): string | null {
  if (tag === BigInt(DynTag.Flags))
    return bitsOf(value)
      .map((bit) => FLAGS[bit] ?? 'unknown')
      .join(' ');
  const names = NAMED_FLAGS[Number(tag)];
  if (!names) return null;
  if (value === 0n) return 'Flags: None';
  const known = bitsOf(value).filter((bit) => bit < names.length);
  const rest = known.reduce((left, bit) => left & ~(1n << BigInt(bit)), value);
  return ['Flags:', ...known.map((bit) => names[bit]!), ...(rest ? [hex(rest)] : [])].join(' ');
}

/** Tags that name a file, and what readelf says before the name. */
export const STRING_TAGS: Readonly<Record<number, string>> = {
  [DynTag.Needed]: 'Shared library',
  [DynTag.SoName]: 'Library soname',
  [DynTag.RPath]: 'Library rpath',
  [DynTag.RunPath]: 'Library runpath',
};

/** The same for tags that say so where the name cannot be read, too. */
export const FILE_TAGS: Readonly<Record<number, string>> = {
  0x6ffffefa: 'Configuration file',
  0x6ffffefb: 'Dependency audit library',
  0x6ffffefc: 'Audit library',
  [DynTag.Auxiliary]: 'Auxiliary library',
  [DynTag.Filter]: 'Filter library',
};
