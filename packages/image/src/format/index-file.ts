/**
 * A packed image: an index (JSON) and one blob, in which the files' bytes lie one after the other, some with a gap before them. A node is an array, so that the
 * index stays small:
 *
 *   [mode, uid, gid, mtime, nlink, …]   then by type
 *     file       size, offset in the blob
 *     directory  name, id, name, id, …
 *     symlink    target
 *     device     rdev
 *
 * The node's place in `nodes` is its id; 0 is the root directory.
 */
export interface ImageIndex {
  format: 'ring3-image-1';
  /** What the image was made from. */
  packages: { name: string; version: string; licence: string }[];
  /** Words of whoever packed it. */
  labels?: Record<string, string>;
  blobBytes: number;
  /**
   * The blob in pieces, for fetching: `chunks/NAME` holds `bytes` of it (the last one fewer), gzipped; NAME is the first 32 hex digits of
   * the SHA-256 of what it holds, and ".gz". Absent: it lies in one file, `blob`.
   */
  chunks?: { bytes: number; names: string[] };
  nodes: (number | string)[][];
}

export const enum NodeField {
  Mode = 0,
  Uid = 1,
  Gid = 2,
  Mtime = 3,
  Nlink = 4,
  /** First field that depends on the type. */
  Rest = 5,
}
