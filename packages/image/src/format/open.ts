import { isDirectory, isFile, isSymlink, type ImageNode, type ImageSource } from '../tree/node.js';
import { checkIndex } from './check-index.js';
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

/** @throws Error not an index of this format, or a damaged one */
export function openImage(index: unknown, readBlob: ReadBlob): ImageTree {
  return new ImageTree(checkIndex(index), readBlob);
}
