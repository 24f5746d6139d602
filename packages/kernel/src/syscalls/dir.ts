import { At, Cap, Dirent, Dirent64, Sys } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import { EINVAL, ENOTDIR } from '../errno.js';
import { copyToUser } from '../mm/uaccess.js';
import { fget } from '../vfs/file-table.js';
import type { DirEntry } from '../vfs/inode.js';
import { isDir } from '../vfs/inode-life.js';
import { LookupFlags, pathAt } from '../vfs/namei.js';
import { linkAt, mkdirAt, mknodAt, rmdirAt, symlinkAt, unlinkAt } from '../vfs/namespace.js';
import { renameAt } from '../vfs/rename.js';
import type { SyscallRow } from './row.js';
import { put64 } from './stat-layout.js';
import { userPath, userPathOrEmpty } from './user-path.js';

/** Fills one record of `length` bytes; `next` is the position behind it. */
type PutEntry = (bytes: Uint8Array, view: DataView, at: number, entry: DirEntry, next: number, length: number) => void;

function putName(bytes: Uint8Array, at: number, name: string): void {
  for (let i = 0; i < name.length; i++) bytes[at + i] = name.charCodeAt(i);
}

function putHead(view: DataView, at: number, entry: DirEntry, next: number, length: number): void {
  put64(view, at + Dirent.Ino, entry.ino);
  put64(view, at + Dirent.Off, next);
  view.setUint16(at + Dirent.Reclen, length, true);
}

const putDirent64: PutEntry = (bytes, view, at, entry, next, length) => {
  putHead(view, at, entry, next, length);
  bytes[at + Dirent64.Type] = entry.type;
  putName(bytes, at + Dirent64.Name, entry.name);
};

const putDirent: PutEntry = (bytes, view, at, entry, next, length) => {
  putHead(view, at, entry, next, length);
  putName(bytes, at + Dirent.Name, entry.name);
  bytes[at + length - 1] = entry.type;
};

/** Linux: iterate_dir with filldir(64). @throws EINVAL no room for even one entry @throws ENOTDIR ENOENT (deleted) EFAULT */
function readDirectory(k: Kernel, fd: number, va: number, size: number, extra: number, put: PutEntry): number {
  const file = fget(k, fd);
  if (!isDir(file.inode)) throw ENOTDIR;
  const entries = file.readdir(k);
  const bytes = new Uint8Array(Math.min(size, 65_536));
  const view = new DataView(bytes.buffer);
  let at = 0;
  let pos = file.pos;
  for (; pos < entries.length; pos++) {
    const entry = entries[pos]!;
    const length = (extra + entry.name.length + 7) & ~7;
    if (at + length > bytes.length) {
      if (at === 0) throw EINVAL;
      break;
    }
    put(bytes, view, at, entry, pos + 1, length);
    at += length;
  }
  copyToUser(k, va, bytes.subarray(0, at));
  file.pos = pos;
  return at;
}

function sysGetdents64(k: Kernel, fd: number, va: number, size: number): number {
  return readDirectory(k, fd, va, size, Dirent64.Name + 1, putDirent64);
}

/** Name, NUL and the type in the last byte. */
function sysGetdents(k: Kernel, fd: number, va: number, size: number): number {
  return readDirectory(k, fd, va, size, Dirent.Name + 2, putDirent);
}

function sysMkdirat(k: Kernel, dirfd: number, path: number, mode: number): number {
  mkdirAt(k, dirfd, userPath(k, path), mode);
  return 0;
}

function sysMkdir(k: Kernel, path: number, mode: number): number {
  return sysMkdirat(k, At.FDCWD, path, mode);
}

function sysMknodat(k: Kernel, dirfd: number, path: number, mode: number, dev: number): number {
  mknodAt(k, dirfd, userPath(k, path), mode, dev >>> 0);
  return 0;
}

function sysMknod(k: Kernel, path: number, mode: number, dev: number): number {
  return sysMknodat(k, At.FDCWD, path, mode, dev);
}

function sysUnlinkat(k: Kernel, dirfd: number, path: number, flags: number): number {
  if (flags & ~At.REMOVEDIR) throw EINVAL;
  const name = userPath(k, path);
  if (flags & At.REMOVEDIR) rmdirAt(k, dirfd, name);
  else unlinkAt(k, dirfd, name);
  return 0;
}

function sysUnlink(k: Kernel, path: number): number {
  return sysUnlinkat(k, At.FDCWD, path, 0);
}

