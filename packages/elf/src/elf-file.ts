import { Ei, ElfClass, ElfData, ElfType, PN_XNUM, Pt, Shn, Sht } from '@ring3/abi';
import { ByteReader, byteString } from './reader.js';
import { EHDR, type EhdrValues, PHDR, type PhdrValues, REL, RELA, SHDR, type ShdrValues, SYM } from './structures.js';

/** What is no ELF file, or too short to say what it is. The message is one line. */
export class ElfError extends Error {}

const ENTRY_LAYOUTS: Readonly<Record<number, { size(reader: ByteReader): number }>> = {
  [Sht.SymTab]: SYM,
  [Sht.DynSym]: SYM,
  [Sht.Rel]: REL,
  [Sht.Rela]: RELA,
  [Sht.Group]: { size: () => 4 },
  [Sht.Relr]: { size: ({ is64 }) => (is64 ? 8 : 4) },
};

export interface Section extends ShdrValues {
  readonly index: number;
  /** Of its header, in bytes from the start of the file. */
  readonly at: number;
  /** '<no-strings>', '<corrupt>' as readelf where the name cannot be read. */
  readonly name: string;
}

export interface Segment extends PhdrValues {
  readonly index: number;
  /** Of its header, in bytes from the start of the file. */
  readonly at: number;
}

/** An ELF file taken apart as far as its headers lead; what they refer to is read when it is asked for. */
export class ElfFile {
  readonly header: EhdrValues;
  readonly sections: readonly Section[];
  readonly segments: readonly Segment[];
  /** The header of section 0, which has what does not fit into the ELF header; null where there is no table. */
  readonly firstSection: ShdrValues | null;
  /** Is there a table of section names? */
  readonly hasNames: boolean;
  /** What is wrong in the headers, one line each, in readelf's words where it has them. */
  readonly warnings: string[] = [];

  /** @throws ElfError */
  constructor(readonly reader: ByteReader) {
    this.header = EHDR.read(reader, Ei.NIdent);
    const { sections, first, hasNames } = this.readSections();
    this.sections = sections;
    this.firstSection = first;
    this.hasNames = hasNames;
    this.segments = this.readSegments();
  }

  get bytes(): Uint8Array {
    return this.reader.bytes;
  }

  get is64(): boolean {
    return this.reader.is64;
  }

  get ident(): Uint8Array {
    return this.bytes.subarray(0, Ei.NIdent);
  }

  /** e_shnum, or what section 0 says where it is 0. */
  get sectionCount(): number {
    const { e_shnum, e_shoff } = this.header;
    const first = this.firstSection;
    return e_shnum === 0 && e_shoff !== 0n && first ? Number(first.sh_size) : e_shnum;
  }

  get segmentCount(): number {
    const first = this.sections[0];
    return this.header.e_phnum === PN_XNUM && first && first.sh_info !== 0 ? first.sh_info : this.header.e_phnum;
  }

  get namesIndex(): number {
    const { e_shstrndx } = this.header;
    const first = this.sections[0];
    return e_shstrndx === Shn.XIndex && first ? first.sh_link : e_shstrndx;
  }

  /** The section's bytes that are in the file: none for NOBITS, fewer than sh_size where the file ends before. */
  data({ sh_type, sh_offset, sh_size }: Pick<ShdrValues, 'sh_type' | 'sh_offset' | 'sh_size'>): Uint8Array {
    if (sh_type === Sht.NoBits) return this.bytes.subarray(0, 0);
    return this.range(sh_offset, sh_size);
  }

  /** Bytes of the file, cut off at its end. */
  range(offset: bigint, size: bigint): Uint8Array {
    if (offset >= BigInt(this.bytes.length)) return this.bytes.subarray(0, 0);
    const start = Number(offset);
    return this.bytes.subarray(start, Math.min(this.bytes.length, start + Number(size)));
  }

  /** The string at `offset` of string table `index`; null where there is none. */
  string(index: number, offset: number): string | null {
    const section = this.sections[index];
    if (!section) return null;
    const data = this.data(section);
    return offset < data.length ? byteString(data, offset) : null;
  }

  sectionNamed(name: string): Section | undefined {
    return this.sections.find((section) => section.name === name);
  }

  sectionOfType(type: Sht): Section | undefined {
    return this.sections.find(({ sh_type }) => sh_type === type);
  }

  segmentOfType(type: Pt): Segment | undefined {
    return this.segments.find(({ p_type }) => p_type === type);
  }

  /** Where the byte that is mapped at `address` is in the file; null when no segment (or, in ET_REL, section) has it. */
  offsetOf(address: bigint): number | null {
    for (const { p_type, p_vaddr, p_offset, p_filesz } of this.segments) {
      if (p_type === Pt.Load && address >= p_vaddr && address - p_vaddr < p_filesz) return Number(p_offset + address - p_vaddr);
    }
    return null;
  }

