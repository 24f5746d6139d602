import { DynTag, Shn, Sht, Stt } from '@ring3/abi';
import { dynamicEntries, dynamicValue } from './dynamic.js';
import type { ElfFile, Section } from './elf-file.js';
import { byteString } from './reader.js';
import { SYM, type SymValues } from './structures.js';

export interface ElfSymbol extends SymValues {
  /** In its table. */
  readonly index: number;
  /** Of its entry, in bytes from the start of the file. */
  readonly at: number;
  /** Without its version; '' for section symbols and the first. '<corrupt>' where it lies outside the string table. */
  readonly name: string;
  /** Its section: st_shndx, or what SHT_SYMTAB_SHNDX says where that is SHN_XINDEX. */
  readonly sectionIndex: number;
}

/** What findSymbol returns: an address (in ET_REL an offset in its section) and a length, in bytes. */
export interface SymbolPlace {
  readonly name: string;
  readonly value: bigint;
  readonly size: bigint;
  /** Stt */
  readonly type: number;
  /** Stb */
  readonly binding: number;
}

export const symbolType = ({ st_info }: SymValues): number => st_info & 15;
export const symbolBinding = ({ st_info }: SymValues): number => st_info >> 4;
export const symbolVisibility = ({ st_other }: SymValues): number => st_other & 3;

/** How often all of a string table may be read: shared endings make some names overlap, never all of them with everything. */
const MOST_READINGS = 64;

/** Names of a string table, until they are together so long that the table cannot be a real one. */
class NameBudget {
  private left: number;

  constructor(private readonly strings: Uint8Array) {
    this.left = MOST_READINGS * strings.length;
  }

  at(offset: number): string {
    if (offset >= this.strings.length) return offset === 0 ? '' : '<corrupt>';
    if (this.left <= 0) return '<corrupt>';
    const name = byteString(this.strings, offset);
    this.left -= name.length;
    return name;
  }
}

function readTable(file: ElfFile, offset: number, count: number, strings: Uint8Array, indexes: Uint8Array | null): ElfSymbol[] {
  const { reader } = file;
  const size = SYM.size(reader);
  const view = indexes && new DataView(indexes.buffer, indexes.byteOffset, indexes.byteLength);
  const names = new NameBudget(strings);
  const there = Math.max(0, Math.min(count, Math.floor((file.bytes.length - offset) / size)));
  return Array.from({ length: there }, (_, index) => {
    const at = offset + index * size;
    const values = SYM.read(reader, at);
    const extended = values.st_shndx === Shn.XIndex && view && 4 * index + 4 <= view.byteLength;
    return {
      ...values,
      index,
      at,
      name: names.at(values.st_name),
      sectionIndex: extended ? view.getUint32(4 * index, reader.littleEndian) : values.st_shndx,
    };
  });
}

/** Tables that were read, by their section. */
const tablesRead = new WeakMap<Section, readonly ElfSymbol[]>();

/** The symbols of one SYMTAB or DYNSYM section. */
export function sectionSymbols(file: ElfFile, section: Section): readonly ElfSymbol[] {
  const read = tablesRead.get(section) ?? readSection(file, section);
  tablesRead.set(section, read);
  return read;
}

function readSection(file: ElfFile, section: Section): ElfSymbol[] {
  const data = file.data(section);
  const names = file.sections[section.sh_link];
  const indexes = file.sections.find(({ sh_type, sh_link }) => sh_type === Sht.SymTabShndx && sh_link === section.index);
  return readTable(
    file,
    Number(section.sh_offset),
    Math.floor(data.length / SYM.size(file.reader)),
    names ? file.data(names) : new Uint8Array(),
    indexes ? file.data(indexes) : null,
  );
}

/**
 * The dynamic symbols as ld.so finds them: through the dynamic segment. Their number is in the hash tables; a GNU one leaves undefined
 * symbols out, so that the section, where there is one, knows better.
 */
export function dynamicSymbols(file: ElfFile): ElfSymbol[] {
  const entries = dynamicEntries(file);
  const [table, strings, size] = [DynTag.SymTab, DynTag.StrTab, DynTag.StrSz].map((tag) => dynamicValue(entries, tag));
  const at = table === undefined ? null : file.offsetOf(table);
  const text = strings === undefined ? null : file.offsetOf(strings);
  if (at === null || text === null) return [];
  const section = file.sections.find(({ sh_type, sh_offset }) => sh_type === Sht.DynSym && sh_offset === BigInt(at));
  const counted = section ? Math.floor(file.data(section).length / SYM.size(file.reader)) : 0;
  return readTable(file, at, Math.max(counted, dynamicSymbolCount(file, entries)), file.range(BigInt(text), size ?? 0n), null);
}

function dynamicSymbolCount(file: ElfFile, entries: ReturnType<typeof dynamicEntries>): number {
  const { reader } = file;
  const hash = dynamicValue(entries, DynTag.Hash);
  const at = hash === undefined ? null : file.offsetOf(hash);
  if (at !== null && reader.has(at, 8)) return reader.u32(at + 4);
  const gnu = dynamicValue(entries, DynTag.GnuHash);
  const gnuAt = gnu === undefined ? null : file.offsetOf(gnu);
  return gnuAt === null ? 0 : gnuSymbolCount(file, gnuAt);
}

/** The last chain of a DT_GNU_HASH table ends with the last symbol. */
function gnuSymbolCount({ reader }: ElfFile, at: number): number {
  if (!reader.has(at, 16)) return 0;
  const [buckets, offset, words] = [reader.u32(at), reader.u32(at + 4), reader.u32(at + 8)];
  const bucketsAt = at + 16 + words * (reader.is64 ? 8 : 4);
  if (!reader.has(bucketsAt, 4 * buckets)) return offset;
  let last = 0;
  for (let index = 0; index < buckets; index++) last = Math.max(last, reader.u32(bucketsAt + 4 * index));
  if (last < offset) return offset;
  const chains = bucketsAt + 4 * buckets;
  for (; reader.has(chains + 4 * (last - offset), 4); last++) if (reader.u32(chains + 4 * (last - offset)) & 1) return last + 1;
  return last;
}

/** All symbols: of .symtab, else of .dynsym, else of the dynamic segment. */
export function symbols(file: ElfFile): readonly ElfSymbol[] {
  const section = file.sectionOfType(Sht.SymTab) ?? file.sectionOfType(Sht.DynSym);
  return section ? sectionSymbols(file, section) : dynamicSymbols(file);
}

/** The defined symbol of this name, a global one before a local one. */
export function findSymbol(file: ElfFile, name: string): SymbolPlace | undefined {
  let found: ElfSymbol | undefined;
  for (const table of [...tables(file), null]) {
    for (const symbol of table ? sectionSymbols(file, table) : dynamicSymbols(file)) {
      if (symbol.name !== name || symbol.st_shndx === Shn.Undef || symbolType(symbol) === Stt.File) continue;
      if (!found || (symbolBinding(found) === 0 && symbolBinding(symbol) !== 0)) found = symbol;
    }
    if (found) break;
  }
  return found && { name, value: found.st_value, size: found.st_size, type: symbolType(found), binding: symbolBinding(found) };
}

function tables({ sections }: ElfFile): Section[] {
  return [Sht.SymTab, Sht.DynSym].flatMap((type) => sections.filter(({ sh_type }) => sh_type === type));
}
