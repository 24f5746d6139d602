import { Iflag, Oflag } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import type { Tty } from './tty.js';

const BS = 8;
const TAB = 9;
const NL = 10;
const CR = 13;

/** iscntrl of the kernel's table. */
export const isControl = (byte: number): boolean => byte < 32 || byte === 127;

/** With IUTF8, a byte that goes on a character: it neither moves the cursor nor is erased by itself. */
export const isContinuation = (tty: Tty, byte: number): boolean => (tty.termios.iflag & Iflag.IUTF8) !== 0 && (byte & 0xc0) === 0x80;

/** Output processing of N_TTY (n_tty.c: do_output_char): what OPOST makes of bytes, and where the cursor goes. */
export function writeProcessed(k: Kernel, tty: Tty, bytes: Uint8Array): void {
  if (!(tty.termios.oflag & Oflag.OPOST)) {
    tty.output(k, bytes);
    return;
  }
  const out: number[] = [];
  for (const byte of bytes) processByte(tty, byte, out);
  tty.output(k, Uint8Array.from(out));
}

function processByte(tty: Tty, byte: number, out: number[]): void {
  const { oflag } = tty.termios;
  switch (byte) {
    case NL:
      if (oflag & (Oflag.ONLRET | Oflag.ONLCR)) tty.column = 0;
      if (oflag & Oflag.ONLCR) out.push(CR);
      tty.lineColumn = tty.column;
      out.push(NL);
      return;
    case CR:
      if (oflag & Oflag.ONOCR && tty.column === 0) return;
      if (oflag & Oflag.OCRNL) {
        if (oflag & Oflag.ONLRET) tty.column = tty.lineColumn = 0;
        out.push(NL);
        return;
      }
      tty.column = tty.lineColumn = 0;
      out.push(CR);
      return;
    case TAB: {
      const spaces = 8 - (tty.column & 7);
      tty.column += spaces;
      if ((oflag & Oflag.TABDLY) === Oflag.XTABS) for (let i = 0; i < spaces; i++) out.push(32);
      else out.push(TAB);
      return;
    }
    case BS:
      if (tty.column > 0) tty.column--;
      out.push(BS);
      return;
    default:
      if (!isControl(byte) && !isContinuation(tty, byte)) tty.column++;
      out.push(oflag & Oflag.OLCUC && byte >= 97 && byte <= 122 ? byte - 32 : byte);
  }
}
