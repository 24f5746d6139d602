import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { ImageSource } from '@ring3/image';
import { MachineError } from '../engine/options.js';
import { openLazyFolder } from '../service/lazy-folder.js';
import type { ReportProgress } from '../service/progress.js';
import { openImageFolder, openTarImage } from './images.js';

/** An image folder by its URL or path, or an archive by its path. @throws MachineError fetch-failed, bad-option, not-found */
export async function openFolder(
  path: string,
  report: ReportProgress,
  damaged: (message: string) => void,
  signal?: AbortSignal,
): Promise<ImageSource> {
  if (/^https?:/.test(path)) return openLazyFolder(path, report, { signal });
  try {
    const local = pathOf(path) ?? path;
    return statSync(local).isDirectory() ? openImageFolder(local, damaged) : openTarImage(readFileSync(local));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw new MachineError('not-found', `root ${path}: no such file or directory`);
    throw new MachineError('bad-option', `root ${path}: ${message}`);
  }
}

/** A path, or the path of a file: URL; null: another URL, which is fetched. */
function pathOf(url: string): string | null {
  if (url.startsWith('file:')) return fileURLToPath(url);
  return /^[a-z][a-z0-9+.-]+:/i.test(url) ? null : url;
}

/**
 * What a path or file: URL names, which fetch does not take here; null: it is another URL.
 * @param integrity as fetch takes it
 * @throws MachineError not-found, fetch-failed
 */
export async function localBytes(url: string, integrity?: string): Promise<Uint8Array<ArrayBuffer> | null> {
  const path = pathOf(url);
  if (path === null) return null;
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new MachineError(code === 'ENOENT' ? 'not-found' : 'fetch-failed', `${url}: ${code === 'ENOENT' ? 'no such file' : message}`);
  }
  if (integrity && !hasIntegrity(bytes, integrity)) throw new MachineError('fetch-failed', `${url}: integrity mismatch`);
  return new Uint8Array(bytes);
}

/** Subresource Integrity: one of the sums of the strongest kind named. */
function hasIntegrity(bytes: Uint8Array, integrity: string): boolean {
  const sums = integrity.split(/\s+/).flatMap((word) => {
    const match = /^(sha256|sha384|sha512)-([A-Za-z0-9+/_-]+={0,2})/.exec(word);
    return match ? [{ kind: match[1]!, sum: match[2]! }] : [];
  });
  const strongest = ['sha512', 'sha384', 'sha256'].find((kind) => sums.some((sum) => sum.kind === kind));
  if (!strongest) return true;
  const actual = createHash(strongest).update(bytes).digest('base64');
  return sums.some(({ kind, sum }) => kind === strongest && sum === actual);
}