function sysRmdir(k: Kernel, path: number): number {
  return sysUnlinkat(k, At.FDCWD, path, At.REMOVEDIR);
}

function sysRenameat2(k: Kernel, oldFd: number, oldPath: number, newFd: number, newPath: number, flags: number): number {
  renameAt(k, oldFd, userPath(k, oldPath), newFd, userPath(k, newPath), flags);
  return 0;
}

function sysRenameat(k: Kernel, oldFd: number, oldPath: number, newFd: number, newPath: number): number {
  return sysRenameat2(k, oldFd, oldPath, newFd, newPath, 0);
}

function sysRename(k: Kernel, oldPath: number, newPath: number): number {
  return sysRenameat2(k, At.FDCWD, oldPath, At.FDCWD, newPath, 0);
}

/** AT_EMPTY_PATH is for CAP_DAC_READ_SEARCH only. Linux: do_linkat. */
function sysLinkat(k: Kernel, oldFd: number, oldPath: number, newFd: number, newPath: number, flags: number): number {
  if (flags & ~(At.SYMLINK_FOLLOW | At.EMPTY_PATH)) throw EINVAL;
  const empty = (flags & At.EMPTY_PATH) !== 0 && k.current.cred.capable(Cap.DAC_READ_SEARCH);
  const name = empty ? userPathOrEmpty(k, oldPath) : userPath(k, oldPath);
  const follow = flags & At.SYMLINK_FOLLOW ? LookupFlags.Follow : LookupFlags.None;
  const old = pathAt(k, oldFd, name, follow | (empty ? LookupFlags.Empty : LookupFlags.None));
  linkAt(k, old, newFd, userPath(k, newPath));
  return 0;
}

function sysLink(k: Kernel, oldPath: number, newPath: number): number {
  return sysLinkat(k, At.FDCWD, oldPath, At.FDCWD, newPath, 0);
}

function sysSymlinkat(k: Kernel, target: number, dirfd: number, path: number): number {
  symlinkAt(k, userPath(k, target), dirfd, userPath(k, path));
  return 0;
}

function sysSymlink(k: Kernel, target: number, path: number): number {
  return sysSymlinkat(k, target, At.FDCWD, path);
}

export const dirSyscalls: readonly SyscallRow[] = [
  { nr: Sys.getdents, name: 'getdents', args: ['fd', 'dents:out', 'uint'], call: sysGetdents, done: 'full' },
  { nr: Sys.rename, name: 'rename', args: ['path', 'path'], call: sysRename, done: 'full' },
  { nr: Sys.mkdir, name: 'mkdir', args: ['path', 'mode'], call: sysMkdir, done: 'full' },
  { nr: Sys.rmdir, name: 'rmdir', args: ['path'], call: sysRmdir, done: 'full' },
  { nr: Sys.link, name: 'link', args: ['path', 'path'], call: sysLink, done: 'full' },
  { nr: Sys.unlink, name: 'unlink', args: ['path'], call: sysUnlink, done: 'full' },
  { nr: Sys.symlink, name: 'symlink', args: ['path', 'path'], call: sysSymlink, done: 'full' },
  { nr: Sys.mknod, name: 'mknod', args: ['path', 'mode', 'uint'], call: sysMknod, done: 'full' },
  { nr: Sys.getdents64, name: 'getdents64', args: ['fd', 'dents:out', 'uint'], call: sysGetdents64, done: 'full' },
  { nr: Sys.mkdirat, name: 'mkdirat', args: ['dirfd', 'path', 'mode'], call: sysMkdirat, done: 'full' },
  { nr: Sys.mknodat, name: 'mknodat', args: ['dirfd', 'path', 'mode', 'uint'], call: sysMknodat, done: 'full' },
  { nr: Sys.unlinkat, name: 'unlinkat', args: ['dirfd', 'path', 'flags:unlinkat'], call: sysUnlinkat, done: 'full' },
  { nr: Sys.renameat, name: 'renameat', args: ['dirfd', 'path', 'dirfd', 'path'], call: sysRenameat, done: 'full' },
  { nr: Sys.linkat, name: 'linkat', args: ['dirfd', 'path', 'dirfd', 'path', 'flags:at'], call: sysLinkat, done: 'full' },
  { nr: Sys.symlinkat, name: 'symlinkat', args: ['path', 'dirfd', 'path'], call: sysSymlinkat, done: 'full' },
  { nr: Sys.renameat2, name: 'renameat2', args: ['dirfd', 'path', 'dirfd', 'path', 'flags:rename'], call: sysRenameat2, done: 'full' },
];
