import type { Kernel } from '../kernel.js';
import { registerState } from '../state.js';
import type { File } from '../vfs/file.js';
import { makeDev } from '../vfs/dev-number.js';
import { openPath } from '../vfs/open.js';
import { LookupFlags, May, pathAt } from '../vfs/namei.js';
import { At, Iflag } from '@ring3/abi';
import { hangUp } from './ctty.js';
import { receiveInput } from './input.js';
import { setWindowSize } from './ioctl.js';
import { TTY_MAJOR } from './open.js';
import { Tty } from './tty.js';

/** A terminal whose other side is outside the machine: /dev/tty1 and following. */
export class ConsoleTty extends Tty {
  /** The reader outside has no room. */
  full = false;
  /** The process that it was opened for has ended: with its last file it goes. */
  orphaned = false;
  constructor(
    readonly handle: number,
    readonly index: number,
  ) {
    super(makeDev(TTY_MAJOR, index), `tty${index}`);
    this.termios.iflag |= Iflag.IUTF8;
  }
  writeRoom(): number {
    return this.full ? 0 : 65536;
  }
  output(k: Kernel, bytes: Uint8Array): void {
    this.full = !k.platform.streamWrite(this.handle, bytes);
  }
  override lastClose(k: Kernel): void {
    if (this.orphaned) k.consoles.close(k, this);
  }
}
registerState('ConsoleTty', ConsoleTty);

/** The consoles by number, from 1; numbers of consoles that are gone are given out again. */
export class ConsoleTable {
  private readonly byNumber = new Map<number, ConsoleTty>();

  /** A new console on a stream of the host. */
  open(_k: Kernel, { handle, cols, rows }: { handle: number; cols: number; rows: number }): Tty {
    let index = 1;
    while (this.byNumber.has(index)) index++;
    const tty = new ConsoleTty(handle, index);
    tty.windowSize = { rows, cols, xpixel: 0, ypixel: 0 };
    this.byNumber.set(index, tty);
    return tty;
  }

  byIndex(index: number): Tty | undefined {
    return this.byNumber.get(index);
  }

  has(handle: number): boolean {
    return this.byHandle(handle) !== undefined;
  }

  private byHandle(handle: number): ConsoleTty | undefined {
    for (const tty of this.byNumber.values()) if (tty.handle === handle) return tty;
    return undefined;
  }

  /** The process that a console was opened for has ended: the console stays for as long as others have it open. */
  ownerEnded(k: Kernel, tty: Tty): void {
    if (!(tty instanceof ConsoleTty)) return;
    tty.orphaned = true;
    if (tty.files === 0) this.close(k, tty);
  }

  close(k: Kernel, tty: ConsoleTty): void {
    this.byNumber.delete(tty.index);
    k.platform.streamClosed(tty.handle);
  }

  /** Opens its node in /dev, as getty does. `flags`: O_*. */
  file(k: Kernel, tty: Tty, flags: number): File {
    return openPath(k, pathAt(k, At.FDCWD, `/dev/${tty.nodeName}`, LookupFlags.Follow), flags, May.READ | May.WRITE);
  }

  input(k: Kernel, handle: number, bytes: Uint8Array): void {
    const tty = this.byHandle(handle);
    if (tty && !tty.hungUp) receiveInput(k, tty, bytes);
  }

  writable(k: Kernel, handle: number): void {
    const tty = this.byHandle(handle);
    if (!tty) return;
    tty.full = false;
    tty.writeQueue.wake(k);
  }

  resize(k: Kernel, handle: number, cols: number, rows: number): void {
    const tty = this.byHandle(handle);
    if (tty) setWindowSize(k, tty, rows, cols, 0, 0);
  }

  /** The terminal outside was closed. */
  hangup(k: Kernel, handle: number): void {
    const tty = this.byHandle(handle);
    if (tty && !tty.hungUp) hangUp(k, tty);
  }
}
registerState('ConsoleTable', ConsoleTable);
