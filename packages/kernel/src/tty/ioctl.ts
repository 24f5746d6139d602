import { Cap, Sig, TermioLayout, TermiosLayout, Tio, Vc } from '@ring3/abi';
import { EINVAL, EIO, ENOTTY, EPERM } from '../errno.js';
import type { Kernel } from '../kernel.js';
import { copyFromUser, copyToUser, getI32, getU8, putU32 } from '../mm/uaccess.js';
import { checkBackground, disassociateCtty, dropTty, hangUp, setControllingTty, setForeground } from './ctty.js';
import { restartOutput, stopOutput } from './flow.js';
import { flushInput, receiveInput, sendForeground } from './input.js';
import { setTermios } from './set-termios.js';
import { encodeTermio, encodeTermios } from './termios.js';
import type { Tty } from './tty.js';

/** The one line discipline (uapi/linux/tty.h). */
const N_TTY = 0;

/**
 * tty_ioctl, tty_jobctrl_ioctl and n_tty_ioctl on a terminal, or on it through its pty's master, which need not be the caller's
 * controlling terminal. @throws ENOTTY a request that terminals do not have @throws EIO hung up
 */
export function ttyIoctl(k: Kernel, tty: Tty, request: number, arg: number, throughMaster = false): number {
  if (tty.hungUp) throw request === Tio.TIOCSPGRP ? ENOTTY : EIO;
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
    case Tio.TCGETA:
      copyToUser(k, arg, encodeTermio(tty.termios));
      return 0;
    case Tio.TCSETA:
    case Tio.TCSETAW:
    case Tio.TCSETAF:
      return setTermios(k, tty, arg, TermioLayout.Bytes, request === Tio.TCSETAF);
    case Tio.TIOCGWINSZ:
      copyToUser(k, arg, encodeWindowSize(tty));
      return 0;
    case Tio.TIOCSWINSZ: {
      const view = new DataView(copyFromUser(k, arg, 8).slice().buffer);
      setWindowSize(k, tty, view.getUint16(0, true), view.getUint16(2, true), view.getUint16(4, true), view.getUint16(6, true));
      return 0;
    }
    case Tio.FIONREAD:
      putU32(k, arg, tty.available);
      return 0;
    case Tio.TIOCOUTQ:
      putU32(k, arg, 0);
      return 0;
    case Tio.TCFLSH:
      return flush(k, tty, arg);
    case Tio.TCXONC:
      return flow(k, tty, arg);
    case Tio.TCSBRK:
    case Tio.TCSBRKP:
      // Output is never queued here, and there is no line to send a break on.
      checkBackground(k, tty, Sig.TTOU);
      return 0;
    case Tio.TIOCEXCL:
      tty.exclusive = true;
      return 0;
    case Tio.TIOCNXCL:
      tty.exclusive = false;
      return 0;
    case Tio.TIOCGEXCL:
      putU32(k, arg, Number(tty.exclusive));
      return 0;
    case Tio.TIOCGETD:
      putU32(k, arg, N_TTY);
      return 0;
    case Tio.TIOCSETD:
      if (getI32(k, arg) !== N_TTY) throw EINVAL;
      return 0;
    case Tio.TIOCGDEV:
      putU32(k, arg, tty.rdev);
      return 0;
    case Tio.TIOCVHANGUP:
      if (!k.current.cred.capable(Cap.SYS_ADMIN)) throw EPERM;
      hangUp(k, tty);
      return 0;
    default:
      return jobControl(k, tty, request, arg, throughMaster);
  }
}

/** Linux: tty_jobctrl_ioctl, tiocsti. */
function jobControl(k: Kernel, tty: Tty, request: number, arg: number, throughMaster: boolean): number {
  const own = k.current.signal.tty === tty;
  switch (request) {
    case Tio.TIOCGPGRP:
      if (!own && !throughMaster) throw ENOTTY;
      putU32(k, arg, tty.pgrp?.nr ?? 0);
      return 0;
    case Tio.TIOCSPGRP:
      setForeground(k, tty, arg);
      return 0;
    case Tio.TIOCGSID:
      if ((!own && !throughMaster) || !tty.session) throw ENOTTY;
      putU32(k, arg, tty.session.nr);
      return 0;
    case Tio.TIOCSCTTY:
      setControllingTty(k, tty, arg === 1);
      return 0;
    case Tio.TIOCNOTTY:
      if (!own) throw ENOTTY;
      if (k.current.signal.leader) disassociateCtty(k, k.current, false);
      else dropTty(k.current);
      return 0;
    case Tio.TIOCSTI:
      if (!own && !k.current.cred.capable(Cap.SYS_ADMIN)) throw EPERM;
      receiveInput(k, tty, Uint8Array.of(getU8(k, arg)));
      return 0;
    default:
      throw ENOTTY;
  }
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
  sendForeground(k, tty, Sig.WINCH);
}

/** TCFLSH: 0 input, 1 output, 2 both. */
function flush(k: Kernel, tty: Tty, what: number): number {
  checkBackground(k, tty, Sig.TTOU);
  if (what > 2) throw EINVAL;
  if (what !== 1) flushInput(k, tty);
  return 0;
}

/** TCXONC: TCOOFF 0 and TCOON 1 stop and start output; TCIOFF 2 and TCION 3 send the stop and start characters. */
function flow(k: Kernel, tty: Tty, action: number): number {
  checkBackground(k, tty, Sig.TTOU);
  if (action > 3) throw EINVAL;
  if (action === 0) stopOutput(k, tty);
  if (action === 1) restartOutput(k, tty);
  if (action >= 2) sendFlowCharacter(k, tty, action === 2);
  return 0;
}

/** tty_send_xchar, unless the character is disabled. */
function sendFlowCharacter(k: Kernel, tty: Tty, stop: boolean): void {
  const character = tty.termios.cc[stop ? Vc.STOP : Vc.START]!;
  if (character !== 0) tty.output(k, Uint8Array.of(character));
}
