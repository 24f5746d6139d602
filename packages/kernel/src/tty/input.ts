import { Iflag, Lflag, Packet, Sig, Vc } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import { kernelInfo, sendGroup } from '../signal/send.js';
import { echo, echoLiteral } from './echo.js';
import { erase, finishErasing } from './erase.js';
import { restartOutput, stopOutput } from './flow.js';
import { EOF_MARK, LINE_END, type Tty } from './tty.js';

/** N_TTY_BUF_SIZE: what the line discipline holds; more waits in front of it until a reader has made room. */
const BUFFER_BYTES = 4096;
const NL = 10;
const CR = 13;
const PARITY_MARK = 0xff;

/** Bytes from the terminal (n_tty_receive_buf_common). Wakes readers, sends signals, echoes. */
export function receiveInput(k: Kernel, tty: Tty, bytes: Uint8Array): void {
  for (const byte of bytes) tty.held.push(byte);
  pumpInput(k, tty);
}

/** Takes in what waits, as far as there is room: called for new bytes, and when a reader has made room. */
export function pumpInput(k: Kernel, tty: Tty): void {
  if (tty.held.length === 0) return;
  tty.lastInput = k.clock.monotonic(k);
  let taken = 0;
  for (; taken < tty.held.length && makeRoom(tty); taken++) receiveByte(k, tty, tty.held[taken]!);
  tty.held.splice(0, taken);
  if (tty.canonical ? tty.complete > 0 : tty.input.length > 0) tty.readQueue.wake(k);
}

/** A line without an end goes on taking characters, each in place of the last, so that its end can still come. */
function makeRoom(tty: Tty): boolean {
  if (tty.input.length < BUFFER_BYTES - 1) return true;
  if (!tty.canonical || tty.complete > 0) return false;
  if (tty.input.length >= BUFFER_BYTES) tty.input.pop();
  return true;
}

/** Linux: n_tty_receive_char_special, and n_tty_receive_char_lnext for the byte after VLNEXT. */
function receiveByte(k: Kernel, tty: Tty, raw: number): void {
  const { iflag, lflag, cc } = tty.termios;
  let byte = iflag & Iflag.ISTRIP ? raw & 0x7f : raw;
  if (iflag & Iflag.IUCLC && lflag & Lflag.IEXTEN && byte >= 65 && byte <= 90) byte += 32;
  const special = (index: Vc): boolean => cc[index] !== 0 && byte === cc[index];

  if (tty.literalNext) {
    tty.literalNext = false;
    if (lflag & Lflag.ECHO) echoInLine(k, tty, byte, true);
    store(tty, byte);
    return;
  }
  if (iflag & Iflag.IXON) {
    if (special(Vc.START)) return restartOutput(k, tty);
    if (special(Vc.STOP)) return stopOutput(k, tty);
  }
  if (lflag & Lflag.ISIG) {
    if (special(Vc.INTR)) return signal(k, tty, Sig.INT, byte);
    if (special(Vc.QUIT)) return signal(k, tty, Sig.QUIT, byte);
    if (special(Vc.SUSP)) return signal(k, tty, Sig.TSTP, byte);
  }
  if (tty.stopped && iflag & Iflag.IXON && iflag & Iflag.IXANY) restartOutput(k, tty);
  if (byte === CR) {
    if (iflag & Iflag.IGNCR) return;
    if (iflag & Iflag.ICRNL) byte = NL;
  } else if (byte === NL && iflag & Iflag.INLCR) byte = CR;

  if (lflag & Lflag.ICANON && editLine(k, tty, byte, special)) return;
  if (lflag & Lflag.ECHO) echoInLine(k, tty, byte, false);
  store(tty, byte);
}

/** The editing characters of canonical mode; false: an ordinary byte. */
function editLine(k: Kernel, tty: Tty, byte: number, special: (index: Vc) => boolean): boolean {
  const { lflag } = tty.termios;
  const extended = (lflag & Lflag.IEXTEN) !== 0;
  if (special(Vc.ERASE)) erase(k, tty, 'char');
  else if (special(Vc.KILL)) erase(k, tty, 'line');
  else if (extended && special(Vc.WERASE)) erase(k, tty, 'word');
  else if (extended && special(Vc.LNEXT)) {
    tty.literalNext = true;
    if (lflag & Lflag.ECHO) finishErasing(k, tty);
    if (lflag & Lflag.ECHO && lflag & Lflag.ECHOCTL) echoLiteral(k, tty, [0x5e, 8]);
  } else if (extended && lflag & Lflag.ECHO && special(Vc.REPRINT)) reprint(k, tty, byte);
  else if (byte === NL) {
    if (lflag & (Lflag.ECHO | Lflag.ECHONL)) echoLiteral(k, tty, [NL]);
    completeLine(tty, NL | LINE_END);
  } else if (special(Vc.EOF)) completeLine(tty, EOF_MARK);
  else if (special(Vc.EOL) || (extended && special(Vc.EOL2))) {
    if (lflag & Lflag.ECHO) echoInLine(k, tty, byte, true);
    if (byte === PARITY_MARK && tty.termios.iflag & Iflag.PARMRK) tty.input.push(byte);
    completeLine(tty, byte | LINE_END);
  } else return false;
  return true;
}

function reprint(k: Kernel, tty: Tty, byte: number): void {
  finishErasing(k, tty);
  echo(k, tty, byte);
  echoLiteral(k, tty, [NL]);
  for (const typed of tty.input.slice(tty.complete)) echo(k, tty, typed);
}

function completeLine(tty: Tty, end: number): void {
  tty.input.push(end);
  tty.complete = tty.input.length;
}

/** Echoes one byte of the line, and remembers where the line began. A newline that ends no line shows as ^J when it was typed literally. */
function echoInLine(k: Kernel, tty: Tty, byte: number, literal: boolean): void {
  finishErasing(k, tty);
  if (byte === NL && !literal) {
    echoLiteral(k, tty, [NL]);
    return;
  }
  if (tty.input.length === tty.complete) tty.lineColumn = tty.column;
  echo(k, tty, byte);
}

/** With PARMRK a 0377 byte is doubled, to tell it from a mark. */
function store(tty: Tty, byte: number): void {
  if (byte === PARITY_MARK && tty.termios.iflag & Iflag.PARMRK) tty.input.push(byte);
  tty.input.push(byte);
}

/** n_tty_receive_signal_char, isig: the foreground group gets the signal; unless NOFLSH, what was typed and not read is dropped. */
function signal(k: Kernel, tty: Tty, signo: number, byte: number): void {
  const { iflag, lflag } = tty.termios;
  sendForeground(k, tty, signo);
  if (!(lflag & Lflag.NOFLSH)) dropInput(k, tty);
  if (iflag & Iflag.IXON) restartOutput(k, tty);
  if (lflag & Lflag.ECHO) echo(k, tty, byte);
}

export function sendForeground(k: Kernel, tty: Tty, signo: number): void {
  if (tty.pgrp) sendGroup(k, tty.pgrp, kernelInfo(signo));
}

/** reset_buffer_flags, n_tty_packet_mode_flush. */
function dropInput(k: Kernel, tty: Tty): void {
  tty.input = [];
  tty.complete = 0;
  tty.literalNext = false;
  tty.erasing = false;
  tty.packetEvent(k, Packet.FLUSHREAD, 0);
}

/** tcflush(TCIFLUSH): what the line discipline holds is dropped, what waits in front of it comes in. Linux: n_tty_flush_buffer. */
export function flushInput(k: Kernel, tty: Tty): void {
  dropInput(k, tty);
  pumpInput(k, tty);
}
