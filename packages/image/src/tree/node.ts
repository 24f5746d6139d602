/**
 * A file system tree as plain data: what a kernel mounts read-only. Nodes have ids, 0 is the root directory; several names of one id
 * are hard links.
 */
export interface ImageNode {
  readonly id: number;
  /** S_IFMT type and permission bits. */
  mode: number;
  uid: number;
  gid: number;
  /** Seconds since 1970. */
  mtime: number;
  nlink: number;
  /** Bytes of a file or of a symlink's target. */
  size: number;
  /** Of a symlink. */
  target?: string;
  /** Device number as Linux encodes it (new_encode_dev). */
  rdev?: number;
  /** Of a directory: ids by name (byte strings). */
  children?: Map<string, number>;
}

/** What a kernel needs of an image. */
export interface ImageSource {
  node(id: number): ImageNode;
  /** Bytes of a file from `offset`; fewer than asked only at its end. */
  read(id: number, offset: number, length: number): Uint8Array;
  /** Can `read` give these bytes now? Absent: always. */
  isHere?(id: number, offset: number, length: number): boolean;
  /** Fetches bytes of a file. */
  fetch?(id: number, offset: number, length: number): Promise<Uint8Array>;
}

export const enum FileType {
  Mask = 0o170000,
  Fifo = 0o010000,
  Char = 0o020000,
  Dir = 0o040000,
  Block = 0o060000,
  File = 0o100000,
  Symlink = 0o120000,
}

export function isDirectory(node: Pick<ImageNode, 'mode'>): boolean {
  return (node.mode & FileType.Mask) === FileType.Dir;
}

export function isSymlink(node: Pick<ImageNode, 'mode'>): boolean {
  return (node.mode & FileType.Mask) === FileType.Symlink;
}

export function isFile(node: Pick<ImageNode, 'mode'>): boolean {
  return (node.mode & FileType.Mask) === FileType.File;
}
