import { Sht, Shn, VerNdx } from '@ring3/abi';
import type { ElfFile, Section } from './elf-file.js';
import {
  VERDAUX,
  type VerdauxValues,
  VERDEF,
  type VerdefValues,
  VERNAUX,
  type VernauxValues,
  VERNEED,
  type VerneedValues,
} from './structures.js';
import type { ElfSymbol } from './symbols.js';

/** One entry of a chain: where it is in its section, in bytes. */
interface Linked {
  readonly offset: number;
}

export interface VersionDefinition extends VerdefValues, Linked {
  readonly names: readonly (VerdauxValues & Linked & { readonly name: string })[];
}

export interface VersionNeed extends VerneedValues, Linked {
  readonly file: string;
  readonly names: readonly (VernauxValues & Linked & { readonly name: string })[];
}

/** How a symbol's version is shown: the default one as @@, others as @, those that another file defines with their number. */
export interface SymbolVersion {
  readonly name: string;
  readonly kind: 'public' | 'hidden' | 'needed';
  readonly index: number;
}

/** Walks a chain of entries that each say how far away the next is: forward only, `count` at most, within `size` bytes. */
function* chain<T>(
  start: number,
  count: number,
  size: number,
  bytes: number,
  read: (offset: number) => T,
  next: (entry: T) => number,
): Generator<T> {
  for (let offset = start, index = 0; index < count && offset + bytes <= size; index++) {
    const entry = read(offset);
    yield entry;
    const step = next(entry);
    if (step === 0) return;
    offset += step;
  }
}

function stringOf(file: ElfFile, section: Section, offset: number): string {
  return file.string(section.sh_link, offset) ?? '<corrupt>';
}

export function versionDefinitions(file: ElfFile, section: Section): VersionDefinition[] {
  const { reader } = file;
  const size = file.data(section).length;
  // The chains of names of a real file do not meet.
  let budget = Math.floor(size / 8);
  const base = Number(section.sh_offset);
  const names = (start: number, count: number) => {
    const found = [
      ...chain(
        start,
        Math.min(count, budget),
        size,
        8,
        (offset) => {
          const values = VERDAUX.read(reader, base + offset);
          return { ...values, offset, name: stringOf(file, section, values.vda_name) };
        },
        ({ vda_next }) => vda_next,
      ),
    ];
    budget -= found.length;
    return found;
  };
  const read = (offset: number): VersionDefinition => {
    const values = VERDEF.read(reader, base + offset);
    return { ...values, offset, names: names(offset + values.vd_aux, values.vd_cnt) };
  };
  return [...chain(0, section.sh_info, size, 20, read, ({ vd_next }) => vd_next)];
}

export function versionNeeds(file: ElfFile, section: Section): VersionNeed[] {
  const { reader } = file;
  const size = file.data(section).length;
  let budget = Math.floor(size / 16);
  const base = Number(section.sh_offset);
  const names = (start: number, count: number) => {
    const found = [
      ...chain(
        start,
        Math.min(count, budget),
        size,
        16,
        (offset) => {
          const values = VERNAUX.read(reader, base + offset);
          return { ...values, offset, name: stringOf(file, section, values.vna_name) };
        },
        ({ vna_next }) => vna_next,
      ),
    ];
    budget -= found.length;
    return found;
  };
  const read = (offset: number): VersionNeed => {
    const values = VERNEED.read(reader, base + offset);
    return { ...values, offset, file: stringOf(file, section, values.vn_file), names: names(offset + values.vn_aux, values.vn_cnt) };
  };
  return [...chain(0, section.sh_info, size, 16, read, ({ vn_next }) => vn_next)];
}

/** VER_FLG_BASE: the version of the file itself. */
const BASE = 1;

/** Those that were read, by the section of their table. */
const versionsRead = new WeakMap<Section, SymbolVersions>();

/** The versions of a table's symbols, read once. */
export function versionsOf(file: ElfFile, table: Section): SymbolVersions {
  const read = versionsRead.get(table) ?? new SymbolVersions(file, table);
  versionsRead.set(table, read);
  return read;
}

/** The versions of the symbols of one table: its VERSYM section with the definitions and needs of the file. */
export class SymbolVersions {
  private readonly defined = new Map<number, { name: string; nameOffset: number; isBase: boolean }>();
  private readonly needed = new Map<number, string>();
  private readonly indexes: DataView | null;

  constructor(
    private readonly file: ElfFile,
    table: Section,
  ) {
    const section = file.sections.find(({ sh_type, sh_link }) => sh_type === Sht.GnuVersym && sh_link === table.index);
    const data = section && file.data(section);
    this.indexes = data ? new DataView(data.buffer, data.byteOffset, data.byteLength) : null;
    const definitions = file.sectionOfType(Sht.GnuVerdef);
    for (const { vd_ndx, vd_flags, names } of definitions ? versionDefinitions(file, definitions) : []) {
      const [first] = names;
      if (!this.defined.has(vd_ndx))
        this.defined.set(vd_ndx, {
          name: first?.name ?? '<corrupt>',
          nameOffset: first?.vda_name ?? -1,
          isBase: vd_ndx === 1 && vd_flags === BASE,
        });
    }
    const needs = file.sectionOfType(Sht.GnuVerneed);
    for (const { names } of needs ? versionNeeds(file, needs) : [])
      for (const { vna_other, name } of names) if (!this.needed.has(vna_other)) this.needed.set(vna_other, name);
  }

  /** The entry of .gnu.version; null where there is none. */
  indexOf(symbol: number): number | null {
    const { indexes } = this;
    return indexes && 2 * symbol + 2 <= indexes.byteLength ? indexes.getUint16(2 * symbol, this.file.reader.littleEndian) : null;
  }

  /** The version that an index means: of a symbol that another file defines, a needed one. */
  nameOf(index: number, symbol: ElfSymbol | null): string | null {
    const needed = this.needed.get(index) ?? null;
    const defined = this.defined.get(index & VerNdx.Mask)?.name ?? null;
    return symbol?.st_shndx === Shn.Undef ? (needed ?? defined) : (defined ?? needed);
  }

  /** A symbol that was copied out of a library is defined and has the version that is needed, so both tables are asked. */
  of(symbol: ElfSymbol): SymbolVersion | null {
    const index = this.indexOf(symbol.index);
    if (index === null) return null;
    const definition = this.defined.get(index & VerNdx.Mask);
    if (symbol.st_shndx !== Shn.Undef && index !== (VerNdx.Hidden | 1) && definition) {
      if (definition.isBase || definition.nameOffset === symbol.st_name) return null;
      return { name: definition.name, kind: index & VerNdx.Hidden ? 'hidden' : 'public', index };
    }
    const name = this.needed.get(index);
    return name === undefined ? null : { name, kind: 'needed', index };
  }
}
