import { pieces, sizeOf } from '../tree/content.js';
import { isDirectory, isFile, isSymlink, type ImageNode } from '../tree/node.js';
import type { TreeBuilder } from '../tree/builder.js';
import type { ImageIndex } from './index-file.js';

/** A tree in the order in which it is packed. */
export interface PackedTree {
  index: ImageIndex;
  /** The blob's pieces, read from where the files are when they are asked for. @throws what reading them throws */
  blob(): Generator<Uint8Array>;
}

/** Where a file begins in the blob: at the next chunk, where it would touch one more than it has to. */
function placeFor(size: number, offset: number, chunkBytes: number): number {
  const left = chunkBytes - (offset % chunkBytes);
  return size > 0 && left < chunkBytes && left < size % chunkBytes ? offset + left : offset;
}

/**
 * The index of a tree, and its blob. Names are sorted as bytes, so equal trees give equal bytes however they came about. Nodes that lost
 * all names are left out.
 * @param chunkBytes what the blob will be cut into; Infinity: it stays whole
 */
export function packTree(tree: TreeBuilder, packages: ImageIndex['packages'], chunkBytes = Infinity): PackedTree {
  const order: ImageNode[] = [];
  const newIds = new Map<number, number>();
  const sorted = (node: ImageNode): [string, number][] => [...(node.children ?? [])].toSorted(([a], [b]) => (a < b ? -1 : 1));
  const visit = (node: ImageNode): void => {
    if (newIds.has(node.id)) return;
    newIds.set(node.id, order.length);
    order.push(node);
    for (const [, id] of sorted(node)) visit(tree.node(id));
  };
  visit(tree.node(0));

  let offset = 0;
  const nodes = order.map((node) => {
    const fields: (number | string)[] = [node.mode, node.uid, node.gid, node.mtime, node.nlink];
    if (isDirectory(node)) {
      for (const [name, id] of sorted(node)) fields.push(name, newIds.get(id)!);
    } else if (isSymlink(node)) {
      fields.push(node.target ?? '');
    } else if (isFile(node)) {
      const size = sizeOf(tree.source(node.id));
      const start = placeFor(size, offset, chunkBytes);
      fields.push(size, start);
      offset = start + size;
    } else {
      fields.push(node.rdev ?? 0);
    }
    return fields;
  });
  return {
    index: { format: 'ring3-image-1', packages, blobBytes: offset, nodes },
    *blob() {
      let at = 0;
      for (const node of order) {
        if (!isFile(node)) continue;
        const source = tree.source(node.id);
        const start = placeFor(sizeOf(source), at, chunkBytes);
        if (start > at) yield new Uint8Array(start - at);
        yield* pieces(source);
        at = start + sizeOf(source);
      }
    },
  };
}

/** The same with the whole blob in memory, its pieces to be written in this order. */
export function packImage(tree: TreeBuilder, packages: ImageIndex['packages']): { index: ImageIndex; blob: Uint8Array[] } {
  const { index, blob } = packTree(tree, packages);
  return { index, blob: [...blob()] };
}
