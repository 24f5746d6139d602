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

/** A read-only file tree; node 0 is the root directory. Everything answers at once, but for bytes that are not here. */
export interface ImageSource {
  node(id: number): ImageNode;
  /** Bytes of a file; fewer than asked only at its end. @throws anything: the page reads as EIO */
  read(id: number, offset: number, length: number): Uint8Array;
  /**
   * A source that fetches lazily: can `read` give these bytes now? Where it cannot, they are asked for through Platform.blockRead, with the
   * handle of the mount. Absent: always.
   */
  isHere?(id: number, offset: number, length: number): boolean;
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
