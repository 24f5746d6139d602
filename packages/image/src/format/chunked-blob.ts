import { sha256 } from '../compress/sha256.js';
import type { ImageIndex } from './index-file.js';

/** Fetches a chunk by its name and unpacks it; sees to it that it is the one (isChunk). */
export type FetchChunk = (name: string) => Promise<Uint8Array>;

/** Unpacked chunks that are kept; the kernel's page cache keeps what is used. */
const KEPT_CHUNKS = 32;

/** An image's blob whose chunks arrive when they are asked for. */
export class ChunkedBlob {
  private readonly bytes: number;
  private readonly names: readonly string[];
  private readonly blobBytes: number;
  /** By number, the least recently used first. */
  private readonly kept = new Map<number, Uint8Array>();
  private readonly underWay = new Map<number, Promise<void>>();

  /** @throws Error an index without chunks */
  constructor(
    index: ImageIndex,
    private readonly fetchChunk: FetchChunk,
  ) {
    const { chunks } = index;
    if (!chunks) throw new Error('image: it is one blob, not chunks: ring3 pack makes a folder that can be fetched');
    this.bytes = chunks.bytes;
    this.names = chunks.names;
    this.blobBytes = index.blobBytes;
  }

  /** Is all of it here? */
  has(offset: number, length: number): boolean {
    for (let at = this.chunkAt(offset); at * this.bytes < offset + length; at++) if (!this.kept.has(at)) return false;
    return true;
  }

  /** `length` bytes at `offset`, or null where `load` is needed first. */
  read(offset: number, length: number): Uint8Array | null {
    const result = new Uint8Array(length);
    for (let at = offset; at < offset + length;) {
      const number = this.chunkAt(at);
      const chunk = this.kept.get(number);
      if (!chunk) return null;
      this.kept.delete(number);
      this.kept.set(number, chunk);
      const start = at - number * this.bytes;
      const part = chunk.subarray(start, start + offset + length - at);
      if (part.length === 0) throw new Error('image: bytes behind the end of the blob');
      result.set(part, at - offset);
      at += part.length;
    }
    return result;
  }

  /** Fetches the chunks that hold these bytes, those that are not under way already. @throws what fetchChunk throws */
  async load(offset: number, length: number): Promise<void> {
    const last = this.chunkAt(offset + Math.max(length, 1) - 1);
    const loads: Promise<void>[] = [];
    for (let number = this.chunkAt(offset); number <= last; number++) if (!this.kept.has(number)) loads.push(this.loadChunk(number));
    await Promise.all(loads);
  }

  chunkAt(offset: number): number {
    return Math.floor(offset / this.bytes);
  }

  /** Fetches a chunk that will be wanted soon. Where that fails, whoever wants it will be told. */
  prefetch(number: number): void {
    if (!this.kept.has(number) && !this.underWay.has(number)) this.loadChunk(number).catch(() => {});
  }

  private loadChunk(number: number): Promise<void> {
    let load = this.underWay.get(number);
    if (load) return load;
    const name = this.names[number];
    if (name === undefined) return Promise.reject(new Error(`image: no chunk ${number}`));
    load = this.fetchChunk(name)
      .then((chunk) => {
        const length = Math.min(this.bytes, this.blobBytes - number * this.bytes);
        if (chunk.length !== length) throw new Error(`image: chunk ${name} has ${chunk.length} bytes instead of ${length}`);
        this.kept.set(number, chunk);
        const oldest = this.kept.keys().next();
        if (this.kept.size > KEPT_CHUNKS && !oldest.done) this.kept.delete(oldest.value);
      })
      .finally(() => this.underWay.delete(number));
    this.underWay.set(number, load);
    return load;
  }
}

/** Is this what the chunk of that name holds? Its name says. */
export function isChunk(name: string, bytes: Uint8Array): boolean {
  return name === chunkName(sha256(bytes));
}

/** @param hash SHA-256 in hex */
export function chunkName(hash: string): string {
  return `${hash.slice(0, 32)}.gz`;
}
