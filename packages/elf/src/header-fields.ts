import { Ei, Pf, Shf } from '@ring3/abi';
import type { ElfFile, Section, Segment } from './elf-file.js';
import type { Field } from './layout.js';
import { sectionType, segmentType } from './names/headers.js';
import { type FlagContext, sectionFlagLetters } from './names/section-flags.js';
import { PHDR, SHDR } from './structures.js';
import { hex, prefixedHex, printable } from './text.js';

export function flagContext({ header, ident }: ElfFile): FlagContext {
  return { machine: header.e_machine, osAbi: ident[Ei.OsAbi]! };
}

/** An address: 8 or 16 digits. */
export function addressText({ is64 }: Pick<ElfFile, 'is64'>, value: bigint): string {
  return hex(value, is64 ? 16 : 8);
}

/** Every field of a section header, in the order of the file. */
export function sectionFields(file: ElfFile, section: Section): Field[] {
  const texts: Record<string, () => string> = {
    sh_name: () => printable(section.name),
    sh_type: () => sectionType(file.header.e_machine, section.sh_type),
    sh_flags: () => sectionFlagLetters(section.sh_flags, flagContext(file)),
    sh_addr: () => addressText(file, section.sh_addr),
    sh_offset: () => hex(section.sh_offset, 6),
    sh_size: () => hex(section.sh_size, 6),
    sh_link: () => String(section.sh_link),
    sh_info: () => String(section.sh_info),
    sh_addralign: () => String(section.sh_addralign),
    sh_entsize: () => hex(section.sh_entsize, 2),
  };
  return SHDR.fields(file.reader, section.at, (name) => texts[name]!());
}

/** Every field of a program header, in the order of the file. */
export function segmentFields(file: ElfFile, segment: Segment): Field[] {
  const { p_flags } = segment;
  const length = (value: bigint): string => `0x${hex(value, file.is64 ? 6 : 5)}`;
  const address = (value: bigint): string => `0x${addressText(file, value)}`;
  const texts: Record<string, () => string> = {
    p_type: () => segmentType(file.header.e_machine, segment.p_type),
    p_flags: () => `${p_flags & Pf.R ? 'R' : ' '}${p_flags & Pf.W ? 'W' : ' '}${p_flags & Pf.X ? 'E' : ' '}`,
    p_offset: () => `0x${hex(segment.p_offset, 6)}`,
    p_vaddr: () => address(segment.p_vaddr),
    p_paddr: () => address(segment.p_paddr),
    p_filesz: () => length(segment.p_filesz),
    p_memsz: () => length(segment.p_memsz),
    p_align: () => prefixedHex(segment.p_align),
  };
  return PHDR.fields(file.reader, segment.at, (name) => texts[name]!());
}

/** The texts of fields by name, for who lays them out in columns. */
export function fieldTexts(fields: readonly Field[]): Readonly<Record<string, string>> {
  return Object.fromEntries(fields.map(({ name, text }) => [name, text]));
}

export const isTls = ({ sh_flags }: Section): boolean => (sh_flags & BigInt(Shf.Tls)) !== 0n;
export const isAlloc = ({ sh_flags }: Section): boolean => (sh_flags & BigInt(Shf.Alloc)) !== 0n;
