import { Cflag, Poll } from '@ring3/abi';
import { ENOSPC } from '../errno.js';
import type { Kernel } from '../kernel.js';
import { WaitQueue } from '../sched/wait-queue.js';
import { registerState } from '../state.js';
import { makeDev } from '../vfs/dev-number.js';
import type { File } from '../vfs/file.js';
import type { Inode } from '../vfs/inode.js';
import { hangUp } from './ctty.js';
import { PtyMasterFile } from './pty-master-file.js';
import type { Termios } from './termios.js';
import { Tty } from './tty.js';

export const PTS_MAJOR = 136;
/** kernel.pty.max. */
const MAX_PTYS = 4096;
/** TTYB_DEFAULT_MEM_LIMIT: what lies between the two sides, each way; and how much one write may see of it. */
export const BUFFER_LIMIT = 65536;
export const WRITE_ROOM = 8192;

/** A pty's slave, the terminal /dev/pts/N. What is written to it waits here for the master. drivers/tty/pty.c */
export class PtySlave extends Tty {
  /** TIOCSPTLCK: not to be opened yet. */
  locked = true;
  /** The slave was opened and closed again: the master sees a hangup (TTY_OTHER_CLOSED). */
  slaveClosed = false;
  masterClosed = false;
  /** Output of the slave that the master has not read. */
  readonly pending: Uint8Array[] = [];
  pendingBytes = 0;
  /** TIOCPKT, and the events to tell (ctrl_status). */
  packet = false;
  packetStatus = 0;
  readonly masterQueue = new WaitQueue();

  constructor(readonly index: number) {
    super(makeDev(PTS_MAJOR, index), `pts/${index}`);
    // pts_driver's init_termios.
    this.termios.cflag = Cflag.B38400 | Cflag.CS8 | Cflag.CREAD;
    this.windowSize = { rows: 0, cols: 0, xpixel: 0, ypixel: 0 };
  }

  writeRoom(): number {
    return Math.min(WRITE_ROOM, BUFFER_LIMIT - this.pendingBytes);
  }

  output(k: Kernel, bytes: Uint8Array): void {
    if (this.masterClosed || bytes.length === 0) return;
    this.pending.push(bytes.slice());
    this.pendingBytes += bytes.length;
    this.masterQueue.wake(k);
  }

  override packetEvent(k: Kernel, set: number, clear: number): void {
    if (!this.packet) return;
    this.packetStatus = (this.packetStatus & ~clear) | set;
    this.masterQueue.wake(k);
  }

  /** pty_set_termios. */
  override adoptModes(_before: Termios, after: Termios): Termios {
    return { ...after, cflag: (after.cflag & ~(Cflag.CSIZE | Cflag.PARENB)) | Cflag.CS8 | Cflag.CREAD };
  }

  override get otherClosed(): boolean {
    return this.masterClosed;
  }

  override inputDrained(k: Kernel): void {
    this.masterQueue.wake(k);
  }

  slaveOpened(): void {
    this.slaveClosed = false;
  }

  override lastClose(k: Kernel): void {
    this.slaveClosed = true;
    this.masterQueue.wake(k);
  }

  /** n_tty_poll of the master. */
  pollMaster(): number {
    let mask = 0;
    if (this.pendingBytes > 0) mask |= Poll.IN | Poll.RDNORM;
    if (this.packet && this.packetStatus) mask |= Poll.PRI | Poll.IN | Poll.RDNORM;
    if (this.slaveClosed) mask |= Poll.HUP;
    if (this.held.length < BUFFER_LIMIT) mask |= Poll.OUT | Poll.WRNORM;
    return mask;
  }

  /** The master was closed: pty_close, tty_vhangup. */
  closeMaster(k: Kernel): void {
    this.masterClosed = true;
    k.ptys.delete(this.index);
    hangUp(k, this);
  }
}
registerState('PtySlave', PtySlave);

/** The ptys by number: what /dev/pts shows. */
export class PtyTable {
  private readonly slaves = new Map<number, PtySlave>();

  /** devpts_new_index: the lowest free number. @throws ENOSPC */
  create(): PtySlave {
    let index = 0;
    while (this.slaves.has(index)) index++;
    if (index >= MAX_PTYS) throw ENOSPC;
    const slave = new PtySlave(index);
    this.slaves.set(index, slave);
    return slave;
  }
  get(index: number): PtySlave | undefined {
    return this.slaves.get(index);
  }
  delete(index: number): void {
    this.slaves.delete(index);
  }
  get indices(): number[] {
    return [...this.slaves.keys()].toSorted((a, b) => a - b);
  }
}
registerState('PtyTable', PtyTable);

/** ptmx_open: a new pty, whose master this is. @throws ENOSPC */
export function openMaster(k: Kernel, inode: Inode, flags: number): File {
  const slave = k.ptys.create();
  k.devpts?.addNode(k, slave);
  return new PtyMasterFile(flags, inode, slave);
}

/** TIOCPKT's state with nothing to tell yet. Linux: pty_set_pktmode */
export function setPacketMode(slave: PtySlave, on: boolean): void {
  if (on && !slave.packet) slave.packetStatus = 0;
  slave.packet = on;
}
