import { createHash } from 'node:crypto';
import { closeSync, existsSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { type ImageSource, ImageTree, openArchive, openImage, type ReadBlob } from '@ring3/image';

/** Told once of each thing that is wrong with an image while it is read: the guest has had an I/O error for it. */
export type ReportDamage = (message: string) => void;

/** Unpacked chunks that are kept; the kernel's page cache keeps what is used. */
const KEPT_CHUNKS = 16;

/** Blobs of images that nobody uses any more are closed. */
const unused = new FinalizationRegistry<number>((fd) => closeSync(fd));

/**
 * Opens a packed image: a folder with index.json, and with chunks/ or blob. Files are read when the guest asks for them.
 * @throws Error no image, or a damaged one
 */
export function openImageFolder(folder: string, damaged: ReportDamage = () => {}): ImageTree {
  let index: unknown;
  try {
    index = JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8'));
  } catch (error) {
    throw new Error(`${join(folder, 'index.json')}: ${error instanceof SyntaxError ? 'no JSON' : (error as Error).message}`, {
      cause: error,
    });
  }
  const told = new Set<string>();
  const telling =
    (read: ReadBlob): ReadBlob =>
    (offset, length) => {
      try {
        return read(offset, length);
      } catch (error) {
        const { message } = error as Error;
        if (!told.has(message)) damaged(message);
        told.add(message);
        throw error;
      }
    };
  if (!existsSync(join(folder, 'blob'))) {
    let read: ReadBlob = () => new Uint8Array(0);
    const image = openImage(
      index,
      telling((offset, length) => read(offset, length)),
    );
    if (!image.index.chunks) throw new Error(`${folder}: there is neither blob nor chunks`);
    read = chunkReader(join(folder, 'chunks'), image.index.chunks);
    return image;
  }
  const path = join(folder, 'blob');
  const fd = openSync(path, 'r');
  const image = openImage(
    index,
    telling((offset, length) => {
      const bytes = new Uint8Array(length);
      if (readSync(fd, bytes, 0, length, offset) < length) throw new Error(`${path}: ends before byte ${offset + length}`);
      return bytes;
    }),
  );
  unused.register(image, fd);
  if (fstatSync(fd).size < image.index.blobBytes)
    throw new Error(`${path}: has ${fstatSync(fd).size} bytes instead of ${image.index.blobBytes}`);
  return image;
}

/** Reads a blob that lies in chunks on a disk. */
function chunkReader(folder: string, { bytes: size, names }: { bytes: number; names: readonly string[] }): ReadBlob {
  /** By number, the least recently used first. */
  const kept = new Map<number, Uint8Array>();
  const chunk = (number: number): Uint8Array => {
    const known = kept.get(number);
    const content = known ?? readChunk(folder, names[number]!);
    kept.delete(number);
    kept.set(number, content);
    const oldest = kept.keys().next();
    if (kept.size > KEPT_CHUNKS && !oldest.done) kept.delete(oldest.value);
    return content;
  };
  return (offset, length) => {
    const result = new Uint8Array(length);
    for (let at = offset; at < offset + length;) {
      const number = Math.floor(at / size);
      const start = at - number * size;
      const part = chunk(number).subarray(start, start + offset + length - at);
      if (part.length === 0) throw new Error(`${join(folder, names[number]!)}: too short`);
      result.set(part, at - offset);
      at += part.length;
    }
    return result;
  };
}

/** @throws Error it is not there, or not what its name says */
function readChunk(folder: string, name: string): Uint8Array {
  const path = join(folder, name);
  let content: Uint8Array;
  try {
    content = gunzipSync(readFileSync(path));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new Error(`${path}: ${code === 'ENOENT' ? 'missing' : code?.startsWith('Z_') ? `damaged (${message})` : message}`, {
      cause: error,
    });
  }
  if (createHash('sha256').update(content).digest('hex').slice(0, 32) !== name.slice(0, 32))
    throw new Error(`${path}: damaged (its name says so)`);
  return content;
}

/** A Debian package, or a tar archive, plain or compressed, as a file tree in memory. @throws Error it is neither */
export function openTarImage(archive: Uint8Array): ImageSource {
  return openArchive(archive);
}
