import type { FileContent } from './content.js';

/** One member of a layer, as an archive lists it. Paths and targets are byte strings (latin1); a leading "./" or "/" means nothing. */
export interface LayerEntry {
  path: string;
  type: 'file' | 'dir' | 'symlink' | 'hardlink' | 'char' | 'block' | 'fifo';
  /** Permission bits, 07777. */
  mode: number;
  uid: number;
  gid: number;
  /** Seconds since 1970. */
  mtime: number;
  /** Content of a file. */
  data?: Uint8Array | FileContent;
  /** Of a symlink (as it reads) or hardlink (a path in the same layer or one below). */
  target?: string;
  device?: { major: number; minor: number };
}
