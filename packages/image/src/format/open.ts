import { isDirectory, isFile, isSymlink, type ImageNode, type ImageSource } from '../tree/node.js';
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
    const node = this.node(id);
    const start = this.fields(id)[NodeField.Rest + 1];
    if (!isFile(node) || typeof start !== 'number') throw new Error(`image: node ${id} is no file`);
    const available = Math.max(0, Math.min(length, node.size - offset));
    return available === 0 ? new Uint8Array(0) : this.readBlob(start + offset, available);
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
