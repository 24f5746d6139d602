import type { Kernel } from '../kernel.js';
import type { Inode } from './inode.js';

/** struct super_block: one mounted file system instance. `dev` is st_dev, the number that stat, maps and mountinfo all show. */
export abstract class SuperBlock {
  root!: Inode;
  readOnly = false;
  /** Entries come and go by themselves (proc, a host directory): the dentry cache looks them up again each time. */
  volatile = false;
  /** A name that is not there is ENOENT also to who wants to make it (proc): no negative dentries. */
  fixedNames = false;
  blockSize = 4096;
  /** The last inode number given out by allocIno. */
  lastIno = 0;
  constructor(
    readonly dev: number,
    /** As in /proc/filesystems: 'tmpfs', 'proc', 'overlay' … */
    readonly type: string,
    /** As in /proc/mounts, first column. */
    readonly source: string,
    readonly magic: number,
  ) {}
  allocIno(): number {
    return ++this.lastIno;
  }
  /** Writes everything that is dirty to where it belongs (sync_fs). */
  sync(_k: Kernel): void {}

  /** Gives back what it has open at its host; what is used later is opened again. */
  releaseHost(_k: Kernel): void {}
  /** Options as /proc/mounts shows them after ro|rw, with a leading comma: ',size=1024k'. */
  get options(): string {
    return '';
  }
  /** Other options for mount(2) with MS_REMOUNT. @throws EINVAL */
  reconfigure(_k: Kernel, _data: string): void {}
  /** The last mount of it is gone. */
  shutdown(k: Kernel): void {
    this.sync(k);
  }
  /** struct statfs counts, in blocks of blockSize. */
  abstract statfs(k: Kernel): { blocks: number; bfree: number; bavail: number; files: number; ffree: number };
}
