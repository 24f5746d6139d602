import {
  Errno,
  fput,
  type Inode,
  type Kernel,
  KernelIter,
  LookupFlags,
  makeFolders,
  May,
  openAt,
  PageWait,
  pathAt,
  permission,
  rmdirAt,
  unlinkAt,
} from '@ring3/kernel';
import { At, O, S } from '@ring3/abi';
import { fromByteString, toByteString } from './byte-string.js';
import { MachineError } from './options.js';
import type { FileStat } from '../protocol.js';

/** Bytes that `read` asks for at a time. */
const READ_BYTES = 1 << 18;

/** Files of the guest, as its pid 1 (root) sees them. A relative path starts at `cwd`. */
export class GuestFiles {
  constructor(private readonly kernel: Kernel) {}

  /** Runs with pid 1 as the current task: walks start at its root and permissions are root's. */
  private asInit<T>(work: (k: Kernel) => T): T {
    const k = this.kernel;
    const { current } = k;
    k.current = k.init;
    try {
      return work(k);
    } finally {
      k.current = current;
    }
  }

  private static absolute(path: string, cwd: string): string {
    return toByteString(path.startsWith('/') ? path : `${cwd}/${path}`);
  }

  private inode(k: Kernel, path: string): Inode {
    return pathAt(k, At.FDCWD, path, LookupFlags.Follow).inode;
  }

  private test(path: string, cwd: string, check: (k: Kernel, path: string) => boolean): boolean {
    return this.asInit((k) => {
      try {
        return check(k, GuestFiles.absolute(path, cwd));
      } catch (error) {
        if (error instanceof Errno) return false;
        throw error;
      }
    });
  }

  exists(path: string, cwd = '/'): boolean {
    return this.test(path, cwd, (k, at) => this.inode(k, at) !== null);
  }

  isDirectory(path: string, cwd = '/'): boolean {
    return this.test(path, cwd, (k, at) => isDirectory(this.inode(k, at)));
  }

  isExecutable(path: string, cwd = '/'): boolean {
    return this.test(path, cwd, (k, at) => {
      const inode = this.inode(k, at);
      if (isDirectory(inode)) return false;
      permission(k, inode, May.EXEC, k.init.cred);
      return true;
    });
  }

  /** The first `length` bytes of a file. @throws Errno */
  readHead(path: string, length: number): Uint8Array {
    return this.asInit((k) => {
      const file = openAt(k, At.FDCWD, toByteString(path), O.RDONLY | O.NONBLOCK, 0);
      try {
        const bytes = new Uint8Array(length);
        const iter = new KernelIter(bytes);
        while (iter.remaining > 0 && file.read(k, iter, file.pos + iter.done) > 0);
        return bytes.subarray(0, iter.done);
      } finally {
        fput(k, file);
      }
    });
  }

  /** All bytes of a file. @throws MachineError file-error */
  read(path: string, cwd = '/'): Uint8Array {
    return this.orFileError(
      path,
      (k, at) => {
        const file = openAt(k, At.FDCWD, at, O.RDONLY | O.NONBLOCK, 0);
        try {
          const chunks: Uint8Array[] = [];
          // Files of /proc say 0 for their size.
          for (let position = 0; ;) {
            const iter = new KernelIter(new Uint8Array(READ_BYTES));
            const n = file.read(k, iter, position);
            if (n <= 0) return concatenate(chunks);
            chunks.push(iter.bytes.subarray(0, n));
            position += n;
          }
        } finally {
          fput(k, file);
        }
      },
      cwd,
    );
  }

  /**
   * The same where bytes of the file may have to be fetched first.
   * @param arrived resolves when something that was asked for has come, or is known not to come
   * @throws MachineError file-error
   */
  async readFetching(path: string, arrived: () => Promise<void>): Promise<Uint8Array> {
    const file = this.orFileError(path, (k, at) => openAt(k, At.FDCWD, at, O.RDONLY | O.NONBLOCK, 0));
    const chunks: Uint8Array[] = [];
    try {
      for (let position = 0; ;) {
        const iter = new KernelIter(new Uint8Array(READ_BYTES));
        const n = this.orFileError(path, (k) => readOrWait(k, () => file.read(k, iter, position)));
        if (n === null) await arrived();
        else if (n <= 0) return concatenate(chunks);
        else chunks.push(iter.bytes.subarray(0, n));
        position += n ?? 0;
      }
    } finally {
      this.asInit((k) => {
        k.init.pageWait = null;
        fput(k, file);
      });
    }
  }

