import {
  ElfError,
  type ElfFile,
  type Field,
  fileTypeText,
  headerFields,
  isInSegment,
  isRelocatable,
  machineName,
  parseElf,
  type Section,
  sectionFields,
  sectionSymbols,
  segmentFields,
  type Segment,
} from '@ring3/elf';
import type { ByteKind, ElfModel, ElfPlace, FieldRow, SectionRow, SegmentRow, SymbolRow } from './elf-types.js';

// sh_type, sh_flags: elf(5).
const NO_BITS = 8;
const SYMBOL_TABLES: readonly number[] = [2, 11];
const METADATA: readonly number[] = [2, 3, 4, 5, 6, 7, 9, 11, 0x6ffffff6, 0x6ffffffd, 0x6ffffffe, 0x6fffffff];
const WRITE = 1n;
const ALLOC = 2n;
const EXECUTE = 4n;

const symbolTypes = ['NOTYPE', 'OBJECT', 'FUNC', 'SECTION', 'FILE', 'COMMON', 'TLS'];

/** Takes an ELF file apart for <ring3-elf>. @throws Error with one line that says what is wrong */
export function openElf(bytes: Uint8Array): ElfModel {
  return new Model(parseElf(bytes));
}

export { ElfError };

class Model implements ElfModel {
  readonly bytes: Uint8Array;
  readonly summary: string;
  readonly header: FieldRow[];
  readonly segments: SegmentRow[];
  readonly sections: SectionRow[];
  readonly symbols: SymbolRow[];
  readonly warnings: readonly string[];
  private readonly symbolsByTable = new Map<number, SymbolRow[]>();

  constructor(private readonly file: ElfFile) {
    this.bytes = file.bytes;
    this.summary = `${file.is64 ? 'ELF64' : 'ELF32'}, ${fileTypeText(file)}, ${machineName(file.header.e_machine)}`;
    this.header = rows(headerFields(file), 'ELF header');
    this.segments = file.segments.map((segment) => segmentRow(file, segment));
    this.sections = file.sections.map((section) => sectionRow(file, section));
    this.symbols = file.sections.filter(({ sh_type }) => SYMBOL_TABLES.includes(sh_type)).flatMap((section) => this.table(section));
    this.warnings = file.warnings;
  }

  private table(section: Section): SymbolRow[] {
    const { file } = this;
    const size = Number(section.sh_entsize) || 24;
    const list = sectionSymbols(file, section).map((symbol): SymbolRow => {
      const home = file.sections[symbol.sectionIndex];
      const place = isRelocatable(file) ? home && Number(home.sh_offset + symbol.st_value) : file.offsetOf(symbol.st_value);
      const hasBytes = symbol.st_size > 0n && symbol.st_shndx !== 0 && place !== null && place !== undefined && home?.sh_type !== NO_BITS;
      return {
        label: symbol.name || '(no name)',
        value: `0x${symbol.st_value.toString(16)}`,
        bytes: Number(symbol.st_size),
        type: symbolTypes[symbol.st_info & 15] ?? String(symbol.st_info & 15),
        table: section.name,
        start: symbol.at,
        size,
        content: hasBytes ? { label: symbol.name, start: place, size: Number(symbol.st_size) } : null,
      };
    });
    this.symbolsByTable.set(section.index, list);
    return list;
  }

  at(offset: number): ElfPlace | null {
    return (
      covering(this.header, offset) ??
      this.inHeaders(this.segments, offset) ??
      this.inHeaders(this.sections, offset) ??
      this.inSection(offset) ??
      covering(
        this.segments.map(({ content }) => content).filter((place) => place !== null),
        offset,
      )
    );
  }

  private inHeaders(list: readonly (SegmentRow | SectionRow)[], offset: number): ElfPlace | null {
    const row = list.find(({ start, size }) => offset >= start && offset < start + size);
    return row ? (covering(row.fields, offset) ?? row) : null;
  }

  private inSection(offset: number): ElfPlace | null {
    const section = this.sections.find(({ content }) => content && offset >= content.start && offset < content.start + content.size);
    if (!section) return null;
    const symbols = this.symbolsByTable.get(section.index);
    return (symbols && covering(symbols, offset)) ?? section.content;
  }

  kind(offset: number): ByteKind {
    const { header, segments, sections } = this;
    const last = header.at(-1)!;
    if (offset < last.start + last.size) return 'header';
    if (segments.some(({ start, size }) => offset >= start && offset < start + size)) return 'segment-header';
    if (sections.some(({ start, size }) => offset >= start && offset < start + size)) return 'section-header';
    const section = sections.find(({ content }) => content && offset >= content.start && offset < content.start + content.size);
    return section ? section.kind : 'none';
  }
}

function covering(list: readonly ElfPlace[], offset: number): ElfPlace | null {
  return list.find(({ start, size }) => offset >= start && offset < start + size) ?? null;
}

function rows(fields: readonly Field[], of: string): FieldRow[] {
  return fields.map(({ name, offset, size, text }) => ({ label: name, of, text, start: offset, size }));
}

/** How much of a range is in the file; null: nothing. */
function content(file: ElfFile, label: string, offset: bigint, size: bigint): ElfPlace | null {
  const length = file.range(offset, size).length;
  return length === 0 ? null : { label, start: Number(offset), size: length };
}

function extent(fields: readonly FieldRow[]): { start: number; size: number } {
  const start = Math.min(...fields.map((field) => field.start));
  return { start, size: Math.max(...fields.map((field) => field.start + field.size)) - start };
}

function segmentRow(file: ElfFile, segment: Segment): SegmentRow {
  const label = `segment ${segment.index}`;
  const fields = rows(segmentFields(file, segment), label);
  const text = (name: string): string => fields.find((field) => field.label === name)?.text ?? '';
  return {
    index: segment.index,
    label,
    type: text('p_type'),
    flags: text('p_flags'),
    address: text('p_vaddr'),
    fields,
    ...extent(fields),
    content: content(file, label, segment.p_offset, segment.p_filesz),
    sections: file.sections.filter((section) => section.index > 0 && isInSegment(section, segment)).map(({ index }) => index),
  };
}

function sectionRow(file: ElfFile, section: Section): SectionRow {
  const label = section.name || `section ${section.index}`;
  const fields = rows(sectionFields(file, section), label);
  const text = (name: string): string => fields.find((field) => field.label === name)?.text ?? '';
  return {
    index: section.index,
    label,
    type: text('sh_type'),
    flags: text('sh_flags'),
    address: text('sh_addr'),
    kind: kindOf(section),
    fields,
    ...extent(fields),
    content: section.sh_type === NO_BITS || section.index === 0 ? null : content(file, label, section.sh_offset, section.sh_size),
    segments: file.segments.filter((segment) => section.index > 0 && isInSegment(section, segment)).map(({ index }) => index),
  };
}

function kindOf({ sh_type, sh_flags }: Section): ByteKind {
  if (METADATA.includes(sh_type)) return 'tables';
  if (sh_flags & EXECUTE) return 'code';
  if (sh_flags & WRITE) return 'data';
  return sh_flags & ALLOC ? 'constants' : 'other';
}
