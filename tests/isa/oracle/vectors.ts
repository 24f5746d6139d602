import { gunzipSync, gzipSync } from 'node:zlib';
import type { Case } from './cases.js';
import { State } from './state.js';

/**
 * Recorded results, gzipped. Inputs follow from the seed, so a file holds only what the processor changed; a hash tells when the
 * inputs are no longer those that were recorded. For each row, little-endian:
 *
 *   u16 n │ n bytes: opcode and operands │ u32 hash of the inputs │ u32 m │ m bytes: per case
 *                                                                          u8 k │ k × (u8 index of the 8-byte word │ u64)
 */
export interface RowVectors {
  readonly inputs: number;
  readonly changes: Uint8Array;
}

export function hashOf(cases: readonly Case[]): number {
  let h = 0x811c9dc5;
  const add = (byte: number): void => void (h = Math.imul(h ^ byte, 0x01000193));
  for (const { bytes, state } of cases) {
    bytes.forEach(add);
    state.forEach(add);
  }
  return h >>> 0;
}

/** The changes from the cases' states to `results`, both normalised. */
export function changesOf(before: readonly Uint8Array[], results: readonly Uint8Array[]): Uint8Array {
  const out: number[] = [];
  results.forEach((result, i) => {
    const words: number[] = [];
    for (let word = 0; word < State.Bytes; word += 8) {
      const bytes = result.subarray(word, word + 8);
      if (bytes.some((byte, k) => byte !== before[i]![word + k])) words.push(word >> 3, ...bytes);
    }
    out.push(words.length / 9, ...words);
  });
  return Uint8Array.from(out);
}

/** The results that changesOf saw. */
export function* resultsOf(before: Iterable<Uint8Array>, { changes }: RowVectors): Generator<Uint8Array> {
  let at = 0;
  for (const state of before) {
    const result = state.slice();
    const end = at + 1 + changes[at]! * 9;
    for (at++; at < end; at += 9) result.set(changes.subarray(at + 1, at + 9), changes[at]! * 8);
    yield result;
  }
}

export function pack(vectors: ReadonlyMap<string, RowVectors>): Buffer {
  const parts = [...vectors].flatMap(([key, { inputs, changes }]) => {
    const name = Buffer.from(key);
    const sizes = [Buffer.alloc(2), Buffer.alloc(8)] as const;
    sizes[0].writeUInt16LE(name.length);
    sizes[1].writeUInt32LE(inputs);
    sizes[1].writeUInt32LE(changes.length, 4);
    return [sizes[0], name, sizes[1], Buffer.from(changes)];
  });
  return gzipSync(Buffer.concat(parts), { level: 9 });
}

export function unpack(file: Uint8Array): Map<string, RowVectors> {
  const data = gunzipSync(file);
  const vectors = new Map<string, RowVectors>();
  for (let at = 0; at < data.length;) {
    const end = at + 2 + data.readUInt16LE(at);
    const key = data.toString('utf8', at + 2, end);
    const size = data.readUInt32LE(end + 4);
    vectors.set(key, { inputs: data.readUInt32LE(end), changes: data.subarray(end + 8, end + 8 + size) });
    at = end + 8 + size;
  }
  return vectors;
}
