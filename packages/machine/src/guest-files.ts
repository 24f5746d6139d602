import { Errno, fput, type Inode, type Kernel, KernelIter, LookupFlags, May, openAt, pathAt, permission } from '@ring3/kernel';
import { At, O, S } from '@ring3/abi';
import { toByteString } from './byte-string.js';

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

  /** All bytes of a file. @throws Errno */
  read(path: string, cwd = '/'): Uint8Array {
    const at = path.startsWith('/') ? path : `${cwd}/${path}`;
    // Files of /proc have no size: more is asked for until less comes.
    for (let length = this.asInit((k) => this.inode(k, GuestFiles.absolute(path, cwd)).size) + 1; ; length *= 2) {
      const bytes = this.readHead(at, Math.max(length, 4096));
      if (bytes.length < Math.max(length, 4096)) return bytes;
    }
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
}

function isDirectory(inode: Inode): boolean {
  return (inode.mode & S.IFMT) === S.IFDIR;
}
