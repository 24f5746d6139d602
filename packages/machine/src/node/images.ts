import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { decompress, type ImageSource, openImage, readTar, TreeBuilder } from '@ring3/image';

/** Opens an unpacked image: a folder with index.json and blob. Files are read when the guest asks for them. @throws Error no image */
export function openImageFolder(folder: string): ImageSource {
  const index: unknown = JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8'));
  if (typeof index !== 'object' || index === null) throw new Error(`${folder}: not an image`);
  const blob = openSync(join(folder, 'blob'), 'r');
  process.once('exit', () => closeSync(blob));
  return openImage(index, (offset, length) => {
    const bytes = new Uint8Array(length);
    return bytes.subarray(0, readSync(blob, bytes, 0, length, offset));
  });
}

/** A tar archive, plain or compressed, as a file tree in memory. @throws Error no tar */
export function openTarImage(archive: Uint8Array): ImageSource {
  const tree = new TreeBuilder();
  for (const entry of readTar(decompress(archive))) tree.add(entry);
  return tree;
}
