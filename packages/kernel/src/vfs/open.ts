import { At, Ms, O, S } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import type { File } from './file.js';
import type { Inode } from './inode.js';
import { Dentry, Path, type Mount } from './path.js';
import { EACCES, EEXIST, EINVAL, EISDIR, ELOOP, ENOTDIR, EPERM } from '../errno.js';
import { doTruncate, wantWrite } from './attr.js';
import { dInstantiate, dLookup } from './dcache.js';
import { fput } from './file-table.js';
import { denyWriteAccess, getWriteAccess, isDir, isLink, isReg } from './inode-life.js';
import { LastType, LookupFlags, Walk, pathAt } from './namei.js';
import { mayCreate } from './namespace.js';
import { PathFile } from './path-file.js';
import { May, ownerOrCapable, permission } from './permission.js';

const VALID_FLAGS =
  O.ACCMODE |
  O.CREAT |
  O.EXCL |
  O.NOCTTY |
  O.TRUNC |
  O.APPEND |
  O.NONBLOCK |
  O.SYNC |
  O.ASYNC |
  O.DIRECT |
  O.LARGEFILE |
  O.DIRECTORY |
  O.NOFOLLOW |
  O.NOATIME |
  O.CLOEXEC |
  O.PATH |
  O.TMPFILE;
/** What F_GETFL does not show: they only mattered while opening. */
const OPEN_ONLY = O.CREAT | O.EXCL | O.NOCTTY | O.TRUNC | O.CLOEXEC;

/** Linux: build_open_flags. @throws EINVAL a mangled O_TMPFILE */
function checkFlags(flags: number): number {
  const known = flags & VALID_FLAGS;
  if (known & O.TMPFILE_BIT) {
    if ((known & (O.TMPFILE | O.CREAT)) !== O.TMPFILE || (known & O.ACCMODE) === O.RDONLY) throw EINVAL;
  } else if (known & O.PATH) {
    return known & (O.DIRECTORY | O.NOFOLLOW | O.PATH | O.CLOEXEC);
  }
  return known;
}

/** MAY_* that the access mode asks for. Linux: ACC_MODE. */
function accessMask(flags: number): number {
  const mask = [May.READ, May.WRITE, May.READ | May.WRITE, May.READ | May.WRITE][flags & O.ACCMODE]!;
  return flags & O.TRUNC ? mask | May.WRITE : mask;
}

/**
 * open(2) up to the open file, with one reference for the caller. A FIFO comes back at once: the system call layer waits for its other
 * end. Linux: do_filp_open, path_openat. @throws ENOENT EEXIST EISDIR ENOTDIR ELOOP EACCES EROFS ETXTBSY EPERM ENXIO EINVAL …
 */
export function openAt(k: Kernel, dirfd: number, name: string, flags: number, mode: number): File {
  const how = checkFlags(flags);
  if (how & O.TMPFILE_BIT) return openTmpfile(k, dirfd, name, how, mode);
  const walk = new Walk(k, dirfd, name);
  const created = how & O.CREAT ? walkCreating(k, walk, how, mode) : walkExisting(walk, how);
  const { inode } = walk;
  if (how & O.CREAT && !created && isDir(inode)) throw EISDIR;
  if (how & O.DIRECTORY && !created && !isDir(inode)) throw ENOTDIR;
  if (how & O.PATH) return new PathFile(how & ~O.CLOEXEC, inode, walk.path());
  return openPath(k, walk.path(), created ? how & ~O.TRUNC : how, created ? 0 : accessMask(how));
}

function walkExisting(walk: Walk, how: number): boolean {
  walk.finish((how & O.NOFOLLOW) === 0);
  return false;
}

/** The last component with O_CREAT; true: the file was made. Linux: do_last, lookup_open. */
function walkCreating(k: Kernel, walk: Walk, how: number, mode: number): boolean {
  for (;;) {
    if (walk.type !== LastType.Norm) {
      walk.finishDots();
      return false;
    }
    if (walk.slash) throw EISDIR;
    const dentry = dLookup(k, walk.dentry, walk.last);
    if (!dentry.inode) {
      create(k, walk, dentry, mode);
      return true;
    }
    if (how & O.EXCL) throw EEXIST;
    const target = walk.throughMounts(walk.mount, dentry);
    if (how & O.NOFOLLOW || !isLink(target.dentry.inode!)) {
      walk.enter(dentry, false);
      return false;
    }
    if (!walk.followLink(target)) return false;
  }
}

