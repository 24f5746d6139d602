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
}
registerState('ConsoleTty', ConsoleTty);

/** The consoles by number, from 1. */
export class ConsoleTable {
  readonly consoles: ConsoleTty[] = [];

  /** A new console on a stream of the host. */
  open(_k: Kernel, { handle, cols, rows }: { handle: number; cols: number; rows: number }): Tty {
    const tty = new ConsoleTty(handle, this.consoles.length + 1);
    tty.windowSize = { rows, cols, xpixel: 0, ypixel: 0 };
    this.consoles.push(tty);
    return tty;
  }

  byIndex(index: number): Tty | undefined {
    return this.consoles[index - 1];
  }

  private byHandle(handle: number): ConsoleTty | undefined {
    return this.consoles.find((tty) => tty.handle === handle);
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
