import { Seal } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import { EPERM } from '../errno.js';
import { truncatePages } from '../mm/page-cache.js';
import type { Inode, InodeChange } from './inode.js';
import { currentTime } from './times.js';

/** Attributes of an inode that lives in memory. Linux: setattr_copy, shmem_setattr. @throws EPERM a seal forbids the new size */
export function simpleSetattr(k: Kernel, inode: Inode, change: InodeChange): void {
  if (change.size !== undefined) {
    const seals = inode.seals ?? 0;
    if (change.size < inode.size && seals & Seal.SHRINK) throw EPERM;
    if (change.size > inode.size && seals & Seal.GROW) throw EPERM;
    truncatePages(k, inode, change.size);
  }
  if (change.mode !== undefined) inode.mode = change.mode;
  if (change.uid !== undefined) inode.uid = change.uid;
  if (change.gid !== undefined) inode.gid = change.gid;
  if (change.atime) inode.atime = change.atime;
  if (change.mtime) inode.mtime = change.mtime;
  inode.ctime = currentTime(k);
}
