import { DynTag, Ei, ElfMachine, ElfType, PN_XNUM, Pt, Shn } from '@ring3/abi';
import { dynamicEntries, dynamicValue } from './dynamic.js';
import type { ElfFile } from './elf-file.js';
import type { Field } from './layout.js';
import { DF_1_PIE } from './names/dynamic-tags.js';
import { CLASSES, DATA, fileType, OS_ABIS } from './names/headers.js';
import { MACHINES } from './names/machines.js';
import { EHDR } from './structures.js';
import { hex } from './text.js';

export function machineName(machine: number): string {
  return MACHINES[machine] ?? `<unknown>: 0x${hex(machine)}`;
}

/** A program that is linked as a shared object says so in DT_FLAGS_1. */
export function isPie(file: ElfFile): boolean {
  if (file.header.e_type !== ElfType.Dyn || !file.segmentOfType(Pt.Dynamic)) return false;
  return ((dynamicValue(dynamicEntries(file), DynTag.Flags1) ?? 0n) & DF_1_PIE) !== 0n;
}

export function fileTypeText(file: ElfFile): string {
  return fileType(file.header.e_type, isPie(file));
}

/** What e_flags say, with a comma before each; '' for machines that have none or that are not known here. */
function machineFlags(machine: number, flags: number): string {
  if (machine === ElfMachine.RiscV) {
    const float = ['soft-float ABI', 'single-float ABI', 'double-float ABI', 'quad-float ABI'][(flags >> 1) & 3]!;
    return `${flags & 1 ? ', RVC' : ''}${flags & 8 ? ', RVE' : ''}, ${float}${flags & 16 ? ', TSO' : ''}`;
  }
  if (machine === ElfMachine.Arm && flags >>> 24 === 5)
    return `, Version5 EABI${flags & 0x800000 ? ', BE8' : ''}${flags & 0x200 ? ', soft-float ABI' : ''}${flags & 0x400 ? ', hard-float ABI' : ''}`;
  return '';
}

/** The bytes of e_ident one by one: the magic number, then what they say. */
function identFields({ ident, header }: ElfFile): Field[] {
  const field = (name: string, offset: number, size: number, text: string): Field => ({
    name,
    offset,
    size,
    value: size === 1 ? ident[offset]! : 0,
    text,
  });
  const byte = (offset: Ei): number => ident[offset]!;
  const version = byte(Ei.Version);
  const standalone = byte(Ei.OsAbi) === 255 && [ElfMachine.Arm as number, 140, 94, 113].includes(header.e_machine);
  return [
    field('EI_MAG', 0, 4, [...ident].map((value) => hex(value, 2)).join(' ')),
    field('EI_CLASS', Ei.Class, 1, CLASSES[byte(Ei.Class)] ?? `<unknown: ${hex(byte(Ei.Class))}>`),
    field('EI_DATA', Ei.Data, 1, DATA[byte(Ei.Data)] ?? `<unknown: ${hex(byte(Ei.Data))}>`),
    field('EI_VERSION', Ei.Version, 1, `${version}${version === 1 ? ' (current)' : version === 0 ? '' : ' <unknown>'}`),
    field('EI_OSABI', Ei.OsAbi, 1, standalone ? 'Standalone App' : (OS_ABIS[byte(Ei.OsAbi)] ?? `<unknown: ${hex(byte(Ei.OsAbi))}>`)),
    field('EI_ABIVERSION', Ei.AbiVersion, 1, String(byte(Ei.AbiVersion))),
  ];
}

/** Every field of the ELF header. */
export function headerFields(file: ElfFile): Field[] {
  const { header, reader, sections, segmentCount, sectionCount, namesIndex } = file;
  const texts: Record<keyof typeof header, () => string> = {
    e_type: () => fileTypeText(file),
    e_machine: () => machineName(header.e_machine),
    e_version: () => `0x${hex(header.e_version)}`,
    e_entry: () => `0x${hex(header.e_entry)}`,
    // As signed numbers, so that what cannot be is seen at once.
    e_phoff: () => `${BigInt.asIntN(64, header.e_phoff)} (bytes into file)`,
    e_shoff: () => `${BigInt.asIntN(64, header.e_shoff)} (bytes into file)`,
    e_flags: () => `0x${hex(header.e_flags)}${machineFlags(header.e_machine, header.e_flags)}`,
    e_ehsize: () => `${header.e_ehsize} (bytes)`,
    e_phentsize: () => `${header.e_phentsize} (bytes)`,
    e_phnum: () => `${header.e_phnum}${header.e_phnum === PN_XNUM && sections.length > 0 ? ` (${segmentCount})` : ''}`,
    e_shentsize: () => `${header.e_shentsize} (bytes)`,
    e_shnum: () => `${header.e_shnum}${header.e_shnum === 0 && file.firstSection ? ` (${sectionCount})` : ''}`,
    e_shstrndx: () => {
      const real = header.e_shstrndx === Shn.XIndex && sections.length > 0 ? ` (${namesIndex})` : '';
      const outside = namesIndex !== Shn.Undef && namesIndex >= sectionCount ? ' <corrupt: out of range>' : '';
      return `${header.e_shstrndx}${real}${outside}`;
    },
  };
  return [...identFields(file), ...EHDR.fields(reader, Ei.NIdent, (name) => texts[name]())];
}
