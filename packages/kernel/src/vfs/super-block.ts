import type { Inode } from './inode.js';

/** struct super_block: one mounted file system instance. `dev` is st_dev, the number that stat, maps and mountinfo all show. */
export abstract class SuperBlock {
  root!: Inode;
  readOnly = false;
  /** Entries come and go by themselves (proc, a host directory): the dentry cache looks them up again each time. */
  volatile = false;
  blockSize = 4096;
  constructor(
    readonly dev: number,
    /** As in /proc/filesystems: 'tmpfs', 'proc', 'overlay' … */
    readonly type: string,
    /** As in /proc/mounts, first column. */
    readonly source: string,
    readonly magic: number,
  ) {}
  /** struct statfs counts, in blocks of blockSize. */
  abstract statfs(): { blocks: number; bfree: number; bavail: number; files: number; ffree: number };
}
