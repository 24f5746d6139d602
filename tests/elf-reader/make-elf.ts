/** Builds small ELF files field by field, in either class and byte order, right or wrong as asked. */

export interface SectionSpec {
  name: string;
  type: number;
  flags?: bigint;
  address?: bigint;
  data?: Uint8Array;
  /** sh_size where it is not data's. */
  size?: bigint;
  link?: number;
  info?: number;
  align?: bigint;
  entsize?: bigint;
}

export interface SegmentSpec {
  type: number;
  flags?: number;
  /** Has the place and size of this section. */
  section?: string;
  offset?: bigint;
  size?: bigint;
  align?: bigint;
}

export interface ElfSpec {
  is64?: boolean;
  bigEndian?: boolean;
  machine?: number;
  type?: number;
  osAbi?: number;
  flags?: number;
  entry?: bigint;
  sections?: SectionSpec[];
  segments?: SegmentSpec[];
}

/** Numbers one behind the other. */
export class ByteWriter {
  private readonly bytes: number[] = [];

  constructor(
    private readonly is64 = true,
    private readonly bigEndian = false,
  ) {}

  number(value: bigint | number, size: number): this {
    const digits = Array.from({ length: size }, (_, index) => Number((BigInt.asUintN(64, BigInt(value)) >> BigInt(8 * index)) & 0xffn));
    this.bytes.push(...(this.bigEndian ? digits.toReversed() : digits));
    return this;
  }

  half(...values: number[]): this {
    for (const value of values) this.number(value, 2);
    return this;
  }

  word(...values: (number | bigint)[]): this {
    for (const value of values) this.number(value, 4);
    return this;
  }

  native(...values: (number | bigint)[]): this {
    for (const value of values) this.number(value, this.is64 ? 8 : 4);
    return this;
  }

  done(): Uint8Array {
    return Uint8Array.from(this.bytes);
  }
}

const align8 = (value: number): number => (value + 7) & ~7;

export function makeElf(spec: ElfSpec): Uint8Array {
  const { is64 = true, bigEndian = false, machine = 62, type = 1, osAbi = 0, flags = 0, entry = 0n, segments = [] } = spec;
  const asked: SectionSpec[] = [{ name: '', type: 0, align: 0n }, ...(spec.sections ?? []), { name: '.shstrtab', type: 3 }];
  const names = asked.map(({ name }) => `${name}\0`);
  const nameAt = names.map((_, index) => names.slice(0, index).join('').length);
  const sections = asked.map((section) =>
    section.name === '.shstrtab' ? { ...section, data: Buffer.from(names.join(''), 'latin1') } : section,
  );
  const headerBytes = is64 ? 64 : 52;
  const segmentBytes = is64 ? 56 : 32;
  let end = headerBytes + segments.length * segmentBytes;
  const places = sections.map(({ data, type: kind }) => {
    if (kind === 0) return 0;
    const at = align8(end);
    if (kind !== 8) end = at + (data?.length ?? 0);
    return at;
  });
  const tableAt = align8(end);
  const writer = (): ByteWriter => new ByteWriter(is64, bigEndian);
  const bytes = new Uint8Array(tableAt + sections.length * (is64 ? 64 : 40));
  bytes.set([0x7f, 0x45, 0x4c, 0x46, is64 ? 2 : 1, bigEndian ? 2 : 1, 1, osAbi]);
  const header = writer()
    .half(type, machine)
    .word(1)
    .native(entry, segments.length > 0 ? headerBytes : 0, tableAt)
    .word(flags);
  bytes.set(header.half(headerBytes, segmentBytes, segments.length, is64 ? 64 : 40, sections.length, sections.length - 1).done(), 16);
  for (const [index, segment] of segments.entries()) {
    const of = sections.findIndex(({ name }) => name === segment.section);
    const offset = segment.offset ?? BigInt(of < 0 ? 0 : places[of]!);
    const size = segment.size ?? BigInt(sections[of]?.data?.length ?? 0);
    const rights = segment.flags ?? 4;
    const entryWriter = is64 ? writer().word(segment.type, rights) : writer().word(segment.type);
    entryWriter.native(offset, offset, offset, size, size);
    if (!is64) entryWriter.word(rights);
    bytes.set(entryWriter.native(segment.align ?? 8n).done(), headerBytes + index * segmentBytes);
  }
  for (const [index, section] of sections.entries()) {
    const { data, link = 0, info = 0, size = BigInt(data?.length ?? 0) } = section;
    const row = writer()
      .word(nameAt[index]!, section.type)
      .native(section.flags ?? 0n, section.address ?? 0n, places[index]!, size)
      .word(link, info)
      .native(section.align ?? 1n, section.entsize ?? 0n);
    bytes.set(row.done(), tableAt + index * (is64 ? 64 : 40));
    if (data && section.type !== 8) bytes.set(data, places[index]!);
  }
  return bytes;
}
