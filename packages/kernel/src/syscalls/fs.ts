import { At, Cap, Fadvise, Falloc, Limit, Ms, PageSize, StFlag, StatfsLayout, SyncRange, Sys, Umount } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import { EBADF, EFBIG, EINVAL, EISDIR, ENODEV, EOPNOTSUPP, ESPIPE, ETXTBSY } from '../errno.js';
import { invalidatePages, readAhead } from '../mm/readahead.js';
import { copyToUser, strncpyFromUser } from '../mm/uaccess.js';
import { MAX_FILE_SIZE } from '../vfs/attr.js';
import { fget, fgetRaw } from '../vfs/file-table.js';
import { isDir, isFifo, isReg } from '../vfs/inode-life.js';
import { mountAt, umountAt } from '../vfs/mount-verbs.js';
import { LookupFlags, pathAt } from '../vfs/namei.js';
import type { Mount } from '../vfs/path.js';
import type { SuperBlock } from '../vfs/super-block.js';
import type { SyscallRow } from './row.js';
import { put64 } from './stat-layout.js';
import { userPath } from './user-path.js';

function sysSync(k: Kernel): number {
  k.mounts.sync(k);
  return 0;
}

function sysSyncfs(k: Kernel, fd: number): number {
  fget(k, fd).inode.sb.sync(k);
  return 0;
}

function sysFsync(k: Kernel, fd: number): number {
  fget(k, fd).fsync(k, false);
  return 0;
}

function sysFdatasync(k: Kernel, fd: number): number {
  fget(k, fd).fsync(k, true);
  return 0;
}

function sysSyncFileRange(k: Kernel, fd: number, offset: number, length: number, flags: number): number {
  const file = fget(k, fd);
  if (flags & ~SyncRange.ALL || offset < 0 || length < 0) throw EINVAL;
  const { inode } = file;
  if (!isReg(inode) && !isDir(inode)) throw ESPIPE;
  if (!(flags & SyncRange.WRITE) || !inode.mapping?.evictable) return 0;
  const { first, last } = pageRange(offset, length);
  k.pageCache.writeback(k, inode.mapping, first, last);
  return 0;
}

/** Linux: vfs_fallocate. */
function sysFallocate(k: Kernel, fd: number, mode: number, offset: number, length: number): number {
  const file = fget(k, fd);
  const { inode } = file;
  if (offset < 0 || length <= 0) throw EINVAL;
  const known =
    Falloc.KEEP_SIZE | Falloc.PUNCH_HOLE | Falloc.COLLAPSE_RANGE | Falloc.ZERO_RANGE | Falloc.INSERT_RANGE | Falloc.UNSHARE_RANGE;
  if (mode & ~known) throw EOPNOTSUPP;
  if (mode & Falloc.PUNCH_HOLE && !(mode & Falloc.KEEP_SIZE)) throw EOPNOTSUPP;
  if (mode & Falloc.PUNCH_HOLE && mode & Falloc.ZERO_RANGE) throw EOPNOTSUPP;
  // These two stand alone; unsharing goes with KEEP_SIZE only.
  if (mode & Falloc.COLLAPSE_RANGE && mode & ~Falloc.COLLAPSE_RANGE) throw EINVAL;
  if (mode & Falloc.INSERT_RANGE && mode & ~Falloc.INSERT_RANGE) throw EINVAL;
  if (mode & Falloc.UNSHARE_RANGE && mode & ~(Falloc.UNSHARE_RANGE | Falloc.KEEP_SIZE)) throw EINVAL;
  if (!file.writable) throw EBADF;
  if (inode.writeCount < 0) throw ETXTBSY;
  if (isFifo(inode)) throw ESPIPE;
  if (isDir(inode)) throw EISDIR;
  if (!isReg(inode)) throw ENODEV;
  if (offset + length > MAX_FILE_SIZE) throw EFBIG;
  inode.fallocate(k, mode, offset, length);
  return 0;
}

