import { S } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import type { Inode } from './inode.js';
import { ETXTBSY } from '../errno.js';

/** One open file less; the last one of an inode without links evicts it. */
export function iput(k: Kernel, inode: Inode): void {
  inode.users--;
  evictUnused(k, inode);
}

/** After a link went away: nobody can reach the inode any more? Linux: iput_final. */
export function evictUnused(k: Kernel, inode: Inode): void {
  if (inode.users === 0 && inode.nlink === 0) inode.evict(k);
}

/** @throws ETXTBSY while it is being executed. Linux: get_write_access */
export function getWriteAccess(inode: Inode): void {
  if (inode.writeCount < 0) throw ETXTBSY;
  inode.writeCount++;
}

/** execve and MAP_DENYWRITE: nobody may open it for writing. @throws ETXTBSY while open for writing. Linux: deny_write_access */
export function denyWriteAccess(inode: Inode): void {
  if (inode.writeCount > 0) throw ETXTBSY;
  inode.writeCount--;
}

export function allowWriteAccess(inode: Inode): void {
  inode.writeCount++;
}

export const isDir = (inode: Inode): boolean => (inode.mode & S.IFMT) === S.IFDIR;
export const isReg = (inode: Inode): boolean => (inode.mode & S.IFMT) === S.IFREG;
export const isLink = (inode: Inode): boolean => (inode.mode & S.IFMT) === S.IFLNK;
export const isFifo = (inode: Inode): boolean => (inode.mode & S.IFMT) === S.IFIFO;

/** DT_* of a mode: the type nibble. */
export const dtOf = (mode: number): number => (mode & S.IFMT) >> 12;
