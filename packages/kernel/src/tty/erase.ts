import { Lflag, Vc } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import { echo, echoLiteral } from './echo.js';
import { isContinuation, isControl } from './output.js';
import type { Tty } from './tty.js';

const BS = 8;
const TAB = 9;
const NL = 10;
const RUBOUT = [BS, 32, BS];

/** isalnum of the kernel's Latin-1 table (lib/ctype.c), and the underscore. */
function isWord(byte: number): boolean {
  if (byte >= 0xc0) return byte !== 0xd7 && byte !== 0xf7;
  return (byte >= 48 && byte <= 57) || (byte >= 65 && byte <= 90) || (byte >= 97 && byte <= 122) || byte === 95;
}

/** Takes a character, a word, or the whole line back from the line being edited. Linux: eraser. */
export function erase(k: Kernel, tty: Tty, what: 'char' | 'word' | 'line'): void {
  const { lflag, cc } = tty.termios;
  if (tty.input.length === tty.complete) return;
  const visibleKill = Lflag.ECHOK | Lflag.ECHOKE | Lflag.ECHOE;
  if (what === 'line' && (!(lflag & Lflag.ECHO) || (lflag & visibleKill) !== visibleKill)) {
    tty.input.length = tty.complete;
    if (!(lflag & Lflag.ECHO)) return;
    finishErasing(k, tty);
    echo(k, tty, cc[Vc.KILL]!);
    if (lflag & Lflag.ECHOK) echoLiteral(k, tty, [NL]);
    return;
  }
  eraseCharacters(k, tty, what);
  if (tty.input.length === tty.complete && lflag & Lflag.ECHO) finishErasing(k, tty);
}

function eraseCharacters(k: Kernel, tty: Tty, what: 'char' | 'word' | 'line'): void {
  let seenWord = false;
  while (tty.input.length > tty.complete) {
    const head = characterStart(tty);
    const byte = tty.input[head]!;
    // A character whose beginning is not in the line is not erased in part.
    if (isContinuation(tty, byte)) return;
    if (what === 'word') {
      if (isWord(byte)) seenWord = true;
      else if (seenWord) return;
    }
    const gone = tty.input.splice(head);
    if (tty.termios.lflag & Lflag.ECHO) showErased(k, tty, gone, what === 'char');
    if (what === 'char') return;
  }
}

/** Where the last character begins: with IUTF8 it may have several bytes. */
function characterStart(tty: Tty): number {
  let head = tty.input.length - 1;
  while (head > tty.complete && isContinuation(tty, tty.input[head]!)) head--;
  return head;
}

function showErased(k: Kernel, tty: Tty, gone: readonly number[], single: boolean): void {
  const { lflag, cc } = tty.termios;
  const byte = gone[0]!;
  if (lflag & Lflag.ECHOPRT) {
    if (!tty.erasing) echoLiteral(k, tty, [0x5c]);
    tty.erasing = true;
    echo(k, tty, byte);
    echoLiteral(k, tty, gone.slice(1));
  } else if (single && !(lflag & Lflag.ECHOE)) echo(k, tty, cc[Vc.ERASE]!);
  else if (byte === TAB)
    echoLiteral(
      k,
      tty,
      Array.from({ length: 8 - (columnsBefore(tty) & 7) }, () => BS),
    );
  else {
    if (isControl(byte) && lflag & Lflag.ECHOCTL) echoLiteral(k, tty, RUBOUT);
    if (!isControl(byte) || lflag & Lflag.ECHOCTL) echoLiteral(k, tty, RUBOUT);
  }
}

/** Columns from the last tab stop, or from where the line began, to the end of what is left. */
function columnsBefore(tty: Tty): number {
  let columns = 0;
  for (let i = tty.input.length - 1; i >= tty.complete; i--) {
    const byte = tty.input[i]!;
    if (byte === TAB) return columns;
    if (isControl(byte)) columns += tty.termios.lflag & Lflag.ECHOCTL ? 2 : 0;
    else if (!isContinuation(tty, byte)) columns++;
  }
  return columns + tty.lineColumn;
}

/** ECHOPRT: the slash after what was erased. */
export function finishErasing(k: Kernel, tty: Tty): void {
  if (!tty.erasing) return;
  tty.erasing = false;
  echoLiteral(k, tty, [0x2f]);
}
