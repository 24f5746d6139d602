import type { TreeBuilder } from './builder.js';
import type { LayerEntry } from './layer.js';
import { FileType, isDirectory, isFile, isSymlink, type ImageNode, type ImageSource } from './node.js';

/** Adds all of an opened image to a tree; its files are read when they are packed. */
export function copyTree(tree: TreeBuilder, source: ImageSource): void {
  const paths = new Map<number, string>();
  const visit = (id: number, path: string): void => {
    const node = source.node(id);
    const { mode, uid, gid, mtime } = node;
    const common = { path, mode: mode & 0o7777, uid, gid, mtime };
    const known = paths.get(id);
    if (known !== undefined) return tree.add({ ...common, type: 'hardlink', target: known });
    if (!isDirectory(node)) paths.set(id, path);
    tree.add({ ...common, ...special(source, node) });
    for (const [name, child] of node.children ?? []) visit(child, `${path}/${name}`);
  };
  visit(0, '');
}

function special(source: ImageSource, node: ImageNode): Pick<LayerEntry, 'type' | 'data' | 'target' | 'device'> {
  if (isDirectory(node)) return { type: 'dir' };
  if (isSymlink(node)) return { type: 'symlink', target: node.target ?? '' };
  if (isFile(node)) {
    const { id, size } = node;
    return { type: 'file', data: { size, read: (offset, length) => source.read(id, offset, length) } };
  }
  const rdev = node.rdev ?? 0;
  const device = { major: (rdev >>> 8) & 0xfff, minor: (rdev & 0xff) | ((rdev >>> 12) & 0xfff00) };
  switch (node.mode & FileType.Mask) {
    case FileType.Char:
      return { type: 'char', device };
    case FileType.Block:
      return { type: 'block', device };
    default:
      return { type: 'fifo' };
  }
}
