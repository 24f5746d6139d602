import type { ImageIndex } from './index-file.js';

/** Fetches a chunk by its name and unpacks it. */
export type FetchChunk = (name: string) => Promise<Uint8Array>;

/** Unpacked chunks that are kept; the kernel's page cache keeps what is used. */
const KEPT_CHUNKS = 32;

/** An image's blob whose chunks arrive when they are asked for. */
export class ChunkedBlob {
  private readonly bytes: number;
  private readonly names: readonly string[];
  /** By number, the least recently used first. */
  private readonly kept = new Map<number, Uint8Array>();
  private readonly underWay = new Map<number, Promise<void>>();

  /** @throws Error an index without chunks */
  constructor(
    index: ImageIndex,
    private readonly fetchChunk: FetchChunk,
  ) {
    const { chunks } = index;
    if (!chunks || chunks.bytes <= 0 || chunks.names.length * chunks.bytes < index.blobBytes)
      throw new Error('image: its chunks do not make up its blob');
    this.bytes = chunks.bytes;
    this.names = chunks.names;
  }

  /** Is all of it here? */
  has(offset: number, length: number): boolean {
    for (let at = Math.floor(offset / this.bytes); at * this.bytes < offset + length; at++) if (!this.kept.has(at)) return false;
    return true;
  }

  /** `length` bytes at `offset`, or null where `load` is needed first. */
  read(offset: number, length: number): Uint8Array | null {
    const result = new Uint8Array(length);
    for (let at = offset; at < offset + length;) {
      const number = Math.floor(at / this.bytes);
      const chunk = this.kept.get(number);
      if (!chunk) return null;
      this.kept.delete(number);
      this.kept.set(number, chunk);
      const start = at - number * this.bytes;
      const part = chunk.subarray(start, start + offset + length - at);
      if (part.length === 0) throw new Error(`image: chunk ${number} is too short`);
      result.set(part, at - offset);
      at += part.length;
    }
    return result;
  }

  /** Fetches the chunks that hold these bytes, those that are not under way already. @throws what fetchChunk throws */
  async load(offset: number, length: number): Promise<void> {
    const last = Math.floor((offset + Math.max(length, 1) - 1) / this.bytes);
    const loads: Promise<void>[] = [];
    for (let number = Math.floor(offset / this.bytes); number <= last; number++)
      if (!this.kept.has(number)) loads.push(this.loadChunk(number));
    await Promise.all(loads);
  }

  private loadChunk(number: number): Promise<void> {
    let load = this.underWay.get(number);
    if (load) return load;
    const name = this.names[number];
    if (name === undefined) return Promise.reject(new Error(`image: no chunk ${number}`));
    load = this.fetchChunk(name)
      .then((chunk) => {
        this.kept.set(number, chunk);
        const oldest = this.kept.keys().next();
        if (this.kept.size > KEPT_CHUNKS && !oldest.done) this.kept.delete(oldest.value);
      })
      .finally(() => this.underWay.delete(number));
    this.underWay.set(number, load);
    return load;
  }
}
