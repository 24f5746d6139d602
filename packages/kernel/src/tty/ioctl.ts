import { Iflag, Lflag, Sig, TermiosLayout, Tio, Vc } from '@ring3/abi';
import { EFAULT, EINVAL, EIO, ENOTTY, EPERM } from '../errno.js';
import type { Kernel } from '../kernel.js';
import { copyFromUser, copyToUser, getI32, getU8, putU32 } from '../mm/uaccess.js';
import { kernelInfo, sendGroup } from '../signal/send.js';
import { checkBackground, disassociateCtty, dropTty, setControllingTty, setForeground } from './ctty.js';
import { flushInput, receiveInput, restartOutput } from './input.js';
import { decodeTermios, encodeTermios } from './termios.js';
import type { Tty } from './tty.js';

/** tty_ioctl and n_tty_ioctl. @throws ENOTTY a request that terminals do not have */
export function ttyIoctl(k: Kernel, tty: Tty, request: number, arg: number): number {
  if (tty.hungUp && request !== Tio.TIOCSPGRP) throw EIO;
  switch (request) {
    case Tio.TCGETS:
      copyToUser(k, arg, encodeTermios(tty.termios, false));
      return 0;
    case Tio.TCGETS2:
      copyToUser(k, arg, encodeTermios(tty.termios, true));
      return 0;
    case Tio.TCSETS:
    case Tio.TCSETSW:
    case Tio.TCSETSF:
      return setTermios(k, tty, arg, TermiosLayout.Bytes, request === Tio.TCSETSF);
    case Tio.TCSETS2:
    case Tio.TCSETSW2:
    case Tio.TCSETSF2:
      return setTermios(k, tty, arg, TermiosLayout.Bytes2, request === Tio.TCSETSF2);
    case Tio.TIOCGWINSZ:
      copyToUser(k, arg, encodeWindowSize(tty));
      return 0;
    case Tio.TIOCSWINSZ: {
      const view = new DataView(copyFromUser(k, arg, 8).slice().buffer);
      setWindowSize(k, tty, view.getUint16(0, true), view.getUint16(2, true), view.getUint16(4, true), view.getUint16(6, true));
      return 0;
    }
    case Tio.TIOCGPGRP:
      if (k.current.signal.tty !== tty) throw ENOTTY;
      putU32(k, arg, tty.pgrp?.nr ?? 0);
      return 0;
    case Tio.TIOCSPGRP:
      setForeground(k, tty, getI32(k, arg));
      return 0;
    case Tio.TIOCGSID:
      if (k.current.signal.tty !== tty || !tty.session) throw ENOTTY;
      putU32(k, arg, tty.session.nr);
      return 0;
    case Tio.TIOCSCTTY:
      setControllingTty(k, tty, arg === 1);
      return 0;
    case Tio.TIOCNOTTY:
      if (k.current.signal.tty !== tty) throw ENOTTY;
      if (k.current.signal.leader) disassociateCtty(k, k.current, false);
      else dropTty(k.current);
      return 0;
    case Tio.FIONREAD:
      putU32(k, arg, tty.available);
      return 0;
    case Tio.TIOCOUTQ:
      putU32(k, arg, 0);
      return 0;
    case Tio.TIOCSTI:
      if (k.current.signal.tty !== tty) throw EPERM;
      receiveInput(k, tty, Uint8Array.of(getU8(k, arg)));
      return 0;
    case Tio.TCFLSH:
      return flush(k, tty, arg);
    case Tio.TCXONC:
      return flow(k, tty, arg);
    case Tio.TCSBRK:
    case Tio.TCSBRKP:
    case Tio.TIOCEXCL:
    case Tio.TIOCNXCL:
      // Output is never queued here and no other opener exists to be kept out.
      return 0;
    default:
      throw ENOTTY;
  }
}

function setTermios(k: Kernel, tty: Tty, va: number, bytes: number, flushFirst: boolean): number {
  checkBackground(k, tty, Sig.TTOU);
  const before = tty.termios;
  if (va === 0) throw EFAULT;
  const after = decodeTermios(copyFromUser(k, va, bytes), before);
  if (flushFirst) flushInput(k, tty);
  tty.termios = after;
  // n_tty_set_termios: leaving or entering canonical mode makes what was typed readable.
  if ((before.lflag ^ after.lflag) & Lflag.ICANON) {
    tty.complete = tty.input.length;
    if (tty.input.length > 0) tty.readQueue.wake(k);
  }
  if (before.iflag & Iflag.IXON && !(after.iflag & Iflag.IXON) && tty.stopped) restartOutput(k, tty);
  if (before.cc[Vc.MIN] !== after.cc[Vc.MIN]) tty.readQueue.wake(k);
  return 0;
}

function encodeWindowSize(tty: Tty): Uint8Array {
  const { rows, cols, xpixel, ypixel } = tty.windowSize;
  return new Uint8Array(Uint16Array.of(rows, cols, xpixel, ypixel).buffer);
}

/** tty_do_resize: a change tells the foreground group. */
export function setWindowSize(k: Kernel, tty: Tty, rows: number, cols: number, xpixel: number, ypixel: number): void {
  const before = tty.windowSize;
  if (before.rows === rows && before.cols === cols && before.xpixel === xpixel && before.ypixel === ypixel) return;
  tty.windowSize = { rows, cols, xpixel, ypixel };
  if (tty.pgrp) sendGroup(k, tty.pgrp, kernelInfo(Sig.WINCH));
}

/** TCFLSH: 0 input, 1 output, 2 both. */
function flush(k: Kernel, tty: Tty, what: number): number {
  checkBackground(k, tty, Sig.TTOU);
  if (what > 2) throw EINVAL;
  if (what !== 1) flushInput(k, tty);
  return 0;
}

/** TCXONC: TCOOFF 0 and TCOON 1 stop and start output; TCIOFF 2 and TCION 3 concern a line that is not there. */
function flow(k: Kernel, tty: Tty, action: number): number {
  checkBackground(k, tty, Sig.TTOU);
  if (action > 3) throw EINVAL;
  if (action === 0) tty.stopped = true;
  if (action === 1) restartOutput(k, tty);
  return 0;
}