function create(k: Kernel, walk: Walk, dentry: Dentry, mode: number): void {
  const dir = walk.inode;
  wantWrite(walk.mount, dir);
  mayCreate(k, walk.dentry, k.current.cred);
  const bits = mode & S.IALLUGO & ~k.current.fs.umask;
  dInstantiate(dentry, dir.create(k, dentry.name, S.IFREG | bits, k.current.cred));
  walk.enter(dentry, false);
}

/** Linux: do_tmpfile. */
function openTmpfile(k: Kernel, dirfd: number, name: string, how: number, mode: number): File {
  const dir = pathAt(k, dirfd, name, LookupFlags.Directory | (how & O.NOFOLLOW ? LookupFlags.None : LookupFlags.Follow));
  wantWrite(dir.mount, dir.inode);
  permission(k, dir.inode, May.WRITE | May.EXEC, k.current.cred);
  const bits = mode & S.IALLUGO & ~k.current.fs.umask;
  const inode = dir.inode.tmpfile(k, S.IFREG | bits, k.current.cred);
  inode.linkable = (how & O.EXCL) === 0;
  const dentry = new Dentry(`#${inode.ino}`, dir.dentry, inode, dir.dentry.sb);
  dentry.unhashed = true;
  return openPath(k, new Path(dir.mount, dentry), how & ~O.TRUNC, 0);
}

/** Linux: may_open. */
function mayOpen(k: Kernel, mount: Mount, inode: Inode, how: number, mask: number): void {
  const type = inode.mode & S.IFMT;
  if (type === S.IFLNK) throw ELOOP;
  if (type === S.IFDIR && mask & May.WRITE) throw EISDIR;
  if ((type === S.IFCHR || type === S.IFBLK) && mount.flags & Ms.NODEV) throw EACCES;
  permission(k, inode, mask, k.current.cred);
  if (how & O.NOATIME && !ownerOrCapable(inode, k.current.cred)) throw EPERM;
}

/** Opens what a walk found, with `mask` as the permission to ask for. Linux: do_last's finish_open, do_dentry_open, handle_truncate. */
export function openPath(k: Kernel, path: Path, how: number, mask: number): File {
  const { mount, inode } = path;
  inode.refresh(k);
  const truncates = (how & O.TRUNC) !== 0 && isReg(inode);
  if (truncates) wantWrite(mount, inode);
  mayOpen(k, mount, inode, how, mask);
  const writes = ((how + 1) & 2) !== 0 && isReg(inode);
  if (writes) {
    wantWrite(mount, inode);
    getWriteAccess(inode);
  } else if (truncates) {
    getWriteAccess(inode);
    inode.writeCount--;
  }
  let file: File;
  try {
    if (how & O.DIRECT && isReg(inode)) throw EINVAL;
    file = inode.open(k, how);
  } catch (error) {
    if (writes) inode.writeCount--;
    throw error;
  }
  file.flags = how & ~OPEN_ONLY;
  file.path ??= path;
  if (!truncates) return file;
  try {
    doTruncate(k, inode, 0, k.current.cred);
  } catch (error) {
    fput(k, file);
    throw error;
  }
  return file;
}

/**
 * The file of an execve, which nobody may write to until allowWriteAccess(file.inode) (vfs/inode-life.ts). `atFlags`: AT_EMPTY_PATH,
 * AT_SYMLINK_NOFOLLOW. Linux: do_open_execat. @throws EACCES not regular, no x permission, noexec @throws ETXTBSY @throws EINVAL ELOOP …
 */
export function openExecAt(k: Kernel, dirfd: number, name: string, atFlags: number): File {
  if (atFlags & ~(At.SYMLINK_NOFOLLOW | At.EMPTY_PATH)) throw EINVAL;
  const follow = atFlags & At.SYMLINK_NOFOLLOW ? LookupFlags.None : LookupFlags.Follow;
  const path = pathAt(k, dirfd, name, follow | (atFlags & At.EMPTY_PATH ? LookupFlags.Empty : LookupFlags.None));
  mayOpen(k, path.mount, path.inode, 0, May.EXEC);
  if (!isReg(path.inode) || path.mount.flags & Ms.NOEXEC) throw EACCES;
  const file = openPath(k, path, O.RDONLY | O.LARGEFILE, 0);
  try {
    denyWriteAccess(file.inode);
  } catch (error) {
    fput(k, file);
    throw error;
  }
  return file;
}

/** An empty name is refused where user memory is read (getname); one that the kernel brings means the working directory. */
export function openExec(k: Kernel, name: string): File {
  return openExecAt(k, At.FDCWD, name === '' ? '.' : name, 0);
}
