import { Cap, S } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import type { Cred } from '../task/cred.js';
import { Path, type Dentry } from './path.js';
import { EBUSY, EEXIST, EISDIR, ENOENT, ENOTDIR, ENOTEMPTY, EPERM, EINVAL, EXDEV } from '../errno.js';
import { wantWrite } from './attr.js';
import { dDrop, dInstantiate, dLookup } from './dcache.js';
import { evictUnused, isDir } from './inode-life.js';
import { LastType, lookupParent } from './namei.js';
import { May, permission, stickyForbids } from './permission.js';

/** Linux: may_create. @throws ENOENT the directory is deleted @throws EACCES */
export function mayCreate(k: Kernel, dir: Dentry, cred: Cred): void {
  if (dir.unhashed) throw ENOENT;
  permission(k, dir.inode!, May.WRITE | May.EXEC, cred);
}

/** Linux: may_delete. @throws EACCES EPERM (sticky) ENOTDIR EISDIR EBUSY ENOENT */
export function mayDelete(k: Kernel, victim: Dentry, wantDir: boolean, cred: Cred): void {
  const dir = victim.parent!;
  permission(k, dir.inode!, May.WRITE | May.EXEC, cred);
  if (stickyForbids(dir.inode!, victim.inode!, cred)) throw EPERM;
  if (wantDir) {
    if (!isDir(victim.inode!)) throw ENOTDIR;
    if (victim.parent === victim) throw EBUSY;
  } else if (isDir(victim.inode!)) throw EISDIR;
  if (dir.unhashed) throw ENOENT;
}

/** A negative dentry to create something at. Linux: filename_create. @throws EEXIST @throws ENOENT 'name/' for what is no directory */
function createAt(k: Kernel, dirfd: number, name: string, wantDir: boolean): { parent: Path; dentry: Dentry } {
  const walk = lookupParent(k, dirfd, name);
  if (walk.type !== LastType.Norm) throw EEXIST;
  const parent = walk.path();
  const dentry = dLookup(k, parent.dentry, walk.last);
  if (dentry.inode) throw EEXIST;
  if (walk.slash && !wantDir) throw ENOENT;
  wantWrite(parent.mount, parent.inode);
  return { parent, dentry };
}

function umasked(k: Kernel, mode: number): number {
  return mode & ~k.current.fs.umask;
}

/** Linux: do_mkdirat, vfs_mkdir. */
export function mkdirAt(k: Kernel, dirfd: number, name: string, mode: number): void {
  const { parent, dentry } = createAt(k, dirfd, name, true);
  const { cred } = k.current;
  mayCreate(k, parent.dentry, cred);
  const bits = umasked(k, mode) & (S.IRWXUGO | S.ISVTX);
  dInstantiate(dentry, parent.inode.mkdir(k, dentry.name, S.IFDIR | bits, cred));
}

/** Linux: do_mknodat, vfs_mknod. @throws EPERM a device without CAP_MKNOD, or a directory @throws EINVAL no such type */
export function mknodAt(k: Kernel, dirfd: number, name: string, mode: number, rdev: number): void {
  const type = mode & S.IFMT;
  if (type === S.IFDIR) throw EPERM;
  if (type !== 0 && type !== S.IFREG && type !== S.IFCHR && type !== S.IFBLK && type !== S.IFIFO && type !== S.IFSOCK) throw EINVAL;
  const { parent, dentry } = createAt(k, dirfd, name, false);
  const { cred } = k.current;
  const bits = umasked(k, mode) & S.IALLUGO;
  mayCreate(k, parent.dentry, cred);
  if (type === 0 || type === S.IFREG) {
    dInstantiate(dentry, parent.inode.create(k, dentry.name, S.IFREG | bits, cred));
    return;
  }
  const device = type === S.IFCHR || type === S.IFBLK;
  const whiteout = type === S.IFCHR && rdev === 0;
  if (device && !whiteout && !cred.capable(Cap.MKNOD)) throw EPERM;
  dInstantiate(dentry, parent.inode.mknod(k, dentry.name, type | bits, device ? rdev : 0, cred));
}

/** Linux: do_symlinkat. @throws ENOENT an empty target */
export function symlinkAt(k: Kernel, target: string, dirfd: number, name: string): void {
  if (target === '') throw ENOENT;
  const { parent, dentry } = createAt(k, dirfd, name, false);
  const { cred } = k.current;
  mayCreate(k, parent.dentry, cred);
  dInstantiate(dentry, parent.inode.symlink(k, dentry.name, target, cred));
}

/** Linux: do_linkat, vfs_link. @throws EXDEV another mount @throws EPERM a directory @throws ENOENT a deleted file */
export function linkAt(k: Kernel, old: Path, dirfd: number, name: string): void {
  const { parent, dentry } = createAt(k, dirfd, name, false);
  if (old.mount !== parent.mount) throw EXDEV;
  const { inode } = old;
  mayCreate(k, parent.dentry, k.current.cred);
  if (isDir(inode)) throw EPERM;
  if (inode.nlink === 0 && !inode.linkable) throw ENOENT;
  parent.inode.link(k, dentry.name, inode);
  inode.linkable = false;
  dInstantiate(dentry, inode);
}

/** Linux: do_rmdir. @throws ENOTEMPTY '..' @throws EINVAL '.' @throws EBUSY '/' or a mountpoint */
export function rmdirAt(k: Kernel, dirfd: number, name: string): void {
  const walk = lookupParent(k, dirfd, name);
  if (walk.type === LastType.DotDot) throw ENOTEMPTY;
  if (walk.type === LastType.Dot) throw EINVAL;
  if (walk.type === LastType.Root) throw EBUSY;
  const dentry = dLookup(k, walk.dentry, walk.last);
  wantWrite(walk.mount, walk.inode);
  if (!dentry.inode) throw ENOENT;
  mayDelete(k, dentry, true, k.current.cred);
  if (dentry.mounts.length > 0) throw EBUSY;
  const victim = dentry.inode;
  walk.inode.rmdir(k, dentry.name, victim);
  dDrop(dentry);
  evictUnused(k, victim);
}

/** Linux: do_unlinkat. @throws EISDIR @throws ENOTDIR 'file/' @throws EBUSY something is mounted on it */
export function unlinkAt(k: Kernel, dirfd: number, name: string): void {
  const walk = lookupParent(k, dirfd, name);
  if (walk.type !== LastType.Norm) throw EISDIR;
  const dentry = dLookup(k, walk.dentry, walk.last);
  wantWrite(walk.mount, walk.inode);
  if (!dentry.inode) throw ENOENT;
  if (walk.slash) throw isDir(dentry.inode) ? EISDIR : ENOTDIR;
  mayDelete(k, dentry, false, k.current.cred);
  if (dentry.mounts.length > 0) throw EBUSY;
  const victim = dentry.inode;
  walk.inode.unlink(k, dentry.name, victim);
  dDrop(dentry);
  evictUnused(k, victim);
}
