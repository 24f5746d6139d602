import { Cap, S } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import type { Cred } from '../task/cred.js';
import type { Inode } from './inode.js';
import { EACCES, EROFS } from '../errno.js';
import { isDir } from './inode-life.js';

/** MAY_* (include/linux/fs.h). */
export const enum May {
  EXEC = 1,
  WRITE = 2,
  READ = 4,
}

/**
 * May `cred` do `mask` (May.*) with the inode? The file system ids decide; capabilities override. Linux: inode_permission,
 * generic_permission. @throws EACCES @throws EROFS writing to a read-only super block
 */
export function permission(k: Kernel, inode: Inode, mask: number, cred: Cred): void {
  if (mask & May.WRITE && inode.sb.readOnly) {
    const type = inode.mode & S.IFMT;
    if (type === S.IFREG || type === S.IFDIR || type === S.IFLNK) throw EROFS;
  }
  if (inode.permits(k, mask)) return;
  let bits = inode.mode;
  if (cred.fsuid === inode.uid) bits >>= 6;
  else if (cred.hasGroup(inode.gid)) bits >>= 3;
  if ((mask & ~bits & 7) === 0) return;
  if (isDir(inode)) {
    if (!(mask & May.WRITE) && cred.capable(Cap.DAC_READ_SEARCH)) return;
    if (cred.capable(Cap.DAC_OVERRIDE)) return;
    throw EACCES;
  }
  if ((mask & 7) === May.READ && cred.capable(Cap.DAC_READ_SEARCH)) return;
  if ((!(mask & May.EXEC) || inode.mode & S.IXUGO) && cred.capable(Cap.DAC_OVERRIDE)) return;
  throw EACCES;
}

/** Linux: inode_owner_or_capable. */
export function ownerOrCapable(inode: Inode, cred: Cred): boolean {
  return cred.fsuid === inode.uid || cred.capable(Cap.FOWNER);
}

/** In a sticky directory only the owner of the file or of the directory may remove it. Linux: check_sticky. */
export function stickyForbids(dir: Inode, inode: Inode, cred: Cred): boolean {
  if (!(dir.mode & S.ISVTX)) return false;
  return cred.fsuid !== inode.uid && cred.fsuid !== dir.uid && !cred.capable(Cap.FOWNER);
}
