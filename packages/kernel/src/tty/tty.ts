import { Lflag, Poll } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import { WaitQueue } from '../sched/wait-queue.js';
import type { Pid } from '../task/pid.js';
import { registerState } from '../state.js';
import { standardTermios, type Termios } from './termios.js';

export interface WindowSize {
  rows: number;
  cols: number;
  xpixel: number;
  ypixel: number;
}

/** An end of file typed on a line: it ends a canonical read and is no byte. */
export const EOF_MARK = -1;

/**
 * struct tty_struct with the state of its line discipline N_TTY. A driver subclasses it with where output goes: a console outside the
 * machine, or a pty's master.
 *
 * `input` holds bytes and EOF marks; in canonical mode the first `complete` of them are whole lines that a read may take, the rest
 * is the line being edited.
 */
export abstract class Tty {
  termios: Termios = standardTermios();
  windowSize: WindowSize = { rows: 24, cols: 80, xpixel: 0, ypixel: 0 };
  /** Foreground process group and the session whose controlling terminal it is. */
  pgrp: Pid | null = null;
  session: Pid | null = null;
  input: number[] = [];
  complete = 0;
  /** When the last input came, monotonic ns: VTIME counts from there. */
  lastInput = 0;
  /** The next input byte is taken as it is (VLNEXT). */
  literalNext = false;
  /** Output is stopped (^S). */
  stopped = false;
  hungUp = false;
  /** Column of the cursor, for tabs and for erasing what was echoed. */
  column = 0;
  /** Column at which the line being edited began. */
  lineColumn = 0;
  /** Open files of it. */
  files = 0;
  readonly readQueue = new WaitQueue();
  readonly writeQueue = new WaitQueue();

  constructor(
    /** dev_t of its node: what stat's st_rdev and /proc/PID/stat's tty_nr show. */
    readonly rdev: number,
    /** 'tty1', 'pts/0': the name below /dev. */
    readonly nodeName: string,
  ) {}

  /** Room for output, in bytes; 0 when a write must wait. */
  abstract writeRoom(k: Kernel): number;
  /** Bytes that went through output processing. */
  abstract output(k: Kernel, bytes: Uint8Array): void;

  get canonical(): boolean {
    return (this.termios.lflag & Lflag.ICANON) !== 0;
  }

  /** Bytes that a read would get now. */
  get available(): number {
    if (!this.canonical) return this.input.length;
    const end = this.input.findIndex((byte, i) => i < this.complete && (byte === EOF_MARK || byte === 10));
    return end < 0 ? this.complete : this.input[end] === EOF_MARK ? end : end + 1;
  }

  poll(k: Kernel): number {
    let mask = 0;
    if (this.hungUp) return Poll.IN | Poll.OUT | Poll.ERR | Poll.HUP | Poll.RDNORM | Poll.WRNORM;
    if (this.canonical ? this.complete > 0 : this.input.length > 0) mask |= Poll.IN | Poll.RDNORM;
    if (!this.stopped && this.writeRoom(k) > 0) mask |= Poll.OUT | Poll.WRNORM;
    return mask;
  }
}
registerState('Tty', Tty);
