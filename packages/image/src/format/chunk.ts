import { gzipSync } from 'fflate';
import { sha256 as ownSha256 } from '../compress/sha256.js';
import { chunkName } from './chunked-blob.js';

/** Bytes of the blob in a chunk, before compression. */
export const CHUNK_BYTES = 256 * 1024;

export interface Chunk {
  /** File name below chunks/: the first 32 hex digits of what it holds, hashed. */
  name: string;
  /** gzipped; its checksum is in it. */
  bytes: Uint8Array;
}

/**
 * Cuts a blob into chunks, one after the other. Equal chunks of several images have equal names.
 * @param sha256 in hex; a host's own is faster
 */
export function* chunkBlob(blob: Iterable<Uint8Array>, sha256: (bytes: Uint8Array) => string = ownSha256): Generator<Chunk> {
  const piece = new Uint8Array(CHUNK_BYTES);
  let filled = 0;
  const seal = (): Chunk => {
    const content = piece.subarray(0, filled);
    filled = 0;
    return { name: chunkName(sha256(content)), bytes: gzipSync(content, { level: 9, mtime: 0 }) };
  };
  for (const part of blob) {
    for (let at = 0; at < part.length;) {
      const taken = part.subarray(at, at + CHUNK_BYTES - filled);
      piece.set(taken, filled);
      filled += taken.length;
      at += taken.length;
      if (filled === CHUNK_BYTES) yield seal();
    }
  }
  if (filled > 0) yield seal();
}