/** Pages that a byte range touches; a length of 0 means up to the end. */
function pageRange(offset: number, length: number): { first: number; last: number } {
  const last = length === 0 ? Infinity : Math.floor((offset + length - 1) / PageSize.Bytes);
  return { first: Math.floor(offset / PageSize.Bytes), last };
}

/**
 * WILLNEED reads ahead, DONTNEED writes back and drops the whole pages of the range; the other advice is about how much to read ahead,
 * which is always the same here. Memory-only files have nowhere to read from. Linux: generic_fadvise.
 */
function sysFadvise64(k: Kernel, fd: number, offset: number, length: number, advice: number): number {
  const { inode } = fget(k, fd);
  if (isFifo(inode)) throw ESPIPE;
  if (length < 0 || advice < Fadvise.NORMAL || advice > Fadvise.NOREUSE) throw EINVAL;
  const { mapping } = inode;
  if (!mapping?.evictable) return 0;
  const { first, last } = pageRange(offset, length);
  if (advice === Fadvise.WILLNEED) readAhead(k, mapping, first, last + 1);
  if (advice === Fadvise.DONTNEED) {
    k.pageCache.writeback(k, mapping, first, last);
    // A part of a page at either end stays.
    const whole = Math.ceil(offset / PageSize.Bytes);
    const atEnd = length === 0 || offset + length >= inode.size || (offset + length) % PageSize.Bytes === 0;
    invalidatePages(k, mapping, whole, atEnd ? last : last - 1);
  }
  return 0;
}

function sysReadahead(k: Kernel, fd: number, offset: number, count: number): number {
  const { readable, inode } = fget(k, fd);
  if (!readable) throw EBADF;
  if (!isReg(inode)) throw EINVAL;
  if (!inode.mapping?.evictable || count === 0) return 0;
  const { first, last } = pageRange(offset, count);
  readAhead(k, inode.mapping, first, last + 1);
  return 0;
}

function statfsFlags(mount: Mount | null, sb: SuperBlock): number {
  let flags: number = StFlag.VALID;
  const ms = mount?.flags ?? 0;
  if (sb.readOnly || ms & Ms.RDONLY) flags |= StFlag.RDONLY;
  if (ms & Ms.NOSUID) flags |= StFlag.NOSUID;
  if (ms & Ms.NODEV) flags |= StFlag.NODEV;
  if (ms & Ms.NOEXEC) flags |= StFlag.NOEXEC;
  if (ms & Ms.NOATIME) flags |= StFlag.NOATIME;
  if (ms & Ms.NODIRATIME) flags |= StFlag.NODIRATIME;
  if (ms & Ms.RELATIME) flags |= StFlag.RELATIME;
  return flags;
}

function putStatfs(k: Kernel, va: number, mount: Mount | null, sb: SuperBlock): number {
  const counts = sb.statfs(k);
  const bytes = new Uint8Array(StatfsLayout.Bytes);
  const view = new DataView(bytes.buffer);
  const fields: [number, number][] = [
    [StatfsLayout.Type, sb.magic],
    [StatfsLayout.Bsize, sb.blockSize],
    [StatfsLayout.Blocks, counts.blocks],
    [StatfsLayout.Bfree, counts.bfree],
    [StatfsLayout.Bavail, counts.bavail],
    [StatfsLayout.Files, counts.files],
    [StatfsLayout.Ffree, counts.ffree],
    [StatfsLayout.Namelen, Limit.NAME_MAX],
    [StatfsLayout.Frsize, sb.blockSize],
    [StatfsLayout.Flags, statfsFlags(mount, sb)],
  ];
  for (const [at, value] of fields) put64(view, at, value);
  copyToUser(k, va, bytes);
  return 0;
}

function sysStatfs(k: Kernel, path: number, va: number): number {
  const target = pathAt(k, At.FDCWD, userPath(k, path), LookupFlags.Follow);
  return putStatfs(k, va, target.mount, target.inode.sb);
}

