import { isDirectory, isFile, isSymlink, type ImageNode } from '../tree/node.js';
import type { TreeBuilder } from '../tree/builder.js';
import type { ImageIndex } from './index-file.js';

/** Packs a tree: the index and the pieces of the blob, to be written in this order. Nodes that lost all names are left out. */
export function packImage(tree: TreeBuilder, packages: ImageIndex['packages']): { index: ImageIndex; blob: Uint8Array[] } {
  const order: ImageNode[] = [];
  const newIds = new Map<number, number>();
  const visit = (node: ImageNode): void => {
    if (newIds.has(node.id)) return;
    newIds.set(node.id, order.length);
    order.push(node);
    for (const id of node.children?.values() ?? []) visit(tree.node(id));
  };
  visit(tree.node(0));

  const blob: Uint8Array[] = [];
  let offset = 0;
  const nodes = order.map((node) => {
    const fields: (number | string)[] = [node.mode, node.uid, node.gid, node.mtime, node.nlink];
    if (isDirectory(node)) {
      for (const [name, id] of node.children ?? []) fields.push(name, newIds.get(id)!);
    } else if (isSymlink(node)) {
      fields.push(node.target ?? '');
    } else if (isFile(node)) {
      const content = tree.content(node.id);
      fields.push(content.length, offset);
      if (content.length > 0) blob.push(content);
      offset += content.length;
    } else {
      fields.push(node.rdev ?? 0);
    }
    return fields;
  });
  return { index: { format: 'ring3-image-1', packages, blobBytes: offset, nodes }, blob };
}