  /** Makes or replaces a file, and the folders above it. @throws MachineError file-error */
  write(path: string, bytes: Uint8Array, mode: number): void {
    this.orFileError(path, (k, at) => {
      makeFolders(k, at.slice(0, at.lastIndexOf('/')));
      const file = openAt(k, At.FDCWD, at, O.CREAT | O.WRONLY | O.TRUNC, mode);
      try {
        const iter = new KernelIter(bytes);
        while (iter.remaining > 0) file.write(k, iter, iter.done);
      } finally {
        fput(k, file);
      }
    });
  }

  /** Adds to the end of a file. @throws MachineError file-error */
  append(path: string, bytes: Uint8Array): void {
    this.orFileError(path, (k, at) => {
      const file = openAt(k, At.FDCWD, at, O.WRONLY, 0);
      try {
        const iter = new KernelIter(bytes);
        for (const { size } = file.inode; iter.remaining > 0;) file.write(k, iter, size + iter.done);
      } finally {
        fput(k, file);
      }
    });
  }

  /** Names in a folder, without '.' and '..'. @throws MachineError file-error */
  readdir(path: string): string[] {
    return this.orFileError(path, (k, at) => {
      const { inode } = pathAt(k, At.FDCWD, at, LookupFlags.Follow | LookupFlags.Directory);
      return inode
        .readdir(k)
        .map(({ name }) => fromByteString(name))
        .filter((name) => name !== '.' && name !== '..');
    });
  }

  /** @throws MachineError file-error */
  stat(path: string): FileStat {
    return this.orFileError(path, (k, at) => {
      const { mode, size, uid, gid, mtime } = this.inode(k, at);
      const kinds: Record<number, FileStat['kind']> = { [S.IFREG]: 'file', [S.IFDIR]: 'directory', [S.IFLNK]: 'symlink' };
      return {
        kind: kinds[mode & S.IFMT] ?? 'other',
        size,
        mode: mode & 0o7777,
        uid,
        gid,
        mtime: mtime.sec * 1000 + Math.floor(mtime.nsec / 1e6),
      };
    });
  }

  /** Makes a folder and those above it; one that is there already will do. @throws MachineError file-error */
  mkdir(path: string): void {
    this.orFileError(path, (k, at) => makeFolders(k, at));
  }

  /** Removes a file or an empty folder. @throws MachineError file-error */
  remove(path: string): void {
    this.orFileError(path, (k, at) => {
      if (isDirectory(pathAt(k, At.FDCWD, at, LookupFlags.None).inode)) rmdirAt(k, At.FDCWD, at);
      else unlinkAt(k, At.FDCWD, at);
    });
  }

  private orFileError<T>(path: string, work: (k: Kernel, path: string) => T, cwd = '/'): T {
    return this.asInit((k) => {
      try {
        return work(k, GuestFiles.absolute(path, cwd));
      } catch (error) {
        if (error instanceof Errno) throw new MachineError('file-error', `${path}: ${error.name}`, error.name);
        throw error;
      }
    });
  }
}

/** What a read gives, or null where it has to wait for the host. @throws Errno */
function readOrWait(k: Kernel, read: () => number): number | null {
  k.vm.mayWait = true;
  try {
    const n = read();
    // It stopped short for a page: the next call waits for it.
    k.vm.stalled?.sleep?.left();
    k.vm.stalled = null;
    return n;
  } catch (error) {
    if (!(error instanceof PageWait)) throw error;
    // Whoever waited for this page is told when it could not be had.
    k.init.pageWait = { kind: 'page', read: error.read, started: error.started, sleep: error.sleep, inner: null };
    return null;
  } finally {
    k.vm.mayWait = false;
  }
}

function isDirectory(inode: Inode): boolean {
  return (inode.mode & S.IFMT) === S.IFDIR;
}

function concatenate(chunks: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}