  /** The address at which the first segment that has this byte of the file maps it; null when none has. */
  addressOf(offset: number): bigint | null {
    const at = BigInt(offset);
    for (const { p_type, p_vaddr, p_offset, p_filesz } of this.segments) {
      if (p_type === Pt.Load && at >= p_offset && at - p_offset < p_filesz) return p_vaddr + at - p_offset;
    }
    return null;
  }

  private readSections(): { sections: Section[]; first: ShdrValues | null; hasNames: boolean } {
    const none = { sections: [], first: null, hasNames: false };
    const { e_shoff, e_shentsize, e_shnum, e_shstrndx } = this.header;
    if (e_shoff === 0n) {
      if (e_shnum !== 0) this.warnings.push('Section headers are not available!');
      return none;
    }
    const { reader } = this;
    const size = SHDR.size(reader);
    if (e_shentsize < size) {
      this.warnings.push('The e_shentsize field in the ELF header is less than the size of an ELF section header');
      return none;
    }
    const start = Number(e_shoff);
    if (!reader.has(start, size)) {
      this.warnings.push(`Reading ${e_shentsize * e_shnum} bytes extends past end of file for section headers`);
      return none;
    }
    const first = SHDR.read(reader, start);
    const count = e_shnum === 0 ? Number(first.sh_size) : e_shnum;
    if (count === 0)
      this.warnings.push('possibly corrupt ELF file header - it has a non-zero section header offset, but no section headers');
    if (!reader.has(start, count * e_shentsize)) {
      this.warnings.push(`Reading ${count * e_shentsize} bytes extends past end of file for section headers`);
      return { ...none, first };
    }
    const headers = Array.from({ length: count }, (_, index) => this.checked(SHDR.read(reader, start + index * e_shentsize), index));
    const names = headers[e_shstrndx === Shn.XIndex ? first.sh_link : e_shstrndx];
    const strings = names && names.sh_type !== Sht.Null ? this.data(names) : null;
    const sections = headers.map((header, index) => ({
      ...header,
      index,
      at: start + index * e_shentsize,
      name: strings === null ? '<no-strings>' : header.sh_name < strings.length ? byteString(strings, header.sh_name) : '<corrupt>',
    }));
    return { sections, first, hasNames: strings !== null };
  }

  /** Tables whose entries have one size are read with it, whatever sh_entsize says. */
  private checked(header: ShdrValues, index: number): ShdrValues {
    const size = ENTRY_LAYOUTS[header.sh_type]?.size(this.reader);
    if (size === undefined || header.sh_entsize === BigInt(size)) return header;
    this.warnings.push(`Section ${index} has invalid sh_entsize of ${header.sh_entsize}: ${size} is used`);
    return { ...header, sh_entsize: BigInt(size) };
  }

  private readSegments(): Segment[] {
    const { reader, header, segmentCount } = this;
    const { e_phoff, e_phentsize } = header;
    if (segmentCount === 0 || e_phoff === 0n) return [];
    const size = PHDR.size(reader);
    if (e_phentsize < size) {
      this.warnings.push('The e_phentsize field in the ELF header is less than the size of an ELF program header');
      return [];
    }
    const start = Number(e_phoff);
    if (!reader.has(start, segmentCount * e_phentsize)) {
      this.warnings.push('Too many program headers - the file is not that big');
      return [];
    }
    return Array.from({ length: segmentCount }, (_, index) => {
      const at = start + index * e_phentsize;
      return { ...PHDR.read(reader, at), index, at };
    });
  }
}

/** @throws ElfError when `bytes` are no ELF file or end in its header */
export function parseElf(bytes: Uint8Array): ElfFile {
  if (bytes.length < Ei.NIdent) throw new ElfError('too short for an ELF file: its header is not complete');
  if (bytes[0] !== 0x7f || bytes[1] !== 0x45 || bytes[2] !== 0x4c || bytes[3] !== 0x46)
    throw new ElfError('Not an ELF file - it has the wrong magic bytes at the start');
  // As readelf: what is neither class is read as 32 bits, what is neither byte order as little-endian.
  const reader = new ByteReader(bytes, bytes[Ei.Class] === ElfClass.Class64, bytes[Ei.Data] !== ElfData.Msb);
  if (!reader.has(Ei.NIdent, EHDR.size(reader))) throw new ElfError('too short for an ELF file: its header is not complete');
  return new ElfFile(reader);
}

/** Is this a file whose symbol values are offsets in sections, not addresses? */
export function isRelocatable({ header }: ElfFile): boolean {
  return header.e_type === ElfType.Rel;
}
