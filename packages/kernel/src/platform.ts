/**
 * What the kernel needs from its host, and all of it. Browser and Node implement it in packages/machine; tests use a fake one.
 * Host resources appear in kernel state only as numbers that the platform can rebind (design.md §5), so that state stays plain data.
 */
export interface Platform {
  /** Nanoseconds since an arbitrary start, monotonic. */
  monotonicNs(): number;
  /** Wall clock: seconds and nanoseconds since 1970. */
  realtime(): { sec: number; nsec: number };
  /** Fills with random bytes (seeded under --seed). */
  random(into: Uint8Array): void;
  /**
   * Takes bytes from the guest to a host stream. false: the reader's window is full now, and nothing more is sent until the machine
   * calls hostOutputWritable(handle); so a window overshoots by one call at most.
   */
  streamWrite(handle: number, bytes: Uint8Array): boolean;
  /** The guest waits for input of a host stream: until then the host does not read its source, so unread input stays where it is. */
  streamWanted(handle: number): void;
  /** The guest read that many bytes of a host input stream: so many more may be sent. */
  streamConsumed(handle: number, bytes: number): void;
  /** The guest's last reference to a host stream is gone. */
  streamClosed(handle: number): void;
  /** Host directories, by the handle that the mount option named. Absent where there is none (a page). */
  readonly hostFs?: HostFs;
  /**
   * Reads bytes of file `node` of the image (or disk) behind a handle, which the host cannot give at once: the answer comes later, never
   * within the call, by the machine calling k.pageCache.blockReadDone(k, id, bytes). Absent where no file is slow.
   */
  blockRead?(handle: number, node: number, offset: number, length: number, id: number): void;
  /** One line for developers (RING3_DEBUG), never for the guest. */
  debug(topic: string, line: string): void;
}

export interface HostStat {
  ino: number;
  dev: number;
  mode: number;
  nlink: number;
  uid: number;
  gid: number;
  rdev: number;
  size: number;
  atimeMs: number;
  mtimeMs: number;
  ctimeMs: number;
}

/**
 * A host's file system below mount roots that the embedder named. Paths are relative to the root, with '/' and byte strings
 * (latin1). Every call is synchronous, refuses to leave the root (symlinks are never followed by the host: the vfs resolves them),
 * and throws an Errno-coded error `{ code: 'ENOENT' }`.
 */
export interface HostFs {
  lstat(root: number, path: string): HostStat;
  readdir(root: number, path: string): { name: string; type: number; ino: number }[];
  readlink(root: number, path: string): string;
  /** flags: Linux O_* of access mode, O_CREAT, O_EXCL, O_TRUNC. Returns a handle. */
  open(root: number, path: string, flags: number, mode: number): number;
  close(handle: number): void;
  read(handle: number, into: Uint8Array, position: number): number;
  write(handle: number, from: Uint8Array, position: number): number;
  truncate(handle: number, size: number): void;
  fsync(handle: number): void;
  mkdir(root: number, path: string, mode: number): void;
  rmdir(root: number, path: string): void;
  unlink(root: number, path: string): void;
  rename(root: number, from: string, to: string): void;
  link(root: number, from: string, to: string): void;
  symlink(root: number, target: string, path: string): void;
  chmod(root: number, path: string, mode: number): void;
  chown(root: number, path: string, uid: number, gid: number): void;
  utimes(root: number, path: string, atimeMs: number, mtimeMs: number): void;
  statfs(root: number): { bsize: number; blocks: number; bfree: number; files: number; ffree: number };
}
