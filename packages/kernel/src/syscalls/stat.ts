import { At, SecureBit, Ms, S, Statx, Sys, Utime } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import { EACCES, EINVAL, EROFS } from '../errno.js';
import { getI64Number } from '../mm/uaccess.js';
import { changeMode, changeOwner, changeTimes } from '../vfs/attr.js';
import { fget, fgetRaw } from '../vfs/file-table.js';
import type { Inode, Timespec } from '../vfs/inode.js';
import { isReg } from '../vfs/inode-life.js';
import { LookupFlags, pathAt } from '../vfs/namei.js';
import type { Mount } from '../vfs/path.js';
import { permission } from '../vfs/permission.js';
import type { SyscallRow } from './row.js';
import { putStat, putStatx } from './stat-layout.js';
import { userPath, userPathOrEmpty } from './user-path.js';

/** What a (dirfd, path, flags) triple names: with AT_EMPTY_PATH also a descriptor that has no place in a tree. */
interface Target {
  mount: Mount | null;
  inode: Inode;
}

function targetAt(k: Kernel, dirfd: number, va: number, flags: number): Target {
  const name = flags & At.EMPTY_PATH ? userPathOrEmpty(k, va) : userPath(k, va);
  if (name === '' && dirfd !== At.FDCWD) return targetOf(k, dirfd);
  const follow = flags & At.SYMLINK_NOFOLLOW ? LookupFlags.None : LookupFlags.Follow;
  return pathAt(k, dirfd, name, follow | (flags & At.EMPTY_PATH ? LookupFlags.Empty : LookupFlags.None));
}

function targetOf(k: Kernel, fd: number): Target {
  const file = fgetRaw(k, fd);
  return { mount: file.path?.mount ?? null, inode: file.inode };
}

function sysStat(k: Kernel, path: number, buf: number): number {
  putStat(k, buf, targetAt(k, At.FDCWD, path, 0).inode);
  return 0;
}

function sysLstat(k: Kernel, path: number, buf: number): number {
  putStat(k, buf, targetAt(k, At.FDCWD, path, At.SYMLINK_NOFOLLOW).inode);
  return 0;
}

function sysFstat(k: Kernel, fd: number, buf: number): number {
  putStat(k, buf, fgetRaw(k, fd).inode);
  return 0;
}

function sysNewfstatat(k: Kernel, dirfd: number, path: number, buf: number, flags: number): number {
  if (flags & ~(At.SYMLINK_NOFOLLOW | At.NO_AUTOMOUNT | At.EMPTY_PATH)) throw EINVAL;
  putStat(k, buf, targetAt(k, dirfd, path, flags).inode);
  return 0;
}

function sysStatx(k: Kernel, dirfd: number, path: number, flags: number, mask: number, buf: number): number {
  if (mask >>> 0 >= Statx.RESERVED || (flags & At.STATX_SYNC_TYPE) === At.STATX_SYNC_TYPE) throw EINVAL;
  if (flags & ~(At.SYMLINK_NOFOLLOW | At.NO_AUTOMOUNT | At.EMPTY_PATH | At.STATX_SYNC_TYPE)) throw EINVAL;
  putStatx(k, buf, targetAt(k, dirfd, path, flags).inode);
  return 0;
}

/** Asks with the real ids, also about the way there. Linux: do_faccessat. */
function sysFaccessat(k: Kernel, dirfd: number, path: number, mode: number): number {
  if (mode & ~S.IRWXO) throw EINVAL;
  const { current } = k;
  const { cred } = current;
  const real = cred.clone();
  real.fsuid = cred.uid;
  real.fsgid = cred.gid;
  if (!(cred.securebits & SecureBit.NoSetuidFixup)) real.capEffective = cred.uid === 0 ? cred.capPermitted : 0n;
  current.cred = real;
  try {
    const { mount, inode } = targetAt(k, dirfd, path, 0);
    inode.refresh(k);
    if (mode & 1 && isReg(inode) && mount && mount.flags & Ms.NOEXEC) throw EACCES;
    permission(k, inode, mode, real);
    const special = [S.IFCHR, S.IFBLK, S.IFIFO, S.IFSOCK].includes(inode.mode & S.IFMT);
    if (mode & 2 && !special && mount && mount.flags & Ms.RDONLY) throw EROFS;
  } finally {
    current.cred = cred;
  }
  return 0;
}

