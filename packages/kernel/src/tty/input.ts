import { Iflag, Lflag, Sig, Vc } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import { kernelInfo, sendGroup } from '../signal/send.js';
import { EOF_MARK, type Tty } from './tty.js';
import { writeProcessed } from './output.js';

/** N_TTY_BUF_SIZE: a line that long takes no more characters; raw input beyond it is lost. */
const BUFFER_BYTES = 4096;
const NL = 10;
const CR = 13;
const DEL = 127;

/** Bytes from the terminal (n_tty_receive_buf). Wakes readers, sends signals, echoes. */
export function receiveInput(k: Kernel, tty: Tty, bytes: Uint8Array): void {
  tty.lastInput = k.clock.monotonic(k);
  for (const byte of bytes) receiveByte(k, tty, byte);
  if (tty.canonical ? tty.complete > 0 : tty.input.length > 0) tty.readQueue.wake(k);
}

function receiveByte(k: Kernel, tty: Tty, raw: number): void {
  const { iflag, lflag, cc } = tty.termios;
  let byte = iflag & Iflag.ISTRIP ? raw & 0x7f : raw;
  const special = (index: Vc): boolean => cc[index] !== 0 && byte === cc[index];

  if (tty.literalNext) {
    tty.literalNext = false;
    store(k, tty, byte);
    return;
  }
  if (iflag & Iflag.IXON) {
    if (special(Vc.START)) return restartOutput(k, tty);
    if (special(Vc.STOP)) {
      tty.stopped = true;
      return;
    }
    if (tty.stopped && iflag & Iflag.IXANY) restartOutput(k, tty);
  }
  if (lflag & Lflag.ISIG) {
    if (special(Vc.INTR)) return signal(k, tty, Sig.INT, byte);
    if (special(Vc.QUIT)) return signal(k, tty, Sig.QUIT, byte);
    if (special(Vc.SUSP)) return signal(k, tty, Sig.TSTP, byte);
  }
  if (byte === CR) {
    if (iflag & Iflag.IGNCR) return;
    if (iflag & Iflag.ICRNL) byte = NL;
  } else if (byte === NL && iflag & Iflag.INLCR) byte = CR;

  if (lflag & Lflag.ICANON && editLine(k, tty, byte, special)) return;
  store(k, tty, byte);
}

/** The editing characters of canonical mode; false: an ordinary byte. */
function editLine(k: Kernel, tty: Tty, byte: number, special: (index: Vc) => boolean): boolean {
  const { lflag } = tty.termios;
  const extended = (lflag & Lflag.IEXTEN) !== 0;
  if (special(Vc.ERASE)) erase(k, tty, 'char');
  else if (extended && special(Vc.WERASE)) erase(k, tty, 'word');
  else if (special(Vc.KILL)) erase(k, tty, 'line');
  else if (extended && special(Vc.LNEXT)) {
    tty.literalNext = true;
    if (lflag & Lflag.ECHO && lflag & Lflag.ECHOCTL) echoRaw(k, tty, [0x5e, 8]);
  } else if (extended && lflag & Lflag.ECHO && special(Vc.REPRINT)) {
    echo(k, tty, byte);
    echoRaw(k, tty, [NL]);
    for (const typed of tty.input.slice(tty.complete)) if (typed !== EOF_MARK) echo(k, tty, typed);
  } else if (byte === NL) {
    if (lflag & (Lflag.ECHO | Lflag.ECHONL)) echoRaw(k, tty, [NL]);
    completeLine(tty, NL);
  } else if (special(Vc.EOF)) completeLine(tty, EOF_MARK);
  else if (special(Vc.EOL) || (extended && special(Vc.EOL2))) {
    if (lflag & Lflag.ECHO) echo(k, tty, byte);
    completeLine(tty, byte);
  } else return false;
  return true;
}

function completeLine(tty: Tty, end: number): void {
  tty.input.push(end);
  tty.complete = tty.input.length;
}

function store(k: Kernel, tty: Tty, byte: number): void {
  const { lflag, iflag } = tty.termios;
  if (tty.input.length >= BUFFER_BYTES - 1) {
    if (iflag & Iflag.IMAXBEL) echoRaw(k, tty, [7]);
    return;
  }
  if (lflag & Lflag.ECHO) {
    if (tty.input.length === tty.complete) tty.lineColumn = tty.column;
    echo(k, tty, byte);
  }
  tty.input.push(byte);
}

