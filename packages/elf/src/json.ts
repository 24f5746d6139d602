import { Ei, Sht } from '@ring3/abi';
import { ElfError, type ElfFile, type Section } from './elf-file.js';
import { headerFields } from './file-header.js';
import { sectionFields, segmentFields } from './header-fields.js';
import type { Field } from './layout.js';
import { isInSegment } from './mapping.js';
import { relocationName } from './names/relocations.js';
import { symbolBindingName, symbolTypeName, VISIBILITIES } from './names/symbols.js';
import { noteTables } from './notes.js';
import { dynamicFields } from './print/dynamic.js';
import type { DumpOptions } from './print/readelf.js';
import { symbolName } from './print/symbols.js';
import { relocations, relrAddresses } from './relocations.js';
import { sectionSymbols, symbolBinding, symbolType, symbolVisibility } from './symbols.js';
import { versionsOf } from './versions.js';

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** Numbers that JSON cannot hold exactly become strings in hexadecimal. */
function number(value: bigint | number): Json {
  if (typeof value === 'number') return value;
  return value <= BigInt(Number.MAX_SAFE_INTEGER) && value >= BigInt(Number.MIN_SAFE_INTEGER) ? Number(value) : `0x${value.toString(16)}`;
}

function fieldsJson(fields: readonly Field[]): Json {
  return fields.map(({ name, offset, size, value, text }) => ({ name, offset, size, value: number(value), text }));
}

function symbolTable(file: ElfFile, section: Section): Json {
  const osAbi = file.ident[Ei.OsAbi]!;
  const versions = section.sh_type === Sht.DynSym ? versionsOf(file, section) : null;
  const symbols = sectionSymbols(file, section).map((symbol) => ({
    index: symbol.index,
    offset: symbol.at,
    name: symbolName(file, symbol),
    version: versions?.of(symbol)?.name ?? null,
    value: number(symbol.st_value),
    size: number(symbol.st_size),
    type: symbolTypeName(symbolType(symbol), osAbi),
    binding: symbolBindingName(symbolBinding(symbol), osAbi),
    visibility: VISIBILITIES[symbolVisibility(symbol)]!,
    section: symbol.sectionIndex,
  }));
  return { section: section.name, symbols };
}

function relocationTable(file: ElfFile, section: Section): Json {
  if (section.sh_type === Sht.Relr) return { section: section.name, addresses: [...relrAddresses(file, file.data(section))].map(number) };
  const entries = relocations(file, section).map(({ at, offset, type, symbol, addend }) => ({
    offset: at,
    address: number(offset),
    type: relocationName(file.header.e_machine, type) ?? type,
    symbol,
    addend: addend === null ? null : number(addend),
  }));
  return { section: section.name, entries };
}

/** How many times its own length a file's sections may have in all, and how many pairs of segment and section are looked at. */
const MOST_PER_BYTE = 64;
const MOST_PAIRS = 1 << 22;

/** What `options` ask for as plain data: every field with its place in the file. Other letters than those of tables show nothing. @throws ElfError */
export function elfJson(file: ElfFile, options: DumpOptions): Json {
  const { sections, segments } = file;
  const shown = sections.reduce((sum, section) => sum + file.data(section).length, 0);
  if (shown > MOST_PER_BYTE * file.bytes.length || sections.length * segments.length > MOST_PAIRS)
    throw new ElfError('its sections overlap too much to be real');
  const ofTypes = (...types: Sht[]): Section[] => sections.filter(({ sh_type }) => types.includes(sh_type));
  const tables = [...(options.symbols ? [Sht.SymTab] : []), ...(options.symbols || options.dynamicSymbols ? [Sht.DynSym] : [])];
  return {
    ...(options.fileHeader ? { header: fieldsJson(headerFields(file)) } : {}),
    ...(options.segments
      ? {
          segments: segments.map((segment) => ({
            index: segment.index,
            sections: sections.filter((section) => section.index > 0 && isInSegment(section, segment)).map(({ name }) => name),
            fields: fieldsJson(segmentFields(file, segment)),
          })),
        }
      : {}),
    ...(options.sections || options.sectionDetails
      ? {
          sections: sections.map((section) => ({
            index: section.index,
            name: section.name,
            fields: fieldsJson(sectionFields(file, section)),
          })),
        }
      : {}),
    ...(options.dynamic ? { dynamic: dynamicFields(file).map(fieldsJson) } : {}),
    ...(tables.length > 0 ? { symbols: ofTypes(...tables).map((section) => symbolTable(file, section)) } : {}),
    ...(options.relocations ? { relocations: ofTypes(Sht.Rela, Sht.Rel, Sht.Relr).map((section) => relocationTable(file, section)) } : {}),
    ...(options.notes
      ? {
          notes: noteTables(file).map(({ section, offset, notes }) => ({
            section,
            offset: number(offset),
            notes: notes.map(({ at, owner, type, desc }) => ({
              offset: at,
              owner,
              type,
              desc: [...desc].map((byte) => byte.toString(16).padStart(2, '0')).join(''),
            })),
          })),
        }
      : {}),
    warnings: file.warnings,
  };
}
