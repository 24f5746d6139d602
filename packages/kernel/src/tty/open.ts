import { Cap, O } from '@ring3/abi';
import { EBUSY, EIO, ENXIO } from '../errno.js';
import type { Kernel } from '../kernel.js';
import { registerCharDevice } from '../vfs/device-drivers.js';
import type { File } from '../vfs/file.js';
import type { Inode } from '../vfs/inode.js';
import { attachTty } from './ctty.js';
import { openMaster, PTS_MAJOR } from './pty.js';
import { TtyFile } from './tty-file.js';
import type { Tty } from './tty.js';

/** Majors of terminals (Documentation/admin-guide/devices.txt). */
export const TTY_MAJOR = 4;
const TTYAUX_MAJOR = 5;

const DEV_TTY = 0;
const DEV_CONSOLE = 1;
const DEV_PTMX = 2;

/** tty_open: a session leader without a terminal gets this one, unless O_NOCTTY, or it may only write. */
export function openTty(k: Kernel, inode: Inode, flags: number, tty: Tty): File {
  const { signal } = k.current;
  const file = openAgain(k, inode, flags, tty);
  if (!(flags & O.NOCTTY) && file.readable && signal.leader && !signal.tty && !tty.session) attachTty(k.current, tty);
  return file;
}

/** tty_reopen. @throws EBUSY TIOCEXCL keeps others out */
function openAgain(k: Kernel, inode: Inode, flags: number, tty: Tty): File {
  if (tty.exclusive && !k.current.cred.capable(Cap.SYS_ADMIN)) throw EBUSY;
  return new TtyFile(flags, inode, tty);
}

registerCharDevice(TTY_MAJOR, ['tty'], (k, inode, flags, minor) => {
  const tty = k.consoles.byIndex(minor);
  if (!tty || tty.hungUp) throw ENXIO;
  return openTty(k, inode, flags, tty);
});

/** 5:0 is the caller's controlling terminal, 5:1 the first console, which never becomes one, 5:2 makes a pty. */
registerCharDevice(TTYAUX_MAJOR, ['/dev/tty', '/dev/console', '/dev/ptmx'], (k, inode, flags, minor) => {
  if (minor === DEV_PTMX) return openMaster(k, inode, flags);
  const tty = minor === DEV_TTY ? k.current.signal.tty : minor === DEV_CONSOLE ? k.consoles.byIndex(1) : undefined;
  if (!tty || tty.hungUp) throw ENXIO;
  return openAgain(k, inode, flags, tty);
});

/** pty_open: only while the master is open, and once it was unlocked. @throws EIO */
registerCharDevice(PTS_MAJOR, ['pts'], (k, inode, flags, minor) => {
  const slave = k.ptys.get(minor);
  if (!slave || slave.hungUp || slave.locked) throw EIO;
  slave.slaveOpened();
  return openTty(k, inode, flags, slave);
});
