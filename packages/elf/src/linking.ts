import { DynTag, Pt } from '@ring3/abi';
import { dynamicEntries, dynamicValue } from './dynamic.js';
import type { ElfFile } from './elf-file.js';
import { byteString } from './reader.js';

/** What a dynamic linker has to know of an object, as byte strings. */
export interface Linking {
  /** PT_INTERP; null: none. */
  interpreter: string | null;
  /** DT_NEEDED, in order. */
  needed: string[];
  soname: string | null;
  /** Folders of DT_RPATH and DT_RUNPATH as they stand there ($ORIGIN not replaced); null: there is none. */
  rpath: string[] | null;
  runpath: string[] | null;
}

export function linkingOf(file: ElfFile): Linking {
  const entries = dynamicEntries(file);
  const address = dynamicValue(entries, DynTag.StrTab);
  const table = address === undefined ? null : file.offsetOf(address);
  const text = (offset: bigint): string => (table === null ? '' : byteString(file.bytes, table + Number(offset)));
  const one = (tag: DynTag): string | null => {
    const value = dynamicValue(entries, tag);
    return value === undefined ? null : text(value);
  };
  const interp = file.segmentOfType(Pt.Interp);
  return {
    interpreter: interp ? byteString(file.range(interp.p_offset, interp.p_filesz), 0) : null,
    needed: entries.filter(({ d_tag }) => d_tag === BigInt(DynTag.Needed)).map(({ d_val }) => text(d_val)),
    soname: one(DynTag.SoName),
    rpath: one(DynTag.RPath)?.split(':') ?? null,
    runpath: one(DynTag.RunPath)?.split(':') ?? null,
  };
}
