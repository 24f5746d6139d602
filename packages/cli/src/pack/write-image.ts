import { createHash } from 'node:crypto';
import { closeSync, existsSync, lstatSync, mkdirSync, openSync, readdirSync, renameSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { CHUNK_BYTES, chunkBlob, gzipPieces, type ImageIndex, packTree, tarBlocks, type TreeBuilder } from '@ring3/image';
import { CliError, CliStatus } from '../cli-error.js';
import { megabytes } from '../units.js';
import type { ProgressLine } from './progress-line.js';

export type PackFormat = 'folder' | 'tar' | 'tar.gz';

/** What was written. */
export interface Written {
  /** Of the packed files, names and tables included, before compression. */
  bytes: number;
  /** On disk. */
  writtenBytes: number;
  /** Of a folder. */
  chunks?: number;
  indexBytes?: number;
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/**
 * Writes a tree to `out`: it is there whole, or not at all.
 * @throws CliError `out` is something else, or cannot be written
 */
export function writeImage(
  tree: TreeBuilder,
  packages: ImageIndex['packages'],
  labels: Record<string, string>,
  out: string,
  format: PackFormat,
  progress: ProgressLine,
): Written {
  checkTarget(out, format);
  const fresh = `${resolve(out)}.new-${process.pid}`;
  try {
    const written = format === 'folder' ? writeFolder(tree, packages, labels, fresh, progress) : writeTar(tree, fresh, format, progress);
    if (format === 'folder') rmSync(out, { recursive: true, force: true });
    renameSync(fresh, resolve(out));
    return written;
  } catch (error) {
    try {
      rmSync(fresh, { recursive: true, force: true });
    } catch {
      // It could not even be begun.
    }
    if (error instanceof CliError || !(error instanceof Error && 'code' in error && 'syscall' in error)) throw error;
    throw new CliError(CliStatus.Failed, `${out}: cannot be written (${String(error.code)})`);
  }
}

/** @throws CliError it would destroy what is no image */
export function checkTarget(out: string, format: PackFormat): void {
  if (!existsSync(out)) return;
  const isFolder = lstatSync(out).isDirectory();
  if (format !== 'folder') {
    if (isFolder) throw new CliError(CliStatus.Failed, `-o ${out}: is a folder`);
    return;
  }
  if (!isFolder) throw new CliError(CliStatus.Failed, `-o ${out}: is there, and no folder`);
  const names = readdirSync(out);
  if (names.length > 0 && !(names.includes('index.json') && names.every((name) => ['index.json', 'chunks', 'blob'].includes(name))))
    throw new CliError(CliStatus.Failed, `-o ${out}: is there, and no image`);
}

function writeFolder(
  tree: TreeBuilder,
  packages: ImageIndex['packages'],
  labels: Record<string, string>,
  folder: string,
  progress: ProgressLine,
): Written {
  const { index, blob } = packTree(tree, packages, CHUNK_BYTES);
  mkdirSync(join(folder, 'chunks'), { recursive: true });
  const names: string[] = [];
  let writtenBytes = 0;
  for (const { name, bytes } of chunkBlob(blob(), sha256)) {
    if (!existsSync(join(folder, 'chunks', name))) {
      writeFileSync(join(folder, 'chunks', name), bytes);
      writtenBytes += bytes.length;
    }
    names.push(name);
    progress.show(() => `compressing: ${megabytes(names.length * CHUNK_BYTES)} of ${megabytes(index.blobBytes)}`);
  }
  const { format, blobBytes, nodes } = index;
  const labelled = Object.keys(labels).length > 0 ? { labels } : {};
  const complete: ImageIndex = { format, packages, ...labelled, blobBytes, chunks: { bytes: CHUNK_BYTES, names }, nodes };
  const text = Buffer.from(JSON.stringify(complete));
  writeFileSync(join(folder, 'index.json'), text);
  const chunks = new Set(names).size;
  return { bytes: blobBytes, writtenBytes: writtenBytes + text.length, chunks, indexBytes: text.length };
}

function writeTar(tree: TreeBuilder, file: string, format: PackFormat, progress: ProgressLine): Written {
  let bytes = 0;
  let writtenBytes = 0;
  const blocks = function* (): Generator<Uint8Array> {
    for (const block of tarBlocks(tree)) {
      bytes += block.length;
      progress.show(() => `writing: ${megabytes(bytes)}`);
      yield block;
    }
  };
  const fd = openSync(file, 'w');
  try {
    for (const piece of format === 'tar' ? blocks() : gzipPieces(blocks())) {
      for (let done = 0; done < piece.length;) done += writeSync(fd, piece, done);
      writtenBytes += piece.length;
    }
  } finally {
    closeSync(fd);
  }
  return { bytes, writtenBytes };
}
