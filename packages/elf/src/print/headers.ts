import { Pt, Sht } from '@ring3/abi';
import type { ElfFile, Section } from '../elf-file.js';
import { fileTypeText, headerFields } from '../file-header.js';
import { addressText, fieldTexts, flagContext, sectionFields, segmentFields } from '../header-fields.js';
import { isInSegment } from '../mapping.js';
import { sectionFlagKey, sectionFlagNames } from '../names/section-flags.js';
import { bytesToText, byteString } from '../reader.js';
import { CHDR32, CHDR64 } from '../structures.js';
import { hex, plural, prefixedHex, printable } from '../text.js';
import type { Printer } from './printer.js';

/** What -h calls the fields. */
const LABELS: Readonly<Record<string, string>> = {
  EI_CLASS: 'Class',
  EI_DATA: 'Data',
  EI_VERSION: 'Version',
  EI_OSABI: 'OS/ABI',
  EI_ABIVERSION: 'ABI Version',
  e_type: 'Type',
  e_machine: 'Machine',
  e_version: 'Version',
  e_entry: 'Entry point address',
  e_phoff: 'Start of program headers',
  e_shoff: 'Start of section headers',
  e_flags: 'Flags',
  e_ehsize: 'Size of this header',
  e_phentsize: 'Size of program headers',
  e_phnum: 'Number of program headers',
  e_shentsize: 'Size of section headers',
  e_shnum: 'Number of section headers',
  e_shstrndx: 'Section header string table index',
};

/** -h */
export function printFileHeader(file: ElfFile, { write }: Printer): void {
  write('ELF Header:\n');
  for (const { name, text } of headerFields(file))
    write(name === 'EI_MAG' ? `  Magic:   ${text} \n` : `${`  ${LABELS[name]}:`.padEnd(37)}${text}\n`);
}

function sectionsHeading(file: ElfFile, { write }: Printer, alone: boolean): boolean {
  const { sections, header } = file;
  if (sections.length === 0) {
    // Of a table that cannot be read, a warning was given.
    if (header.e_shnum === 0 && header.e_shoff === 0n) write('\nThere are no sections in this file.\n');
    return false;
  }
  if (alone)
    write(
      `${plural(sections.length, 'There is', 'There are')} ${sections.length} section ${plural(sections.length, 'header', 'headers')}, starting at offset ${prefixedHex(header.e_shoff)}:\n`,
    );
  write(`\nSection ${plural(sections.length, 'Header', 'Headers')}:\n`);
  return true;
}

/** -S @param alone without -h before it */
export function printSections(file: ElfFile, printer: Printer, alone: boolean): void {
  if (!sectionsHeading(file, printer, alone)) return;
  const { write } = printer;
  const address = file.is64 ? 'Address          ' : 'Addr     ';
  write(`  [Nr] Name              Type            ${address}Off    Size   ES Flg Lk Inf Al\n`);
  for (const section of file.sections) {
    const text = fieldTexts(sectionFields(file, section));
    write(
      `  [${String(section.index).padStart(2)}] ${text['sh_name']!.padEnd(17)} ${text['sh_type']!.padEnd(15)} ` +
        `${text['sh_addr']} ${text['sh_offset']} ${text['sh_size']} ${text['sh_entsize']} ${text['sh_flags']!.padStart(3)} ` +
        `${text['sh_link']!.padStart(2)} ${text['sh_info']!.padStart(3)} ${text['sh_addralign']!.padStart(2)}\n`,
    );
  }
  write(sectionFlagKey(flagContext(file)));
}

const COMPRESSIONS: Readonly<Record<number, string>> = { 1: 'ZLIB', 2: 'ZSTD' };

function compressionText(file: ElfFile, section: Section): string {
  const { reader } = file;
  const layout = reader.is64 ? CHDR64 : CHDR32;
  const size = layout.size(reader);
  const at = Number(section.sh_offset);
  if (section.sh_size < BigInt(size) || !reader.has(at, size)) return '       [<corrupt>]\n';
  const { ch_type, ch_size, ch_addralign } = layout.read(reader, at);
  const name = COMPRESSIONS[ch_type] ?? `[<unknown>: 0x${hex(ch_type)}]`;
  return `       ${name}, ${addressText(file, ch_size)}, ${ch_addralign}\n`;
}

/** -t */
export function printSectionDetails(file: ElfFile, printer: Printer, alone: boolean): void {
  if (!sectionsHeading(file, printer, alone)) return;
  const { write } = printer;
  write(`  [Nr] Name\n       Type            ${file.is64 ? 'Address          ' : 'Addr     '}Off    Size   ES   Lk Inf Al\n       Flags\n`);
  for (const section of file.sections) {
    const text = fieldTexts(sectionFields(file, section));
    write(`  [${String(section.index).padStart(2)}] ${text['sh_name']}\n`);
    write(
      `       ${text['sh_type']!.padEnd(15)} ${text['sh_addr']} ${text['sh_offset']} ${text['sh_size']} ${text['sh_entsize']}  ` +
        `${text['sh_link']!.padStart(2)} ${text['sh_info']!.padStart(3)} ${text['sh_addralign']!.padStart(2)}\n`,
    );
    write(`       [${addressText(file, section.sh_flags)}]: ${sectionFlagNames(section.sh_flags, flagContext(file))}\n`);
    if (section.sh_flags & 0x800n) write(compressionText(file, section));
  }
}

