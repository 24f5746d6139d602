import { Sig, Vc } from '@ring3/abi';
import { EAGAIN, EIO } from '../errno.js';
import type { IoIter } from '../io/io-iter.js';
import type { Kernel } from '../kernel.js';
import type { WaitQueue } from '../sched/wait-queue.js';
import { registerState } from '../state.js';
import { File } from '../vfs/file.js';
import type { Inode } from '../vfs/inode.js';
import { checkBackground, checkWrite } from './ctty.js';
import { ttyIoctl } from './ioctl.js';
import { writeProcessed } from './output.js';
import { EOF_MARK, type Tty } from './tty.js';

/** Bytes that one write hands to the driver. */
const WRITE_CHUNK = 2048;
/** VTIME counts tenths of a second. */
const NS_PER_VTIME = 100_000_000;
const POLLOUT = 4;

/** An open terminal (tty_fops with N_TTY's read and write). */
export class TtyFile extends File {
  constructor(
    flags: number,
    inode: Inode,
    readonly tty: Tty,
  ) {
    super(flags, inode, null);
    tty.files++;
  }

  override get name(): string {
    return `/dev/${this.tty.nodeName}`;
  }
  override get writesFully(): boolean {
    return true;
  }

  override read(k: Kernel, iter: IoIter): number {
    const { tty } = this;
    if (tty.hungUp) return 0;
    checkBackground(k, tty, Sig.TTIN);
    return tty.canonical ? this.readLine(k, iter) : this.readRaw(k, iter);
  }

  /** At most one line; an EOF mark ends it without being part of it. */
  private readLine(k: Kernel, iter: IoIter): number {
    const { tty } = this;
    if (tty.complete === 0) throw EAGAIN;
    let n = 0;
    while (n < tty.complete && n < iter.remaining) {
      const byte = tty.input[n]!;
      if (byte === EOF_MARK) break;
      n++;
      if (byte === 10 || byte === tty.termios.cc[Vc.EOL]) break;
    }
    const done = iter.put(k, Uint8Array.from(tty.input.slice(0, n)));
    const endsHere = tty.input[done] === EOF_MARK && done === n && (n === 0 || tty.input[n - 1] !== 10);
    this.drop(k, done + (endsHere ? 1 : 0));
    return done;
  }

  /** VMIN and VTIME decide when there is enough (termios(3)). */
  private readRaw(k: Kernel, iter: IoIter): number {
    const { tty } = this;
    const { cc } = tty.termios;
    const min = cc[Vc.MIN]!;
    const enough = tty.input.length >= Math.min(Math.max(min, 1), iter.remaining) || (tty.input.length > 0 && this.timerIsOver(k));
    if (!enough) {
      if (min === 0 && cc[Vc.TIME] === 0) return 0;
      throw EAGAIN;
    }
    const bytes = tty.input.slice(0, iter.remaining).filter((byte) => byte !== EOF_MARK);
    const done = iter.put(k, Uint8Array.from(bytes));
    this.drop(k, Math.min(tty.input.length, done + (tty.input.slice(0, iter.remaining).length - bytes.length)));
    return done;
  }

  private timerIsOver(k: Kernel): boolean {
    const time = this.tty.termios.cc[Vc.TIME]!;
    return time > 0 && k.clock.monotonic(k) >= this.tty.lastInput + time * NS_PER_VTIME;
  }

  override readDeadline(k: Kernel): number | undefined {
    const { tty } = this;
    const time = tty.termios.cc[Vc.TIME]!;
    if (tty.canonical || time === 0) return undefined;
    if (tty.termios.cc[Vc.MIN] === 0) return k.clock.monotonic(k) + time * NS_PER_VTIME;
    return tty.input.length > 0 ? tty.lastInput + time * NS_PER_VTIME : undefined;
  }

  private drop(k: Kernel, count: number): void {
    const { tty } = this;
    tty.input.splice(0, count);
    tty.complete = Math.max(0, tty.complete - count);
    tty.writeQueue.wake(k);
  }

  override write(k: Kernel, iter: IoIter): number {
    const { tty } = this;
    if (tty.hungUp) throw EIO;
    checkWrite(k, tty);
    let done = 0;
    while (iter.remaining > 0) {
      const room = tty.stopped ? 0 : tty.writeRoom(k);
      if (room === 0) {
        if (done > 0) break;
        throw EAGAIN;
      }
      // ONLCR may double what is written: half of the room holds it.
      const chunk = new Uint8Array(Math.min(iter.remaining, WRITE_CHUNK, Math.max(1, room >> 1)));
      const n = iter.take(k, chunk);
      if (n === 0) break;
      writeProcessed(k, tty, chunk.subarray(0, n));
      done += n;
    }
    return done;
  }

  override poll(k: Kernel): number {
    return this.tty.poll(k);
  }
  override waitQueue(events: number): WaitQueue {
    return events & POLLOUT ? this.tty.writeQueue : this.tty.readQueue;
  }
  override ioctl(k: Kernel, request: number, arg: number): number {
    return ttyIoctl(k, this.tty, request, arg);
  }
  override release(): void {
    this.tty.files--;
  }
}
registerState('TtyFile', TtyFile);
