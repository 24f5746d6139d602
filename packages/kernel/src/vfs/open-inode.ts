import { S } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import type { File } from './file.js';
import type { Inode } from './inode.js';
import { ELOOP, ENXIO } from '../errno.js';
import { openFifo } from '../fs/pipe/fifo.js';
import { openDevice } from './device-drivers.js';
import { DirectoryFile } from './directory-file.js';
import { RegularFile } from './regular-file.js';

/** The open file for an inode by its type, for file systems without ideas of their own. Linux: init_special_inode's f_op. */
export function openByType(k: Kernel, inode: Inode, flags: number): File {
  switch (inode.mode & S.IFMT) {
    case S.IFREG:
      return new RegularFile(flags, inode, null);
    case S.IFDIR:
      return new DirectoryFile(flags, inode, null);
    case S.IFIFO:
      return openFifo(k, inode, flags);
    case S.IFCHR:
    case S.IFBLK:
      return openDevice(k, inode, flags);
    case S.IFLNK:
      throw ELOOP;
    default:
      throw ENXIO;
  }
}
