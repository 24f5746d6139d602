import { Cap, RenameFlag } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import type { Dentry } from './path.js';
import { EBUSY, EEXIST, EINVAL, EISDIR, ENOENT, ENOTDIR, ENOTEMPTY, EPERM, EXDEV } from '../errno.js';
import { wantWrite } from './attr.js';
import { dDrop, dExchange, dLookup, dMove, isSubdir } from './dcache.js';
import { evictUnused, isDir } from './inode-life.js';
import { LastType, lookupParent } from './namei.js';
import { mayCreate, mayDelete } from './namespace.js';
import { May, permission } from './permission.js';

/** Linux: do_renameat2. @throws EXDEV another mount @throws EINVAL into its own subtree, or bad flags @throws ENOTEMPTY EEXIST EBUSY … */
export function renameAt(k: Kernel, oldFd: number, oldName: string, newFd: number, newName: string, flags: number): void {
  const { NOREPLACE, EXCHANGE, WHITEOUT } = {
    NOREPLACE: RenameFlag.NOREPLACE,
    EXCHANGE: RenameFlag.EXCHANGE,
    WHITEOUT: RenameFlag.WHITEOUT,
  };
  if (flags & ~(NOREPLACE | EXCHANGE | WHITEOUT)) throw EINVAL;
  if (flags & EXCHANGE && flags & (NOREPLACE | WHITEOUT)) throw EINVAL;
  if (flags & WHITEOUT && !k.current.cred.capable(Cap.MKNOD)) throw EPERM;

  const from = lookupParent(k, oldFd, oldName);
  const to = lookupParent(k, newFd, newName);
  if (from.mount !== to.mount) throw EXDEV;
  if (from.type !== LastType.Norm) throw EBUSY;
  if (to.type !== LastType.Norm) throw flags & NOREPLACE ? EEXIST : EBUSY;
  wantWrite(from.mount, from.inode);

  const source = dLookup(k, from.dentry, from.last);
  if (!source.inode) throw ENOENT;
  const target = dLookup(k, to.dentry, to.last);
  if (flags & NOREPLACE && target.inode) throw EEXIST;
  if (flags & EXCHANGE) {
    if (!target.inode) throw ENOENT;
    if (!isDir(target.inode) && to.slash) throw ENOTDIR;
  }
  if (!isDir(source.inode)) {
    if (from.slash) throw ENOTDIR;
    if (!(flags & EXCHANGE) && to.slash) throw ENOTDIR;
  }
  if (isSubdir(to.dentry, source)) throw EINVAL;
  if (isSubdir(from.dentry, target) && target.inode) throw flags & EXCHANGE ? EINVAL : ENOTEMPTY;
  vfsRename(k, source, target, flags);
}

/** Linux: vfs_rename. */
function vfsRename(k: Kernel, source: Dentry, target: Dentry, flags: number): void {
  const moved = source.inode!;
  const replaced = target.inode;
  // Two links to one inode: nothing to do, and that is success (POSIX).
  if (moved === replaced) return;
  const { cred } = k.current;
  const exchange = (flags & RenameFlag.EXCHANGE) !== 0;
  const movesDir = isDir(moved);
  const oldParent = source.parent!;
  const newParent = target.parent!;

  mayDelete(k, source, movesDir, cred);
  if (!replaced) mayCreate(k, newParent, cred);
  else mayDelete(k, target, exchange ? isDir(replaced) : movesDir, cred);
  // A directory that changes its parent has its '..' rewritten: that is writing to it.
  if (oldParent !== newParent) {
    if (movesDir) permission(k, moved, May.WRITE, cred);
    if (exchange && replaced && isDir(replaced)) permission(k, replaced, May.WRITE, cred);
  }
  if (source.mounts.length > 0 || target.mounts.length > 0) throw EBUSY;
  if (!exchange && replaced && movesDir !== isDir(replaced)) throw movesDir ? ENOTDIR : EISDIR;

  oldParent.inode!.rename(k, source.name, moved, newParent.inode!, target.name, replaced, flags);
  if (exchange) {
    dExchange(source, target);
    return;
  }
  const { name } = source;
  dMove(source, target);
  if (flags & RenameFlag.WHITEOUT) {
    const stale = oldParent.children.get(name);
    if (stale) dDrop(stale);
  }
  if (replaced) evictUnused(k, replaced);
}
