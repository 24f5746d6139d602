import { O, OwnerType, Sig, Vc } from '@ring3/abi';
import { EAGAIN, EIO } from '../errno.js';
import type { IoIter } from '../io/io-iter.js';
import type { Kernel } from '../kernel.js';
import type { WaitQueue } from '../sched/wait-queue.js';
import { registerState } from '../state.js';
import { setFileOwner } from '../vfs/fasync.js';
import { File } from '../vfs/file.js';
import type { Inode } from '../vfs/inode.js';
import { checkBackground, checkWrite } from './ctty.js';
import { pumpInput } from './input.js';
import { ttyIoctl } from './ioctl.js';
import { writeProcessed } from './output.js';
import { EOF_MARK, LINE_END, type Tty } from './tty.js';

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
  override get supportsAsync(): boolean {
    return true;
  }
  /** The foreground group, else whoever asks. Linux: __tty_fasync. */
  override asyncStarted(k: Kernel): void {
    if (this.owner) return;
    const { pgrp } = this.tty;
    setFileOwner(k, this, pgrp ? pgrp.nr : k.current.tgid, pgrp ? OwnerType.PGRP : OwnerType.PID);
  }

  override read(k: Kernel, iter: IoIter): number {
    const { tty } = this;
    if (tty.hungUp) {
      if (tty.otherClosed && k.current.op) throw EIO;
      return 0;
    }
    if (iter.remaining === 0) return 0;
    checkBackground(k, tty, Sig.TTIN);
    return tty.canonical ? this.readLine(k, iter) : this.readRaw(k, iter);
  }

  /** At most one line; an end-of-file mark ends it and is not handed out. Linux: canon_copy_from_read_buf. */
  private readLine(k: Kernel, iter: IoIter): number {
    const { tty } = this;
    if (tty.complete === 0) throw EAGAIN;
    const most = Math.min(tty.complete, iter.remaining);
    let n = 0;
    while (n < most && tty.input[n] !== EOF_MARK) if (tty.input[n++]! & LINE_END) break;
    const done = iter.put(k, Uint8Array.from(tty.input.slice(0, n)));
    // A mark right behind bytes that end no line goes with them: "abc^D" is one read of three.
    const withMark = done === n && tty.input[n] === EOF_MARK && !(n > 0 && tty.input[n - 1]! & LINE_END);
    this.drop(k, done + (withMark ? 1 : 0));
    return done;
  }

  /** VMIN and VTIME decide when there is enough (termios(3)); who must not wait, or is interrupted, takes what there is. */
  private readRaw(k: Kernel, iter: IoIter): number {
    const { tty } = this;
    const min = tty.termios.cc[Vc.MIN]!;
    const present = tty.input.length;
    if (present === 0) {
      if (min === 0 && tty.termios.cc[Vc.TIME] === 0) return 0;
      throw EAGAIN;
    }
    const waits = !(this.flags & O.NONBLOCK) && !k.current.sigPending && !this.timerIsOver(k);
    if (waits && present < Math.min(min, iter.remaining)) throw EAGAIN;
    const done = iter.put(k, Uint8Array.from(tty.input.slice(0, iter.remaining)));
    this.drop(k, done);
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
    pumpInput(k, tty);
    tty.inputDrained(k);
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
  override release(k: Kernel): void {
    if (--this.tty.files === 0) this.tty.lastClose(k);
  }
}
registerState('TtyFile', TtyFile);
