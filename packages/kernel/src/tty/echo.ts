import { Lflag } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import { isControl, writeProcessed } from './output.js';
import type { Tty } from './tty.js';

/** Echoes that wait while output is stopped; more are lost. Linux: N_TTY_BUF_SIZE of echo_buf. */
const ECHO_BYTES = 4096;
const TAB = 9;

/** Shows a byte of input; control characters as ^X with ECHOCTL, except tab. Linux: echo_char. `entry`: a byte, with or without LINE_END. */
export function echo(k: Kernel, tty: Tty, entry: number): void {
  const byte = entry & 0xff;
  const caret = tty.termios.lflag & Lflag.ECHOCTL && isControl(byte) && byte !== TAB;
  echoLiteral(k, tty, caret ? [0x5e, byte ^ 0x40] : [byte]);
}

/** Bytes that go to the terminal by way of output processing. Linux: echo_char_raw. */
export function echoLiteral(k: Kernel, tty: Tty, bytes: readonly number[]): void {
  if (!tty.stopped) writeProcessed(k, tty, Uint8Array.from(bytes));
  else if (tty.echoes.length + bytes.length <= ECHO_BYTES) tty.echoes.push(...bytes);
}
