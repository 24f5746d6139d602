import { FsMagic, S } from '@ring3/abi';
import type { Kernel } from '../../kernel.js';
import { EINVAL, EPERM } from '../../errno.js';
import { registerState } from '../../state.js';
import { DirectoryFile } from '../../vfs/directory-file.js';
import type { File } from '../../vfs/file.js';
import { Inode, type InodeChange } from '../../vfs/inode.js';
import { SuperBlock } from '../../vfs/super-block.js';
import { applyProcOptions } from './proc-options.js';
import { ProcTextFile } from './seq-file.js';

/** The proc file system: inodes are made by each lookup; nothing is stored. */
export class ProcSuperBlock extends SuperBlock {
  /** What others see of a process: 0 all, 1 that it is there, 2 nothing (mount option hidepid); members of group `gid` see all. */
  hidePid = 0;
  gid = 0;
  constructor(dev: number) {
    super(dev, 'proc', 'proc', FsMagic.PROC);
    this.volatile = true;
    this.fixedNames = true;
  }
  override get options(): string {
    return `${this.gid ? `,gid=${this.gid}` : ''}${this.hidePid ? `,hidepid=${this.hidePid}` : ''}`;
  }
  override reconfigure(_k: Kernel, data: string): void {
    applyProcOptions(this, data);
  }
  override statfs(): { blocks: number; bfree: number; bavail: number; files: number; ffree: number } {
    return { blocks: 0, bfree: 0, bavail: 0, files: 0, ffree: 0 };
  }
}
registerState('ProcSuperBlock', ProcSuperBlock);

/**
 * Inode numbers say what an inode is, so that they stay the same from lookup to lookup:
 * entries of /proc and /proc/sys from 0xf000_0000 on (as Linux's own), those of a task at pid × 65536.
 */
export const enum ProcIno {
  Root = 1,
  System = 0xf000_0000,
  Net = 0xf080_0000,
  Sysctl = 0xf100_0000,
  PerTask = 0x1_0000,
  /** Within a task: fd links and fdinfo files, threads, and the links of map_files, by mapping. */
  Fd = 0x1000,
  FdInfo = 0x8000,
  MapFiles = 0xc000,
}

export abstract class ProcInode extends Inode {
  constructor(k: Kernel, sb: SuperBlock, ino: number, mode: number) {
    super(sb, ino, mode);
    if ((mode & S.IFMT) === S.IFDIR) this.nlink = 2;
    this.atime = this.mtime = this.ctime = k.clock.realtime(k);
  }
  /** Only the mode stays as it is; a new owner holds until the next lookup, and O_TRUNC means nothing. Linux: proc_setattr. */
  override setattr(_k: Kernel, { mode, uid, gid }: InodeChange): void {
    if (mode !== undefined) throw EPERM;
    if (uid !== undefined) this.uid = uid;
    if (gid !== undefined) this.gid = gid;
  }
}

/** A directory of proc. */
export abstract class ProcDirectory extends ProcInode {
  override open(_k: Kernel, flags: number): File {
    return new DirectoryFile(flags, this, null);
  }
}

/** A file whose text is made when it is read. */
export abstract class ProcTextInode extends ProcInode {
  /** Latin1. @throws ESRCH its task is gone */
  abstract text(k: Kernel): string;
  /** What was written at once, at `pos`. @throws an Errno */
  writeText(_k: Kernel, _text: string, _pos: number): void {
    throw EINVAL;
  }
  /** @throws EACCES … when the opener may not look */
  checkOpen(_k: Kernel): void {}
  override open(k: Kernel, flags: number): File {
    this.checkOpen(k);
    return new ProcTextFile(flags, this, null);
  }
}

export { taskOf } from './access.js';
