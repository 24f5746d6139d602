import { Cflag, Lflag, Poll, Vc } from '@ring3/abi';
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

/** Set in an input entry that ends a line (read_flags' bit): a canonical read stops behind it. */
export const LINE_END = 0x100;
/** An end of file typed on a line: it ends a canonical read and is not handed out; without ICANON it reads as NUL. */
export const EOF_MARK = LINE_END;

/**
 * struct tty_struct with the state of its line discipline N_TTY. A driver subclasses it with where output goes: a console outside the
 * machine, or a pty's master.
 *
 * `input` holds bytes, those that end a line marked; in canonical mode the first `complete` of them are whole lines that a read may
 * take, the rest is the line being edited.
 */
export abstract class Tty {
  termios: Termios = standardTermios();
  windowSize: WindowSize = { rows: 24, cols: 80, xpixel: 0, ypixel: 0 };
  /** Foreground process group and the session whose controlling terminal it is. */
  pgrp: Pid | null = null;
  session: Pid | null = null;
  input: number[] = [];
  complete = 0;
  /** Bytes in front of a full line discipline (the flip buffer). */
  held: number[] = [];
  /** Echoes that wait for output to be restarted. */
  echoes: number[] = [];
  /** Between the backslash and the slash of ECHOPRT. */
  erasing = false;
  /** TIOCEXCL: no more opens, except by root. */
  exclusive = false;
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

  /** FIONREAD: bytes that reads would get, end-of-file marks not counted. Linux: inq_canon. */
  get available(): number {
    if (!this.canonical) return this.input.length;
    let count = 0;
    for (let i = 0; i < this.complete; i++) if (this.input[i] !== EOF_MARK) count++;
    return count;
  }

  /** Is there what a read waits for? poll also waits for VMIN bytes. Linux: input_available_p. */
  inputAvailable(polling: boolean): boolean {
    if (this.canonical) return this.complete > 0;
    const { cc } = this.termios;
    return this.input.length >= (polling && cc[Vc.TIME] === 0 ? Math.max(1, cc[Vc.MIN]!) : 1);
  }

  /** Another driver's packet mode wants to know of flushes and of stopped output (TIOCPKT_*). */
  packetEvent(_k: Kernel, _set: number, _clear: number): void {}

  /** Is the other side of a pty closed (TTY_OTHER_CLOSED)? A reader that slept then gets EIO, a later one the end. */
  get otherClosed(): boolean {
    return false;
  }

  /** What the hardware makes of new modes: a terminal without a line keeps its own (tty_termios_copy_hw). */
  adoptModes(before: Termios, after: Termios): Termios {
    const mine = Cflag.HUPCL | Cflag.CREAD | Cflag.CLOCAL;
    return { ...after, cflag: (after.cflag & mine) | (before.cflag & ~mine), ispeed: before.ispeed, ospeed: before.ospeed };
  }

  /** A read made room for input. */
  inputDrained(_k: Kernel): void {}

  /** The last file of it was closed. */
  lastClose(_k: Kernel): void {}

  /** Linux: n_tty_poll, hung_up_tty_poll. */
  poll(k: Kernel): number {
    let mask = 0;
    if (this.hungUp) return Poll.IN | Poll.OUT | Poll.ERR | Poll.HUP | Poll.RDNORM | Poll.WRNORM;
    if (this.inputAvailable(true)) mask |= Poll.IN | Poll.RDNORM;
    if (!this.stopped && this.writeRoom(k) > 0) mask |= Poll.OUT | Poll.WRNORM;
    return mask;
  }
}
registerState('Tty', Tty);
