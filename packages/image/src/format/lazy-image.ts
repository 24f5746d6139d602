import type { ImageSource } from '../tree/node.js';
import { checkIndex } from './check-index.js';
import { ChunkedBlob, type FetchChunk } from './chunked-blob.js';
import type { ImageIndex } from './index-file.js';
import { ImageTree } from './open.js';

/** Chunks that are fetched ahead of a reader who takes one after the other. */
const AHEAD_CHUNKS = 2;
/** Steps from one chunk to the next after which it counts as one: a read around a fault touches two chunks often enough. */
const STEPS = 2;

/** Where a file was read last. */
interface Reader {
  chunk: number;
  /** Steps in a row from one chunk to the one behind it. */
  steps: number;
}

/** A packed image whose chunks are fetched when a file is touched; of a file that is read from front to back, a little ahead. */
export class LazyImageTree extends ImageTree {
  private readonly readers = new Map<number, Reader>();

  constructor(
    index: ImageIndex,
    private readonly blob: ChunkedBlob,
  ) {
    super(index, (offset, length) => {
      const bytes = blob.read(offset, length);
      if (!bytes) throw new Error('image: bytes that were not fetched');
      return bytes;
    });
  }

  override read(id: number, offset: number, length: number): Uint8Array {
    this.follow(id, offset);
    return super.read(id, offset, length);
  }

  isHere(id: number, offset: number, length: number): boolean {
    const at = this.place(id, offset, length);
    return at.length === 0 || this.blob.has(at.offset, at.length);
  }

  /** @throws what fetching a chunk throws */
  async fetch(id: number, offset: number, length: number): Promise<Uint8Array> {
    const at = this.place(id, offset, length);
    this.follow(id, offset);
    // What came in may have gone again by the time that several are there.
    for (;;) {
      await this.blob.load(at.offset, at.length);
      const bytes = this.blob.read(at.offset, at.length);
      if (bytes) return bytes;
    }
  }

  private follow(id: number, offset: number): void {
    const { offset: start, length } = this.place(id, 0, Infinity);
    const chunk = this.blob.chunkAt(start + offset);
    const reader = this.readers.get(id);
    if (!reader) this.readers.set(id, { chunk, steps: 0 });
    else if (chunk !== reader.chunk) {
      reader.steps = chunk === reader.chunk + 1 ? reader.steps + 1 : 0;
      reader.chunk = chunk;
      if (reader.steps < STEPS) return;
      const last = this.blob.chunkAt(start + length - 1);
      for (let next = chunk + 1; next <= Math.min(last, chunk + AHEAD_CHUNKS); next++) this.blob.prefetch(next);
    }
  }
}

/** An image folder of chunks, of which only the index is there. @throws Error not an index of this format, or one without chunks */
export function openLazyImage(index: unknown, fetchChunk: FetchChunk): ImageSource {
  const checked = checkIndex(index);
  return new LazyImageTree(checked, new ChunkedBlob(checked, fetchChunk));
}
