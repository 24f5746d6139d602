import { DynTag, Pt, Sht } from '@ring3/abi';
import type { ElfFile } from './elf-file.js';
import { DYN, type DynValues } from './structures.js';

export interface DynamicEntry extends DynValues {
  /** Bytes from the start of the file. */
  readonly at: number;
}

/** Where the dynamic section is in the file, in bytes: what the segment says, else the section; null where there is none. */
export function dynamicPlace(file: ElfFile): { offset: bigint; size: bigint } | null {
  const segment = file.segmentOfType(Pt.Dynamic);
  const section = file.sectionOfType(Sht.Dynamic);
  if (segment) {
    // What strip --only-keep-debug leaves has the segment but not its bytes.
    if (section && file.sectionNamed('.dynamic')?.sh_type === Sht.NoBits) return null;
    return { offset: segment.p_offset, size: segment.p_filesz };
  }
  return section ? { offset: section.sh_offset, size: section.sh_size } : null;
}

/** The entries of the dynamic section, DT_NULL, which ends it, included. */
export function dynamicEntries(file: ElfFile): DynamicEntry[] {
  const place = dynamicPlace(file);
  if (!place) return [];
  const { reader } = file;
  const size = DYN.size(reader);
  const entries: DynamicEntry[] = [];
  const end = Math.min(Number(place.offset + place.size), file.bytes.length);
  for (let at = Number(place.offset); at + size <= end; at += size) {
    const values = DYN.read(reader, at);
    entries.push({ ...values, at });
    if (values.d_tag === BigInt(DynTag.Null)) break;
  }
  return entries;
}

/** The value of the last entry with this tag, as the dynamic linker takes it. */
export function dynamicValue(entries: readonly DynamicEntry[], tag: DynTag): bigint | undefined {
  return entries.findLast(({ d_tag }) => d_tag === BigInt(tag))?.d_val;
}
