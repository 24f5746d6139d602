import { O, PageSize } from '@ring3/abi';
import type { Kernel } from '../../kernel.js';
import type { IoIter } from '../../io/io-iter.js';
import type { WaitQueue } from '../../sched/wait-queue.js';
import { putU32 } from '../../mm/uaccess.js';
import { ENOTTY, ESPIPE } from '../../errno.js';
import { registerState } from '../../state.js';
import { File } from '../../vfs/file.js';
import type { Inode } from '../../vfs/inode.js';
import type { Path } from '../../vfs/path.js';
import { fileAccessed, touchMtime } from '../../vfs/times.js';
import type { Pipe } from './pipe.js';

const enum Poll {
  IN = 0x1,
  OUT = 0x4,
  ERR = 0x8,
  HUP = 0x10,
  RDNORM = 0x40,
  WRNORM = 0x100,
}

const FIONREAD = 0x541b;

/** One open end of a pipe or FIFO (both ends for a FIFO opened O_RDWR). Linux: pipefifo_fops. */
export class PipeFile extends File {
  /** A FIFO's reader that came before any writer does not see a hang-up until one has come and gone. Linux: f_version */
  private sawWriterOpens = -1;

  constructor(
    flags: number,
    inode: Inode,
    path: Path | null,
    readonly pipe: Pipe,
  ) {
    super(flags, inode, path);
    if (this.readable) {
      pipe.readers++;
      pipe.readerOpens++;
    }
    if (this.writable) {
      pipe.writers++;
      pipe.writerOpens++;
    }
  }

  override get name(): string {
    return `pipe:[${this.inode.ino}]`;
  }
  override get writesFully(): boolean {
    return true;
  }
  override get supportsAsync(): boolean {
    return true;
  }
  override read(k: Kernel, iter: IoIter, _pos: number): number {
    const n = this.pipe.read(k, iter);
    if (n > 0) fileAccessed(k, this);
    return n;
  }
  override readWouldBlock(): boolean {
    return this.readable && this.pipe.empty && this.pipe.writers > 0;
  }
  override write(k: Kernel, iter: IoIter, _pos: number): number {
    const n = this.pipe.write(k, iter, (this.flags & O.DIRECT) !== 0);
    if (n > 0) touchMtime(k, this.inode);
    return n;
  }
  override llseek(): number {
    throw ESPIPE;
  }
  /** Linux: pipe_poll. */
  override poll(_k: Kernel): number {
    const { pipe } = this;
    let mask = 0;
    if (this.readable) {
      if (!pipe.empty) mask |= Poll.IN | Poll.RDNORM;
      if (pipe.writers === 0 && this.sawWriterOpens !== pipe.writerOpens) mask |= Poll.HUP;
    }
    if (this.writable) {
      if (!pipe.full) mask |= Poll.OUT | Poll.WRNORM;
      if (pipe.readers === 0) mask |= Poll.ERR;
    }
    return mask;
  }
  override waitQueue(_events: number): WaitQueue {
    return this.pipe.wait;
  }
  override ioctl(k: Kernel, request: number, arg: number): number {
    if (request !== FIONREAD) throw ENOTTY;
    putU32(k, arg, this.pipe.bytes);
    return 0;
  }
  override release(k: Kernel): void {
    const { pipe } = this;
    if (this.readable) pipe.readers--;
    if (this.writable) pipe.writers--;
    if (pipe.readers === 0 && pipe.writers === 0) {
      this.inode.pipe = null;
      pipe.buffers.length = 0;
    }
    pipe.wait.wake(k);
  }

  /** A non-blocking reader without writers: not hung up yet. */
  expectWriter(): void {
    this.sawWriterOpens = this.pipe.writerOpens;
  }
  /** F_GETPIPE_SZ. */
  get capacity(): number {
    return this.pipe.slots * PageSize.Bytes;
  }
}
registerState('PipeFile', PipeFile);
