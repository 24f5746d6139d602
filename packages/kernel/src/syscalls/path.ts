import { At, Cap, Sys } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import { EINVAL, ENOENT, ENOTDIR, EPERM, ERANGE } from '../errno.js';
import { copyToUser } from '../mm/uaccess.js';
import { truncateInode, doTruncate, wantWrite } from '../vfs/attr.js';
import { cwdString } from '../vfs/d-path.js';
import { fget, fgetRaw } from '../vfs/file-table.js';
import { isDir, isLink, isReg } from '../vfs/inode-life.js';
import { LookupFlags, pathAt } from '../vfs/namei.js';
import { May, permission } from '../vfs/permission.js';
import { touchAtime } from '../vfs/times.js';
import type { SyscallRow } from './row.js';
import { userPath, userPathOrEmpty } from './user-path.js';

function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text, (c) => c.charCodeAt(0));
}

/** Returns the length with the NUL. @throws ERANGE @throws ENOENT the directory is deleted */
function sysGetcwd(k: Kernel, va: number, size: number): number {
  const { pwd, root } = k.current.fs;
  const name = cwdString(pwd, root);
  if (name === null) throw ENOENT;
  if (name.length + 1 > size) throw ERANGE;
  copyToUser(k, va, bytesOf(`${name}\0`));
  return name.length + 1;
}

function sysChdir(k: Kernel, path: number): number {
  const target = pathAt(k, At.FDCWD, userPath(k, path), LookupFlags.Follow | LookupFlags.Directory);
  permission(k, target.inode, May.EXEC, k.current.cred);
  k.current.fs.pwd = target;
  return 0;
}

function sysFchdir(k: Kernel, fd: number): number {
  const file = fgetRaw(k, fd);
  if (!isDir(file.inode) || !file.path) throw ENOTDIR;
  permission(k, file.inode, May.EXEC, k.current.cred);
  k.current.fs.pwd = file.path;
  return 0;
}

function sysChroot(k: Kernel, path: number): number {
  const target = pathAt(k, At.FDCWD, userPath(k, path), LookupFlags.Follow | LookupFlags.Directory);
  permission(k, target.inode, May.EXEC, k.current.cred);
  if (!k.current.cred.capable(Cap.SYS_CHROOT)) throw EPERM;
  k.current.fs.root = target;
  return 0;
}

/** An empty path reads the link that an O_PATH|O_NOFOLLOW descriptor is. @throws EINVAL no link, or no room @throws ENOENT an empty path otherwise */
function sysReadlinkat(k: Kernel, dirfd: number, pathVa: number, va: number, size: number): number {
  if (size <= 0) throw EINVAL;
  const name = userPathOrEmpty(k, pathVa);
  const path = pathAt(k, dirfd, name, LookupFlags.Empty);
  if (!isLink(path.inode)) throw name === '' ? ENOENT : EINVAL;
  touchAtime(k, path.mount, path.inode);
  const body = bytesOf(path.inode.readlink(k)).subarray(0, size);
  copyToUser(k, va, body);
  return body.length;
}

function sysReadlink(k: Kernel, pathVa: number, va: number, size: number): number {
  if (size > 0 && userPathOrEmpty(k, pathVa) === '') throw ENOENT;
  return sysReadlinkat(k, At.FDCWD, pathVa, va, size);
}

function sysTruncate(k: Kernel, path: number, size: number): number {
  if (size < 0) throw EINVAL;
  const target = pathAt(k, At.FDCWD, userPath(k, path), LookupFlags.Follow);
  truncateInode(k, target.mount, target.inode, size, k.current.cred);
  return 0;
}

/** @throws EINVAL not a regular file open for writing @throws EPERM sealed */
function sysFtruncate(k: Kernel, fd: number, size: number): number {
  if (size < 0) throw EINVAL;
  const file = fget(k, fd);
  if (!isReg(file.inode) || !file.writable) throw EINVAL;
  wantWrite(file.path?.mount ?? null, file.inode);
  doTruncate(k, file.inode, size, k.current.cred);
  return 0;
}

export const pathSyscalls: readonly SyscallRow[] = [
  { nr: Sys.truncate, name: 'truncate', args: ['path', 'off'], call: sysTruncate, done: 'full' },
  { nr: Sys.ftruncate, name: 'ftruncate', args: ['fd', 'off'], call: sysFtruncate, done: 'full' },
  { nr: Sys.getcwd, name: 'getcwd', args: ['buf:out', 'size'], call: sysGetcwd, done: 'full' },
  { nr: Sys.chdir, name: 'chdir', args: ['path'], call: sysChdir, done: 'full' },
  { nr: Sys.fchdir, name: 'fchdir', args: ['fd'], call: sysFchdir, done: 'full' },
  { nr: Sys.readlink, name: 'readlink', args: ['path', 'buf:out', 'int'], call: sysReadlink, done: 'full' },
  { nr: Sys.chroot, name: 'chroot', args: ['path'], call: sysChroot, done: 'full' },
  { nr: Sys.readlinkat, name: 'readlinkat', args: ['dirfd', 'path', 'buf:out', 'int'], call: sysReadlinkat, done: 'full' },
];
