import { localBytes } from '#host';
import type { GuestFiles } from '../engine/guest-files.js';
import { MachineError } from '../engine/options.js';
import type { FileSpec } from '../protocol.js';
import { fetchBytes, type ReportProgress } from './progress.js';

/** Bytes of a Blob that are read at a time. */
const PIECE = 1 << 20;

/**
 * Fetches what has to be fetched, all at once, and puts the files into the guest in their order. A Blob is read piece by piece: there is
 * never a second copy of it.
 * @throws MachineError fetch-failed, file-error, bad-option, not-found
 */
export async function putFiles(guest: GuestFiles, files: readonly FileSpec[], report: ReportProgress): Promise<void> {
  for (const { path } of files)
    if (!path.startsWith('/')) throw new MachineError('bad-option', `the file '${path}' needs an absolute path in the guest`);
  const contents = await Promise.all(files.map(({ content }) => contentOf(content, report)));
  for (const [i, { path, mode }] of files.entries()) {
    const content = contents[i]!;
    if (path.endsWith('/')) {
      if (content !== null && sizeOf(content) > 0) throw new MachineError('bad-option', `'${path}' is a folder: it has no content`);
      guest.mkdir(path);
    } else if (content instanceof Blob) {
      await putBlob(guest, path, mode, content, report);
    } else {
      const bytes = content ?? new Uint8Array(0);
      guest.write(path, bytes, mode ?? modeOf(bytes));
    }
  }
}

async function contentOf(content: FileSpec['content'], report: ReportProgress): Promise<Uint8Array | Blob | null> {
  if (content === undefined) return null;
  if (content instanceof Uint8Array || content instanceof Blob) return content;
  return (await localBytes(content.url)) ?? (await fetchBytes(content.url, 'file', report));
}

function sizeOf(content: Uint8Array | Blob): number {
  return content instanceof Blob ? content.size : content.length;
}

async function putBlob(guest: GuestFiles, path: string, mode: number | undefined, blob: Blob, report: ReportProgress): Promise<void> {
  const tell = (loaded: number): void => report({ phase: 'file', file: path, loaded, total: blob.size });
  let at = 0;
  do {
    let bytes: Uint8Array;
    try {
      bytes = new Uint8Array(await blob.slice(at, at + PIECE).arrayBuffer());
    } catch (error) {
      // The file behind it has changed or gone.
      throw new MachineError('fetch-failed', `${path}: ${error instanceof Error ? error.message : String(error)}`);
    }
    if (at === 0) guest.write(path, bytes, mode ?? modeOf(bytes));
    else guest.append(path, bytes);
    at += PIECE;
    tell(Math.min(at, blob.size));
  } while (at < blob.size);
}

/** Programs (ELF files, and those that begin with #!) may be executed. */
function modeOf(bytes: Uint8Array): number {
  const elf = bytes[0] === 0x7f && bytes[1] === 0x45 && bytes[2] === 0x4c && bytes[3] === 0x46;
  return elf || (bytes[0] === 0x23 && bytes[1] === 0x21) ? 0o755 : 0o644;
}
