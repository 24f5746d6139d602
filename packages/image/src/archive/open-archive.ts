import { decompress } from '../compress/decompress.js';
import { TreeBuilder } from '../tree/builder.js';
import { type Deb, readDeb } from './deb.js';
import { readTar } from './tar.js';

/** What an archive holds besides files. */
export interface ArchiveContents {
  /** A Debian package's control fields; null for a tar archive. */
  control: Deb['control'] | null;
}

export function isDeb(bytes: Uint8Array): boolean {
  return String.fromCharCode(...bytes.subarray(0, 8)) === '!<arch>\n';
}

/** Adds a Debian package, or a tar archive, plain or compressed, to a tree. @throws Error it is neither, or damaged */
export function addArchive(tree: TreeBuilder, bytes: Uint8Array): ArchiveContents {
  if (isDeb(bytes)) {
    const { control, entries } = readDeb(bytes);
    tree.addLayer(entries);
    return { control };
  }
  const tar = decompress(bytes);
  if (tar.length === 0) throw new Error('tar: empty');
  tree.addLayer(readTar(tar));
  return { control: null };
}

/** An archive as a tree of its own. @throws Error it is none, or damaged */
export function openArchive(bytes: Uint8Array): TreeBuilder {
  const tree = new TreeBuilder();
  addArchive(tree, bytes);
  return tree;
}
