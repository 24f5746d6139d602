import { DynTag, Pt, Sht } from '@ring3/abi';
import { type DynamicEntry, dynamicEntries, dynamicPlace, dynamicValue } from '../dynamic.js';
import type { ElfFile } from '../elf-file.js';
import { addressText } from '../header-fields.js';
import type { Field } from '../layout.js';
import { COUNT_TAGS, dynamicFlags, dynamicTag, FILE_TAGS, SIZE_TAGS, STRING_TAGS } from '../names/dynamic-tags.js';
import { byteString } from '../reader.js';
import { DYN } from '../structures.js';
import { hex, plural, printable } from '../text.js';
import { interpreterOf } from './headers.js';
import type { Printer } from './printer.js';

/** The strings that the dynamic section names by offset. */
class DynamicStrings {
  private readonly bytes: Uint8Array;

  constructor(file: ElfFile, entries: readonly DynamicEntry[]) {
    const address = dynamicValue(entries, DynTag.StrTab);
    const size = dynamicValue(entries, DynTag.StrSz) ?? 0n;
    const at = address === undefined ? null : file.offsetOf(address);
    this.bytes = at === null ? new Uint8Array() : file.range(BigInt(at), size);
  }

  get(offset: bigint): string | null {
    return offset < BigInt(this.bytes.length) ? printable(byteString(this.bytes, Number(offset))) : null;
  }
}

const BIND_NOW = 24;
const PRELINKED = 0x6ffffdf5;

function valueText(file: ElfFile, { d_tag, d_val }: DynamicEntry, strings: DynamicStrings, interpreter: string | null): string {
  const tag = Number(d_tag);
  const flags = dynamicFlags(d_tag, d_val);
  if (flags !== null) return flags;
  if (SIZE_TAGS.has(tag)) return `${d_val} (bytes)`;
  if (COUNT_TAGS.has(tag)) return String(d_val);
  if (tag === DynTag.PltRel) return dynamicTag(file.header.e_machine, d_val);
  if (tag === BIND_NOW) return '';
  if (tag === PRELINKED) return new Date(Number(d_val & 0xffffffffn) * 1000).toISOString().slice(0, 19);
  const title = STRING_TAGS[tag] ?? FILE_TAGS[tag];
  const name = title === undefined ? null : strings.get(d_val);
  if (title !== undefined && name !== null)
    return `${title}: [${name}]${tag === DynTag.Needed && name === interpreter ? ' program interpreter' : ''}`;
  return `${FILE_TAGS[tag] === undefined ? '' : `${FILE_TAGS[tag]}: `}0x${hex(d_val)}`;
}

/** The fields of every entry: the tag by its name, the value as its tag means it. */
export function dynamicFields(file: ElfFile): Field[][] {
  const entries = dynamicEntries(file);
  const strings = new DynamicStrings(file, entries);
  const interpreter = interpreterOf(file);
  return entries.map((entry) =>
    DYN.fields(file.reader, entry.at, (name) =>
      name === 'd_tag' ? dynamicTag(file.header.e_machine, entry.d_tag) : valueText(file, entry, strings, interpreter),
    ),
  );
}

/** -d */
export function printDynamic(file: ElfFile, { write, warn }: Printer): void {
  const place = dynamicPlace(file);
  if (!place || place.size === 0n) {
    write('\nThere is no dynamic section in this file.\n');
    return;
  }
  const { segments } = file;
  if (!segments.some(({ p_type }) => p_type === Pt.Dynamic) && file.sectionOfType(Sht.Dynamic)) warn('no dynamic segment');
  const entries = dynamicFields(file);
  write(
    `\nDynamic section at offset 0x${hex(place.offset)} contains ${entries.length} ${plural(entries.length, 'entry', 'entries')}:\n` +
      '  Tag        Type                         Name/Value\n',
  );
  for (const [tag, value] of entries as [Field, Field][]) {
    const space = ' '.repeat(Math.abs((file.is64 ? 19 : 27) - tag.text.length) || 1);
    write(` 0x${addressText(file, tag.value as bigint)} (${tag.text})${space}${value.text}\n`);
  }
}
