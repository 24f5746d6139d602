import { O } from '@ring3/abi';
import { ENXIO } from '../errno.js';
import type { Kernel } from '../kernel.js';
import { registerCharDevice } from '../vfs/device-drivers.js';
import type { File } from '../vfs/file.js';
import type { Inode } from '../vfs/inode.js';
import { attachTty } from './ctty.js';
import { TtyFile } from './tty-file.js';
import type { Tty } from './tty.js';

/** Majors of terminals (Documentation/admin-guide/devices.txt). */
export const TTY_MAJOR = 4;
export const TTYAUX_MAJOR = 5;

const DEV_TTY = 0;
const DEV_CONSOLE = 1;

/** tty_open: a session leader without a terminal gets this one, unless O_NOCTTY. */
export function openTty(k: Kernel, inode: Inode, flags: number, tty: Tty): File {
  const { signal } = k.current;
  if (!(flags & O.NOCTTY) && signal.leader && !signal.tty && !tty.session) attachTty(k.current, tty);
  return new TtyFile(flags, inode, tty);
}

registerCharDevice(TTY_MAJOR, 'tty', (k, inode, flags, minor) => {
  const tty = k.consoles.byIndex(minor);
  if (!tty || tty.hungUp) throw ENXIO;
  return openTty(k, inode, flags, tty);
});

/** 5:0 is the caller's controlling terminal, 5:1 the first console; 5:2 is /dev/ptmx (pty.ts). */
registerCharDevice(TTYAUX_MAJOR, 'tty', (k, inode, flags, minor) => {
  const tty = minor === DEV_TTY ? k.current.signal.tty : minor === DEV_CONSOLE ? k.consoles.byIndex(1) : undefined;
  if (!tty || tty.hungUp) throw ENXIO;
  // The controlling terminal is there already; /dev/console never becomes one.
  return new TtyFile(flags, inode, tty);
});
