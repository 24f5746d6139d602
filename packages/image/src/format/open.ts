import { isDirectory, isFile, isSymlink, type ImageNode, type ImageSource } from '../tree/node.js';
import { ChunkedBlob, type FetchChunk } from './chunked-blob.js';
import { NodeField, type ImageIndex } from './index-file.js';

/** Reads `length` bytes of the blob at `offset`. */
export type ReadBlob = (offset: number, length: number) => Uint8Array;

/** A packed image, opened: nodes are made and file bytes read when asked for. */
export class ImageTree implements ImageSource {
  private readonly nodes: (ImageNode | undefined)[] = [];

  constructor(
    readonly index: ImageIndex,
    private readonly readBlob: ReadBlob,
  ) {}

  node(id: number): ImageNode {
    return (this.nodes[id] ??= this.parse(id));
  }

  read(id: number, offset: number, length: number): Uint8Array {
    const at = this.place(id, offset, length);
    return at.length === 0 ? new Uint8Array(0) : this.readBlob(at.offset, at.length);
  }

  /** Where bytes of a file lie in the blob. */
  protected place(id: number, offset: number, length: number): { offset: number; length: number } {
    const node = this.node(id);
    const start = this.fields(id)[NodeField.Rest + 1];
    if (!isFile(node) || typeof start !== 'number') throw new Error(`image: node ${id} is no file`);
    return { offset: start + offset, length: Math.max(0, Math.min(length, node.size - offset)) };
  }

  private fields(id: number): (number | string)[] {
    const fields = this.index.nodes[id];
    if (!fields) throw new Error(`image: no node ${id}`);
    return fields;
  }

  private parse(id: number): ImageNode {
    const fields = this.fields(id);
    const [mode, uid, gid, mtime, nlink] = fields.map(Number);
    const node: ImageNode = { id, mode: mode!, uid: uid!, gid: gid!, mtime: mtime!, nlink: nlink!, size: 0 };
    const rest = fields[NodeField.Rest];
    if (isDirectory(node)) {
      node.children = new Map();
      for (let i: number = NodeField.Rest; i + 1 < fields.length; i += 2) node.children.set(String(fields[i]), Number(fields[i + 1]));
    } else if (isSymlink(node)) {
      node.target = String(rest);
      node.size = node.target.length;
    } else if (isFile(node)) {
      node.size = Number(rest);
    } else {
      node.rdev = Number(rest);
    }
    return node;
  }
}

/** @throws Error not an index of this format */
export function openImage(index: object, readBlob: ReadBlob): ImageTree {
  if (!isIndex(index)) throw new Error('image: not an index of format ring3-image-1');
  return new ImageTree(index, readBlob);
}

function isIndex(index: object): index is ImageIndex {
  return 'format' in index && index.format === 'ring3-image-1' && 'nodes' in index && Array.isArray(index.nodes);
}

/** A packed image whose chunks are fetched when a file is touched. */
class LazyImageTree extends ImageTree {
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

  isHere(id: number, offset: number, length: number): boolean {
    const at = this.place(id, offset, length);
    return at.length === 0 || this.blob.has(at.offset, at.length);
  }

  async fetch(id: number, offset: number, length: number): Promise<Uint8Array> {
    const at = this.place(id, offset, length);
    // What came in may have gone again by the time that several are there.
    for (;;) {
      await this.blob.load(at.offset, at.length);
      const bytes = this.blob.read(at.offset, at.length);
      if (bytes) return bytes;
    }
  }
}

/** An image folder of chunks, of which only the index is there. @throws Error not an index of this format, or one without chunks */
export function openLazyImage(index: object, fetchChunk: FetchChunk): ImageSource {
  if (!isIndex(index)) throw new Error('image: not an index of format ring3-image-1');
  return new LazyImageTree(index, new ChunkedBlob(index, fetchChunk));
}
