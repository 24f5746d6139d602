import { Iflag, Lflag, Packet, Sig, TermioLayout, Vc } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import { copyFromUser } from '../mm/uaccess.js';
import { checkBackground } from './ctty.js';
import { restartOutput } from './flow.js';
import { flushInput } from './input.js';
import { decodeTermio, decodeTermios, type Termios } from './termios.js';
import { LINE_END, type Tty } from './tty.js';

/** set_termios: new modes from user memory, `length` telling termios from termios2 and termio. @throws EFAULT, and what job control throws */
export function setTermios(k: Kernel, tty: Tty, va: number, length: number, flushFirst: boolean): number {
  checkBackground(k, tty, Sig.TTOU);
  const bytes = copyFromUser(k, va, length);
  const asked = length === TermioLayout.Bytes ? decodeTermio(bytes, tty.termios) : decodeTermios(bytes, tty.termios);
  if (flushFirst) flushInput(k, tty);
  applyTermios(k, tty, asked);
  return 0;
}

/** tty_set_termios with n_tty_set_termios. */
export function applyTermios(k: Kernel, tty: Tty, asked: Termios): void {
  const before = tty.termios;
  const after = tty.adoptModes(before, asked);
  tty.termios = after;
  if ((before.lflag ^ after.lflag) & Lflag.ICANON) changeMode(tty);
  if (flowOf(before) !== flowOf(after)) {
    tty.packetEvent(k, flowOf(after) ? Packet.DOSTOP : Packet.NOSTOP, Packet.DOSTOP | Packet.NOSTOP);
  }
  if (!(after.iflag & Iflag.IXON) && before.iflag & Iflag.IXON) restartOutput(k, tty);
  tty.readQueue.wake(k);
  tty.writeQueue.wake(k);
}

/** Entering canonical mode makes one line of what is there; leaving it makes bytes of the lines. */
function changeMode(tty: Tty): void {
  tty.input = tty.input.map((entry) => entry & 0xff);
  tty.complete = 0;
  tty.erasing = false;
  tty.literalNext = false;
  if (!tty.canonical || tty.input.length === 0) return;
  tty.input[tty.input.length - 1]! |= LINE_END;
  tty.complete = tty.input.length;
}

/** Does ^S ^Q flow control hold, as packet mode tells it? */
function flowOf({ iflag, cc }: Termios): boolean {
  return (iflag & Iflag.IXON) !== 0 && cc[Vc.STOP] === 0x13 && cc[Vc.START] === 0x11;
}
