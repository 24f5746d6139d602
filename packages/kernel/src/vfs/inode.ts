import type { Kernel } from '../kernel.js';
import type { Cred } from '../task/cred.js';
import type { AddressSpace } from '../mm/address-space.js';
import type { File } from './file.js';
import type { FileLocks } from './locks.js';
import type { SuperBlock } from './super-block.js';
import type { UnixSock } from '../net/unix/unix-sock.js';
import type { Pipe } from '../fs/pipe/pipe.js';
import { EINVAL, ENOTDIR, EOPNOTSUPP, EPERM } from '../errno.js';

export interface Timespec {
  sec: number;
  nsec: number;
}

/** What getdents64 reports per entry. */
export interface DirEntry {
  name: string;
  ino: number;
  /** DT_* */
  type: number;
}

/** Attributes to change (struct iattr): only the fields that are present. Permission was checked by the caller (vfs/attr.ts). */
export interface InodeChange {
  mode?: number;
  uid?: number;
  gid?: number;
  size?: number;
  atime?: Timespec;
  mtime?: Timespec;
}

/**
 * struct inode with its inode_operations. Names are byte strings (latin1) without '/'. Operations throw an Errno; permission has
 * been checked by the vfs before. A file system subclasses it and overrides what it can do.
 */
export abstract class Inode {
  nlink = 1;
  uid = 0;
  gid = 0;
  size = 0;
  rdev = 0;
  /** 512-byte blocks in use. */
  blocks = 0;
  atime: Timespec = { sec: 0, nsec: 0 };
  mtime: Timespec = { sec: 0, nsec: 0 };
  ctime: Timespec = { sec: 0, nsec: 0 };
  /** Page cache of a regular file (i_mapping); null where there is none. */
  mapping: AddressSpace | null = null;
  /** Writers minus deny-writers (ETXTBSY): > 0 open for writing, < 0 being executed. Linux: i_writecount. */
  writeCount = 0;
  /** Open files on it (i_count without the dentries): with no link left, the last one to go evicts the inode. */
  users = 0;
  /** POSIX, OFD and flock locks; null until the first one. Linux: i_flctx. */
  locks: FileLocks | null = null;
  /** The pipe of a FIFO while it is open. Linux: i_pipe. */
  pipe: Pipe | null = null;
  /** The socket bound to this S_IFSOCK name, while it lives. */
  socket: UnixSock | null = null;
  /** F_SEAL_* of a memfd; null: cannot be sealed. */
  seals: number | null = null;
  /** Made by O_TMPFILE without O_EXCL: may get its first link. Linux: I_LINKABLE. */
  linkable = false;

  constructor(
    readonly sb: SuperBlock,
    readonly ino: number,
    /** S_IFMT type and permission bits. */
    public mode: number,
  ) {}

  /** Linux: i_op->permission. null: the mode decides (generic_permission); `mask` is May.*. @throws an Errno */
  permits(_k: Kernel, _mask: number): boolean | null {
    return null;
  }
  /** null: no such entry (the vfs caches that as a negative dentry unless `sb.volatile`). */
  lookup(_k: Kernel, _name: string): Inode | null {
    throw ENOTDIR;
  }
  /**
   * Of a volatile file system: does it still stand for its cached name? null: its directory has to be asked. False: what it stood for is
   * gone for good. Linux: d_revalidate.
   */
  revalidate(_k: Kernel): boolean | null {
    return null;
  }
  /** `mode` of create, mkdir, mknod and tmpfile: with its S_IFMT type, umask already applied. */
  create(_k: Kernel, _name: string, _mode: number, _cred: Cred): Inode {
    throw EPERM;
  }
  mkdir(_k: Kernel, _name: string, _mode: number, _cred: Cred): Inode {
    throw EPERM;
  }
  mknod(_k: Kernel, _name: string, _mode: number, _rdev: number, _cred: Cred): Inode {
    throw EPERM;
  }
  symlink(_k: Kernel, _name: string, _target: string, _cred: Cred): Inode {
    throw EPERM;
  }
  /** A regular file of this directory's file system without a name (O_TMPFILE). */
  tmpfile(_k: Kernel, _mode: number, _cred: Cred): Inode {
    throw EOPNOTSUPP;
  }
  link(_k: Kernel, _name: string, _target: Inode): void {
    throw EPERM;
  }
  unlink(_k: Kernel, _name: string, _target: Inode): void {
    throw EPERM;
  }
  rmdir(_k: Kernel, _name: string, _target: Inode): void {
    throw EPERM;
  }
  /** Both parents belong to this super block; `flags` are RENAME_*. */
  rename(_k: Kernel, _name: string, _target: Inode, _newParent: Inode, _newName: string, _replaced: Inode | null, _flags: number): void {
    throw EPERM;
  }
  readlink(_k: Kernel): string {
    throw EINVAL;
  }
  /** A magic link (/proc/PID/fd/N, exe, cwd, root) jumps to where it points without walking a path; null for ordinary links. */
  followLink(_k: Kernel): import('./path.js').Path | null {
    return null;
  }
  /** Entries of a directory, without '.' and '..'. */
  readdir(_k: Kernel): DirEntry[] {
    throw ENOTDIR;
  }
  /** Brings size, times, nlink up to date before stat (a host directory, proc). */
  refresh(_k: Kernel): void {}
  setattr(_k: Kernel, _change: InodeChange): void {
    throw EPERM;
  }
  /** Times that reading and writing change; permission does not matter. Linux: update_time. */
  updateTimes(_k: Kernel, times: { atime?: Timespec; mtime?: Timespec; ctime?: Timespec }): void {
    if (times.atime) this.atime = times.atime;
    if (times.mtime) this.mtime = times.mtime;
    if (times.ctime) this.ctime = times.ctime;
  }
  /** FALLOC_FL_* mode; offset and length are checked. */
  fallocate(_k: Kernel, _mode: number, _offset: number, _length: number): void {
    throw EOPNOTSUPP;
  }
  /** The open file for it: called after permission checks and O_TRUNC. Linux: f_op and its open. */
  abstract open(k: Kernel, flags: number): File;
  /** The last link and the last reference are gone. */
  evict(_k: Kernel): void {}
}
