import { FsMagic, S, Seek } from '@ring3/abi';
import type { Kernel } from '../../kernel.js';
import type { IoIter } from '../../io/io-iter.js';
import { EINVAL, EPERM, ESRCH } from '../../errno.js';
import { registerState } from '../../state.js';
import type { Task } from '../../task/task.js';
import { DirectoryFile } from '../../vfs/directory-file.js';
import { File } from '../../vfs/file.js';
import { Inode, type InodeChange } from '../../vfs/inode.js';
import { SuperBlock } from '../../vfs/super-block.js';

/** The proc file system: inodes are made by each lookup; nothing is stored. */
export class ProcSuperBlock extends SuperBlock {
  constructor(dev: number) {
    super(dev, 'proc', 'proc', FsMagic.PROC);
    this.volatile = true;
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
  Sysctl = 0xf100_0000,
  PerTask = 0x1_0000,
  /** Within a task: fd links and fdinfo files, and threads. */
  Fd = 0x1000,
  FdInfo = 0x8000,
}

export abstract class ProcInode extends Inode {
  constructor(k: Kernel, sb: SuperBlock, ino: number, mode: number) {
    super(sb, ino, mode);
    if ((mode & S.IFMT) === S.IFDIR) this.nlink = 2;
    this.atime = this.mtime = this.ctime = k.clock.realtime(k);
  }
  /** Only what chmod and chown would change is refused; O_TRUNC of a file that can be written means nothing. */
  override setattr(_k: Kernel, change: InodeChange): void {
    if (change.mode !== undefined || change.uid !== undefined || change.gid !== undefined) throw EPERM;
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
  /** What was written at once. @throws an Errno */
  writeText(_k: Kernel, _text: string): void {
    throw EINVAL;
  }
  /** @throws EACCES … when the opener may not look */
  checkOpen(_k: Kernel): void {}
  override open(k: Kernel, flags: number): File {
    this.checkOpen(k);
    return new ProcTextFile(flags, this, null);
  }
}

/** Longest write that a proc file takes at once (PAGE_SIZE in Linux). */
const WRITE_MAX = 4096;

/** seq_file: the text is made anew by each read at position 0 and stays the same for those behind. Linux: fs/seq_file.c. */
export class ProcTextFile extends File {
  private content: Uint8Array | null = null;

  override get seekable(): boolean {
    return true;
  }
  override read(k: Kernel, iter: IoIter, pos: number): number {
    if (pos === 0 || !this.content) this.content = latin1Bytes((this.inode as ProcTextInode).text(k));
    if (pos >= this.content.length) return 0;
    return iter.put(k, this.content.subarray(pos, pos + iter.remaining));
  }
  override write(k: Kernel, iter: IoIter, _pos: number): number {
    const bytes = new Uint8Array(Math.min(iter.remaining, WRITE_MAX));
    const n = iter.take(k, bytes);
    (this.inode as ProcTextInode).writeText(k, String.fromCharCode(...bytes.subarray(0, n)));
    return n;
  }
  override llseek(_k: Kernel, offset: number, whence: number): number {
    const pos = whence === Seek.SET ? offset : whence === Seek.CUR ? this.pos + offset : -1;
    if (pos < 0) throw EINVAL;
    return (this.pos = pos);
  }
}
registerState('ProcTextFile', ProcTextFile);

function latin1Bytes(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

/** The thread with this number. @throws ESRCH gone */
export function taskOf(k: Kernel, tid: number): Task {
  const task = k.pids.task(tid);
  if (!task) throw ESRCH;
  return task;
}