function sysAccess(k: Kernel, path: number, mode: number): number {
  return sysFaccessat(k, At.FDCWD, path, mode);
}

function sysFchmodat(k: Kernel, dirfd: number, path: number, mode: number): number {
  const { mount, inode } = targetAt(k, dirfd, path, 0);
  changeMode(k, mount, inode, mode, k.current.cred);
  return 0;
}

function sysChmod(k: Kernel, path: number, mode: number): number {
  return sysFchmodat(k, At.FDCWD, path, mode);
}

function sysFchmod(k: Kernel, fd: number, mode: number): number {
  const { path, inode } = fget(k, fd);
  changeMode(k, path?.mount ?? null, inode, mode, k.current.cred);
  return 0;
}

function sysFchownat(k: Kernel, dirfd: number, path: number, uid: number, gid: number, flags: number): number {
  if (flags & ~(At.SYMLINK_NOFOLLOW | At.EMPTY_PATH)) throw EINVAL;
  const { mount, inode } = targetAt(k, dirfd, path, flags);
  changeOwner(k, mount, inode, uid | 0, gid | 0, k.current.cred);
  return 0;
}

function sysChown(k: Kernel, path: number, uid: number, gid: number): number {
  return sysFchownat(k, At.FDCWD, path, uid, gid, 0);
}

function sysLchown(k: Kernel, path: number, uid: number, gid: number): number {
  return sysFchownat(k, At.FDCWD, path, uid, gid, At.SYMLINK_NOFOLLOW);
}

function sysFchown(k: Kernel, fd: number, uid: number, gid: number): number {
  const { path, inode } = fget(k, fd);
  changeOwner(k, path?.mount ?? null, inode, uid | 0, gid | 0, k.current.cred);
  return 0;
}

interface NewTimes {
  atime?: Timespec | null;
  mtime?: Timespec | null;
}

/** A path, or with a null one the descriptor itself. Linux: do_utimes. */
function setTimes(k: Kernel, dirfd: number, path: number, times: NewTimes, flags: number): number {
  if (flags & ~At.SYMLINK_NOFOLLOW) throw EINVAL;
  let target: Target;
  if (path === 0 && dirfd !== At.FDCWD) {
    if (flags) throw EINVAL;
    const file = fget(k, dirfd);
    target = { mount: file.path?.mount ?? null, inode: file.inode };
  } else target = targetAt(k, dirfd, path, flags);
  changeTimes(k, target.mount, target.inode, times, k.current.cred);
  return 0;
}

/** One struct timespec of utimensat: a time, null for UTIME_NOW, undefined for UTIME_OMIT. @throws EINVAL */
function timespecArg(k: Kernel, va: number): Timespec | null | undefined {
  const sec = getI64Number(k, va);
  const nsec = getI64Number(k, va + 8);
  if (nsec === Utime.NOW) return null;
  if (nsec === Utime.OMIT) return undefined;
  if (nsec < 0 || nsec > 999_999_999) throw EINVAL;
  return { sec, nsec };
}

const NOW: NewTimes = { atime: null, mtime: null };

function sysUtimensat(k: Kernel, dirfd: number, path: number, va: number, flags: number): number {
  if (va === 0) return setTimes(k, dirfd, path, NOW, flags);
  const atime = timespecArg(k, va);
  const mtime = timespecArg(k, va + 16);
  if (atime === undefined && mtime === undefined) return 0;
  const times: NewTimes = {};
  if (atime !== undefined) times.atime = atime;
  if (mtime !== undefined) times.mtime = mtime;
  return setTimes(k, dirfd, path, times, flags);
}

