import type { Kernel } from '../../kernel.js';
import type { Platform } from '../../platform.js';

/** One file of an image. Structurally the ImageNode of @ring3/image, which the kernel does not import. */
export interface ImageNode {
  /** S_IFMT type and permission bits. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Seconds since 1970. */
  readonly mtime: number;
  readonly nlink: number;
  readonly size: number;
  /** Of a symlink. */
  readonly target?: string;
  readonly rdev?: number;
  /** Of a directory: ids by name. */
  readonly children?: ReadonlyMap<string, number>;
}

/** A read-only file tree; node 0 is the root directory. */
export interface ImageSource {
  node(id: number): ImageNode;
  /** Bytes of a file; fewer than asked only at its end. @throws anything: the page reads as EIO */
  read(id: number, offset: number, length: number): Uint8Array;
  /** Where bytes of a file lie that `read` cannot give yet; null: it can. Absent: it always can. */
  missing?(id: number, offset: number, length: number): { offset: number; length: number } | null;
  /** For the machine: fetches what `missing` named. @throws anything: the page reads as EIO */
  fetch?(offset: number, length: number): Promise<Uint8Array>;
}

/** Sources are host resources: kernel state has their handles only, and a platform knows what these stand for. */
const sources = new WeakMap<Platform, Map<number, ImageSource>>();

/** Names the source behind a handle; again after a restore, for the new platform. */
export function bindImage(platform: Platform, handle: number, source: ImageSource): void {
  const known = sources.get(platform) ?? new Map<number, ImageSource>();
  sources.set(platform, known.set(handle, source));
}

export function imageSource(k: Kernel, handle: number): ImageSource {
  const source = sources.get(k.platform)?.get(handle);
  if (!source) throw new Error(`no image is bound to handle ${handle}`);
  return source;
}
