import { DynTag } from '@ring3/abi';
import { dynamicEntries, dynamicValue } from './dynamic.js';
import type { ElfFile } from './elf-file.js';

/** A hash table of dynamic symbols: how many symbols each bucket leads to. */
export interface HashTable {
  readonly kind: 'DT_HASH' | 'DT_GNU_HASH';
  readonly lengths: readonly number[];
}

/** DT_HASH: numbers of buckets and chains, the buckets, then for each symbol the next of its bucket; 0 ends. */
function sysvTable({ reader }: ElfFile, at: number): HashTable | null {
  if (!reader.has(at, 8)) return null;
  const [buckets, chains] = [reader.u32(at), reader.u32(at + 4)];
  if (!reader.has(at + 8, 4 * (buckets + chains))) return null;
  const seen = new Uint8Array(chains);
  const lengths = Array.from({ length: buckets }, (_, bucket) => {
    let length = 0;
    // A chain that meets one that was walked before is a loop.
    for (let symbol = reader.u32(at + 8 + 4 * bucket); symbol > 0 && symbol < chains && !seen[symbol]; length++) {
      seen[symbol] = 1;
      symbol = reader.u32(at + 8 + 4 * (buckets + symbol));
    }
    return length;
  });
  return { kind: 'DT_HASH', lengths };
}

/** DT_GNU_HASH: buckets lead to the first symbol of a chain of hashes, whose last has bit 0 set. */
function gnuTable({ reader }: ElfFile, at: number): HashTable | null {
  if (!reader.has(at, 16)) return null;
  const [buckets, offset, words] = [reader.u32(at), reader.u32(at + 4), reader.u32(at + 8)];
  const bucketsAt = at + 16 + words * (reader.is64 ? 8 : 4);
  const chainsAt = bucketsAt + 4 * buckets;
  if (!reader.has(bucketsAt, 4 * buckets)) return null;
  // Chains stand one behind the other: all of them together have no more hashes than the table.
  let budget = Math.floor((reader.bytes.length - chainsAt) / 4);
  const lengths = Array.from({ length: buckets }, (_, bucket) => {
    const first = reader.u32(bucketsAt + 4 * bucket);
    if (first < offset) return 0;
    for (let length = 1, hashAt = chainsAt + 4 * (first - offset); ; length++, hashAt += 4) {
      if (budget-- <= 0 || !reader.has(hashAt, 4)) return length - 1;
      if (reader.u32(hashAt) & 1) return length;
    }
  });
  return { kind: 'DT_GNU_HASH', lengths };
}

/** The hash tables that the dynamic section leads to. */
export function hashTables(file: ElfFile): HashTable[] {
  const entries = dynamicEntries(file);
  const place = (tag: DynTag): number | null => {
    const address = dynamicValue(entries, tag);
    return address === undefined ? null : file.offsetOf(address);
  };
  const [sysv, gnu] = [place(DynTag.Hash), place(DynTag.GnuHash)];
  return [sysv === null ? null : sysvTable(file, sysv), gnu === null ? null : gnuTable(file, gnu)].filter((table) => table !== null);
}