function sysFstatfs(k: Kernel, fd: number, va: number): number {
  const file = fgetRaw(k, fd);
  return putStatfs(k, va, file.path?.mount ?? null, file.inode.sb);
}

/** A string argument of mount that may be absent. */
function optional(k: Kernel, va: number): string {
  return va === 0 ? '' : strncpyFromUser(k, va, PageSize.Bytes);
}

function sysMount(k: Kernel, sourceVa: number, targetVa: number, typeVa: number, flags: number, dataVa: number): number {
  const sourceName = optional(k, sourceVa);
  const type = optional(k, typeVa);
  const data = optional(k, dataVa);
  let bits = (flags % 2 ** 32) | 0;
  if ((bits & Ms.MGC_MSK) === (Ms.MGC_VAL | 0)) bits &= ~Ms.MGC_MSK;
  const at = pathAt(k, At.FDCWD, userPath(k, targetVa), LookupFlags.Follow);
  const needsSource = (bits & (Ms.BIND | Ms.MOVE)) !== 0 && !(bits & Ms.REMOUNT);
  const source = needsSource && k.current.cred.capable(Cap.SYS_ADMIN) ? pathAt(k, At.FDCWD, sourceName, LookupFlags.Follow) : null;
  mountAt(k, source, sourceName, at, type, bits, data);
  return 0;
}

function sysUmount2(k: Kernel, path: number, flags: number): number {
  const follow = flags & Umount.NOFOLLOW ? LookupFlags.None : LookupFlags.Follow;
  umountAt(k, pathAt(k, At.FDCWD, userPath(k, path), follow), flags);
  return 0;
}

/** Extended attributes: no file system here has any. Linux: a file system without xattr handlers. */
function noXattrPath(k: Kernel, path: number): number {
  pathAt(k, At.FDCWD, userPath(k, path), LookupFlags.Follow);
  throw EOPNOTSUPP;
}
function noXattrLink(k: Kernel, path: number): number {
  pathAt(k, At.FDCWD, userPath(k, path), LookupFlags.None);
  throw EOPNOTSUPP;
}
function noXattrFd(k: Kernel, fd: number): number {
  fget(k, fd);
  throw EOPNOTSUPP;
}
/** An empty list. */
function listXattrPath(k: Kernel, path: number): number {
  pathAt(k, At.FDCWD, userPath(k, path), LookupFlags.Follow);
  return 0;
}
function listXattrLink(k: Kernel, path: number): number {
  pathAt(k, At.FDCWD, userPath(k, path), LookupFlags.None);
  return 0;
}
function listXattrFd(k: Kernel, fd: number): number {
  fget(k, fd);
  return 0;
}

/** File handles need export operations, which no file system here has. */
function sysNameToHandleAt(k: Kernel, dirfd: number, path: number, _handle: number, _mountId: number, flags: number): number {
  if (flags & ~(At.SYMLINK_FOLLOW | At.EMPTY_PATH)) throw EINVAL;
  const name = flags & At.EMPTY_PATH ? strncpyFromUser(k, path, Limit.PATH_MAX) : userPath(k, path);
  pathAt(k, dirfd, name, (flags & At.SYMLINK_FOLLOW ? LookupFlags.Follow : 0) | (flags & At.EMPTY_PATH ? LookupFlags.Empty : 0));
  throw EOPNOTSUPP;
}

const missing = 'answers ENOSYS';
const xattr = 'no file system has extended attributes';

