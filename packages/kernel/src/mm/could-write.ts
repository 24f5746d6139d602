import type { Kernel } from '../kernel.js';
import { Errno } from '../errno.js';
import type { Inode } from '../vfs/inode.js';
import { May, ownerOrCapable, permission } from '../vfs/permission.js';

/** Could the current task write the file if it tried? mincore and MADV_PAGEOUT ask, so that page caches betray nothing. */
export function couldWrite(k: Kernel, inode: Inode): boolean {
  const { cred } = k.current;
  if (ownerOrCapable(inode, cred)) return true;
  try {
    permission(k, inode, May.WRITE, cred);
    return true;
  } catch (error) {
    if (error instanceof Errno) return false;
    throw error;
  }
}
