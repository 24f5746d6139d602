/** A file's bytes where they are not in memory yet: read piece by piece when they are wanted. */
export interface FileContent {
  readonly size: number;
  /** Exactly `length` bytes, which lie within the file. @throws Error they cannot be read, or are no longer there */
  read(offset: number, length: number): Uint8Array;
}

/** Bytes that are read at a time. */
const PIECE = 1 << 20;

export function sizeOf(content: Uint8Array | FileContent): number {
  return content instanceof Uint8Array ? content.length : content.size;
}

/** All bytes, in pieces. @throws what reading them throws */
export function* pieces(content: Uint8Array | FileContent): Generator<Uint8Array> {
  if (content instanceof Uint8Array) {
    if (content.length > 0) yield content;
    return;
  }
  for (let at = 0; at < content.size; at += PIECE) yield content.read(at, Math.min(PIECE, content.size - at));
}