export const fsSyscalls: readonly SyscallRow[] = [
  { nr: Sys.fsync, name: 'fsync', args: ['fd'], call: sysFsync, done: 'full' },
  { nr: Sys.fdatasync, name: 'fdatasync', args: ['fd'], call: sysFdatasync, done: 'full' },
  { nr: Sys.statfs, name: 'statfs', args: ['path', 'ptr'], call: sysStatfs, done: 'full' },
  { nr: Sys.fstatfs, name: 'fstatfs', args: ['fd', 'ptr'], call: sysFstatfs, done: 'full' },
  { nr: Sys.sync, name: 'sync', args: [], call: sysSync, done: 'full' },
  {
    nr: Sys.mount,
    name: 'mount',
    args: ['str', 'path', 'str', 'flags:mount', 'ptr'],
    call: sysMount,
    done: 'no propagation, remount changes the mount only',
  },
  { nr: Sys.umount2, name: 'umount2', args: ['path', 'flags:umount'], call: sysUmount2, done: 'MNT_EXPIRE is refused' },
  { nr: Sys.readahead, name: 'readahead', args: ['fd', 'off', 'size'], call: sysReadahead, done: 'full' },
  { nr: Sys.setxattr, name: 'setxattr', args: ['path', 'str', 'ptr', 'size', 'int'], call: noXattrPath, done: xattr },
  { nr: Sys.lsetxattr, name: 'lsetxattr', args: ['path', 'str', 'ptr', 'size', 'int'], call: noXattrLink, done: xattr },
  { nr: Sys.fsetxattr, name: 'fsetxattr', args: ['fd', 'str', 'ptr', 'size', 'int'], call: noXattrFd, done: xattr },
  { nr: Sys.getxattr, name: 'getxattr', args: ['path', 'str', 'ptr', 'size'], call: noXattrPath, done: xattr },
  { nr: Sys.lgetxattr, name: 'lgetxattr', args: ['path', 'str', 'ptr', 'size'], call: noXattrLink, done: xattr },
  { nr: Sys.fgetxattr, name: 'fgetxattr', args: ['fd', 'str', 'ptr', 'size'], call: noXattrFd, done: xattr },
  { nr: Sys.listxattr, name: 'listxattr', args: ['path', 'ptr', 'size'], call: listXattrPath, done: xattr },
  { nr: Sys.llistxattr, name: 'llistxattr', args: ['path', 'ptr', 'size'], call: listXattrLink, done: xattr },
  { nr: Sys.flistxattr, name: 'flistxattr', args: ['fd', 'ptr', 'size'], call: listXattrFd, done: xattr },
  { nr: Sys.removexattr, name: 'removexattr', args: ['path', 'str'], call: noXattrPath, done: xattr },
  { nr: Sys.lremovexattr, name: 'lremovexattr', args: ['path', 'str'], call: noXattrLink, done: xattr },
  { nr: Sys.fremovexattr, name: 'fremovexattr', args: ['fd', 'str'], call: noXattrFd, done: xattr },
  { nr: Sys.fadvise64, name: 'fadvise64', args: ['fd', 'off', 'off', 'flags:fadvise'], call: sysFadvise64, done: 'full' },
  { nr: Sys.inotify_init, name: 'inotify_init', args: [], call: null, done: missing },
  { nr: Sys.inotify_add_watch, name: 'inotify_add_watch', args: ['fd', 'path', 'uint'], call: null, done: missing },
  { nr: Sys.inotify_rm_watch, name: 'inotify_rm_watch', args: ['fd', 'int'], call: null, done: missing },
  { nr: Sys.sync_file_range, name: 'sync_file_range', args: ['fd', 'off', 'off', 'uint'], call: sysSyncFileRange, done: 'full' },
  { nr: Sys.fallocate, name: 'fallocate', args: ['fd', 'flags:falloc', 'off', 'off'], call: sysFallocate, done: 'full' },
  { nr: Sys.inotify_init1, name: 'inotify_init1', args: ['uint'], call: null, done: missing },
  {
    nr: Sys.name_to_handle_at,
    name: 'name_to_handle_at',
    args: ['dirfd', 'path', 'ptr', 'ptr', 'uint'],
    call: sysNameToHandleAt,
    done: 'no file handles',
  },
  { nr: Sys.syncfs, name: 'syncfs', args: ['fd'], call: sysSyncfs, done: 'full' },
];