/** isig: the foreground group gets the signal; unless NOFLSH, what was typed and not read is dropped. */
function signal(k: Kernel, tty: Tty, signo: number, byte: number): void {
  const { lflag } = tty.termios;
  if (!(lflag & Lflag.NOFLSH)) flushInput(k, tty);
  if (tty.stopped) restartOutput(k, tty);
  if (lflag & Lflag.ECHO) echo(k, tty, byte);
  if (tty.pgrp) sendGroup(k, tty.pgrp, kernelInfo(signo));
}

export function restartOutput(k: Kernel, tty: Tty): void {
  tty.stopped = false;
  tty.writeQueue.wake(k);
}

export function flushInput(k: Kernel, tty: Tty): void {
  tty.input = [];
  tty.complete = 0;
  tty.writeQueue.wake(k);
}

const isControl = (byte: number): boolean => byte < 32 || byte === DEL;

/** Control characters are shown as ^X with ECHOCTL, except tab and newline. */
function echo(k: Kernel, tty: Tty, byte: number): void {
  const shown = tty.termios.lflag & Lflag.ECHOCTL && isControl(byte) && byte !== 9 && byte !== NL;
  echoRaw(k, tty, shown ? [0x5e, byte ^ 0x40] : [byte]);
}

function echoRaw(k: Kernel, tty: Tty, bytes: number[]): void {
  writeProcessed(k, tty, Uint8Array.from(bytes));
}

const isContinuation = (byte: number): boolean => (byte & 0xc0) === 0x80;
const isWord = (byte: number): boolean => (byte >= 48 && byte <= 57) || (byte >= 65 && byte <= 90) || (byte >= 97 && byte <= 122) || byte === 95 || byte >= 128;

/** Takes a character (with its UTF-8 bytes), a word, or the whole line back (n_tty.c: eraser). */
function erase(k: Kernel, tty: Tty, what: 'char' | 'word' | 'line'): void {
  const { lflag, cc } = tty.termios;
  const echoes = (lflag & Lflag.ECHO) !== 0;
  const visibly = echoes && (what !== 'line' || (lflag & Lflag.ECHOK && lflag & Lflag.ECHOKE && lflag & Lflag.ECHOE)) && lflag & Lflag.ECHOE;
  if (what === 'line' && echoes && !visibly) {
    tty.input.length = tty.complete;
    echo(k, tty, cc[Vc.KILL]!);
    if (lflag & Lflag.ECHOK) echoRaw(k, tty, [NL]);
    return;
  }
  let inWord = false;
  while (tty.input.length > tty.complete) {
    const last = tty.input[tty.input.length - 1]!;
    if (what === 'word') {
      if (isWord(last)) inWord = true;
      else if (inWord) break;
    }
    eraseCharacter(k, tty, Boolean(visibly));
    if (what === 'char') break;
  }
  if (what === 'char' && echoes && !visibly) echo(k, tty, cc[Vc.ERASE]!);
}

function eraseCharacter(k: Kernel, tty: Tty, visibly: boolean): void {
  let byte = tty.input.pop()!;
  while (isContinuation(byte) && tty.input.length > tty.complete) byte = tty.input.pop()!;
  if (!visibly) return;
  let width = 1;
  if (byte === 9) {
    const before = columnAfter(tty, tty.input.slice(tty.complete));
    width = Math.max(1, tty.column - before);
    for (let i = 0; i < width; i++) echoRaw(k, tty, [8]);
    return;
  }
  if (isControl(byte)) width = tty.termios.lflag & Lflag.ECHOCTL ? 2 : 0;
  for (let i = 0; i < width; i++) echoRaw(k, tty, [8, 32, 8]);
}

/** Cursor column once these bytes of the edited line are echoed. */
function columnAfter(tty: Tty, line: number[]): number {
  let column = tty.lineColumn;
  for (const byte of line) {
    if (byte === 9) column += 8 - (column & 7);
    else if (isControl(byte)) column += tty.termios.lflag & Lflag.ECHOCTL ? 2 : 0;
    else if (!isContinuation(byte)) column++;
  }
  return column;
}