/** -l @param alone without -h before it */
export function printSegments(file: ElfFile, printer: Printer, alone: boolean): void {
  const { write } = printer;
  const { segments, header, is64 } = file;
  if (segments.length === 0) {
    write('\nThere are no program headers in this file.\n');
    return;
  }
  if (alone)
    write(
      `\nElf file type is ${fileTypeText(file)}\nEntry point 0x${hex(header.e_entry)}\n` +
        `${plural(segments.length, 'There is', 'There are')} ${segments.length} program ${plural(segments.length, 'header', 'headers')}, starting at offset ${header.e_phoff}\n`,
    );
  write(`\nProgram Headers:\n`);
  write(
    is64
      ? '  Type           Offset   VirtAddr           PhysAddr           FileSiz  MemSiz   Flg Align\n'
      : '  Type           Offset   VirtAddr   PhysAddr   FileSiz MemSiz  Flg Align\n',
  );
  for (const segment of segments) {
    const text = fieldTexts(segmentFields(file, segment));
    write(
      `  ${text['p_type']!.slice(0, 14).padEnd(14)} ${text['p_offset']} ${text['p_vaddr']} ${text['p_paddr']} ` +
        `${text['p_filesz']} ${text['p_memsz']} ${text['p_flags']} ${text['p_align']}\n`,
    );
    if (segment.p_type === Pt.Interp) printInterpreter(file, segment, printer);
  }
  if (file.hasNames) printMapping(file, printer);
}

/** Longest path of Linux; what is longer is cut off. */
const PATH_MAX = 4096;

function printInterpreter(file: ElfFile, { p_offset, p_filesz }: { p_offset: bigint; p_filesz: bigint }, { write, warn }: Printer): void {
  const bytes = file.range(p_offset, p_filesz);
  if (BigInt(bytes.length) < p_filesz || p_filesz < 2n) {
    warn('Unable to read program interpreter');
    return;
  }
  write(`      [Requesting program interpreter: ${printable(byteString(bytes.subarray(0, PATH_MAX), 0))}]\n`);
}

/** Pairs of segment and section that are looked at; a core file of a thousand mappings has a million. */
const MOST_PAIRS = 1 << 22;

function printMapping({ segments, sections }: ElfFile, { write, warn }: Printer): void {
  if (segments.length * sections.length > MOST_PAIRS) {
    warn('too many segments and sections to map them');
    return;
  }
  write('\n Section to Segment mapping:\n  Segment Sections...\n');
  for (const segment of segments) {
    const names = sections.slice(1).filter((section) => isInSegment(section, segment));
    write(`   ${String(segment.index).padStart(2, '0')}     ${names.map(({ name }) => `${printable(name)} `).join('')}\n`);
  }
}

/** -g */
export function printGroups(file: ElfFile, { write, warn }: Printer): void {
  const { sections, reader } = file;
  const groups = sections.filter(({ sh_type }) => sh_type === Sht.Group);
  if (groups.length === 0) {
    if (sections.length > 0 || file.header.e_shnum === 0) write('\nThere are no section groups in this file.\n');
    return;
  }
  for (const section of groups) {
    const data = file.data(section);
    if (data.length < 4) {
      warn(`Section group ${section.index} is too short`);
      continue;
    }
    const words = new DataView(data.buffer, data.byteOffset, data.byteLength);
    const flags = words.getUint32(0, reader.littleEndian);
    const count = Math.floor(data.length / 4) - 1;
    const kind = flags === 0 ? '' : flags & 1 ? 'COMDAT ' : '[<unknown>: 0x' + hex(flags) + '] ';
    write(
      `\n${kind}group section [${String(section.index).padStart(5)}] \`${printable(section.name)}' [${printable(signature(file, section))}] contains ${count} sections:\n`,
    );
    write('   [Index]    Name\n');
    for (let index = 1; index <= count; index++) {
      const member = words.getUint32(4 * index, reader.littleEndian);
      const name = sections[member]?.name;
      if (name === undefined) warn(`section [${member}] in group section [${section.index}] > maximum section [${sections.length - 1}]`);
      else write(`   [${String(member).padStart(5)}]   ${printable(name)}\n`);
    }
  }
}

/** The name of the symbol that a group belongs to. */
function signature(file: ElfFile, { sh_link, sh_info }: Section): string {
  const { sections, reader } = file;
  const table = sections[sh_link];
  if (!table) return '<corrupt>';
  const at = Number(table.sh_offset) + sh_info * (reader.is64 ? 24 : 16);
  if (!reader.has(at, reader.is64 ? 24 : 16)) return '<corrupt>';
  const info = reader.u8(at + (reader.is64 ? 4 : 12));
  if ((info & 15) === 3) return sections[reader.u16(at + (reader.is64 ? 6 : 14))]?.name ?? '<corrupt>';
  return file.string(table.sh_link, reader.u32(at)) ?? '<corrupt>';
}

/** Bytes as text, for a panel or a message. */
export function interpreterOf(file: ElfFile): string | null {
  const segment = file.segmentOfType(Pt.Interp);
  if (!segment) return null;
  const bytes = file.range(segment.p_offset, segment.p_filesz);
  return bytesToText(bytes).split('\0')[0]!;
}