function timevalArg(k: Kernel, va: number): Timespec {
  const sec = getI64Number(k, va);
  const usec = getI64Number(k, va + 8);
  if (usec < 0 || usec >= 1_000_000) throw EINVAL;
  return { sec, nsec: usec * 1000 };
}

function sysFutimesat(k: Kernel, dirfd: number, path: number, va: number): number {
  if (va === 0) return setTimes(k, dirfd, path, NOW, 0);
  return setTimes(k, dirfd, path, { atime: timevalArg(k, va), mtime: timevalArg(k, va + 16) }, 0);
}

function sysUtimes(k: Kernel, path: number, va: number): number {
  return sysFutimesat(k, At.FDCWD, path, va);
}

/** struct utimbuf: actime 8, modtime 8. */
function sysUtime(k: Kernel, path: number, va: number): number {
  if (va === 0) return setTimes(k, At.FDCWD, path, NOW, 0);
  const times = { atime: { sec: getI64Number(k, va), nsec: 0 }, mtime: { sec: getI64Number(k, va + 8), nsec: 0 } };
  return setTimes(k, At.FDCWD, path, times, 0);
}

function sysUmask(k: Kernel, mask: number): number {
  const { fs } = k.current;
  const previous = fs.umask;
  fs.umask = mask & S.IRWXUGO;
  return previous;
}

/** fstat accepts O_PATH descriptors; fchmod and fchown do not. */
export const statSyscalls: readonly SyscallRow[] = [
  { nr: Sys.stat, name: 'stat', args: ['path', 'stat:out'], call: sysStat, done: 'full' },
  { nr: Sys.fstat, name: 'fstat', args: ['fd', 'stat:out'], call: sysFstat, done: 'full' },
  { nr: Sys.lstat, name: 'lstat', args: ['path', 'stat:out'], call: sysLstat, done: 'full' },
  { nr: Sys.access, name: 'access', args: ['path', 'flags:access'], call: sysAccess, done: 'full' },
  { nr: Sys.chmod, name: 'chmod', args: ['path', 'mode'], call: sysChmod, done: 'full' },
  { nr: Sys.fchmod, name: 'fchmod', args: ['fd', 'mode'], call: sysFchmod, done: 'full' },
  { nr: Sys.chown, name: 'chown', args: ['path', 'uid', 'uid'], call: sysChown, done: 'full' },
  { nr: Sys.fchown, name: 'fchown', args: ['fd', 'uid', 'uid'], call: sysFchown, done: 'full' },
  { nr: Sys.lchown, name: 'lchown', args: ['path', 'uid', 'uid'], call: sysLchown, done: 'full' },
  { nr: Sys.umask, name: 'umask', args: ['mode'], call: sysUmask, done: 'full', result: 'octal' },
  { nr: Sys.utime, name: 'utime', args: ['path', 'ptr'], call: sysUtime, done: 'full' },
  { nr: Sys.utimes, name: 'utimes', args: ['path', 'timeval'], call: sysUtimes, done: 'full' },
  { nr: Sys.fchownat, name: 'fchownat', args: ['dirfd', 'path', 'uid', 'uid', 'flags:at'], call: sysFchownat, done: 'full' },
  { nr: Sys.futimesat, name: 'futimesat', args: ['dirfd', 'path', 'timeval'], call: sysFutimesat, done: 'full' },
  { nr: Sys.newfstatat, name: 'newfstatat', args: ['dirfd', 'path', 'stat:out', 'flags:at'], call: sysNewfstatat, done: 'full' },
  { nr: Sys.fchmodat, name: 'fchmodat', args: ['dirfd', 'path', 'mode'], call: sysFchmodat, done: 'full' },
  { nr: Sys.faccessat, name: 'faccessat', args: ['dirfd', 'path', 'flags:access'], call: sysFaccessat, done: 'full' },
  { nr: Sys.utimensat, name: 'utimensat', args: ['dirfd', 'path', 'timespec', 'flags:at'], call: sysUtimensat, done: 'full' },
  { nr: Sys.statx, name: 'statx', args: ['dirfd', 'path', 'flags:at', 'uint', 'ptr'], call: sysStatx, done: 'no birth time' },
];
