import { Cflag, Iflag, Lflag, Oflag, TermioLayout, TermiosLayout, Vc } from '@ring3/abi';

/** struct ktermios. Speeds (baud) are of no consequence here and only remembered. */
export interface Termios {
  iflag: number;
  oflag: number;
  cflag: number;
  lflag: number;
  line: number;
  cc: number[];
  ispeed: number;
  ospeed: number;
}

const ctrl = (letter: string): number => letter.charCodeAt(0) & 0x1f;

/** tty_std_termios (drivers/tty/tty_io.c). */
export function standardTermios(): Termios {
  const cc = Array.from({ length: Vc.Count }, () => 0);
  cc[Vc.INTR] = ctrl('C');
  cc[Vc.QUIT] = 0x1c;
  cc[Vc.ERASE] = 0x7f;
  cc[Vc.KILL] = ctrl('U');
  cc[Vc.EOF] = ctrl('D');
  cc[Vc.MIN] = 1;
  cc[Vc.START] = ctrl('Q');
  cc[Vc.STOP] = ctrl('S');
  cc[Vc.SUSP] = ctrl('Z');
  cc[Vc.REPRINT] = ctrl('R');
  cc[Vc.DISCARD] = ctrl('O');
  cc[Vc.WERASE] = ctrl('W');
  cc[Vc.LNEXT] = ctrl('V');
  return {
    iflag: Iflag.ICRNL | Iflag.IXON,
    oflag: Oflag.OPOST | Oflag.ONLCR,
    cflag: Cflag.B38400 | Cflag.CS8 | Cflag.CREAD | Cflag.HUPCL,
    lflag: Lflag.ISIG | Lflag.ICANON | Lflag.ECHO | Lflag.ECHOE | Lflag.ECHOK | Lflag.ECHOCTL | Lflag.ECHOKE | Lflag.IEXTEN,
    line: 0,
    cc,
    ispeed: 38400,
    ospeed: 38400,
  };
}

/** struct termios (36 bytes) or, with `two`, struct termios2 (44). */
export function encodeTermios(t: Termios, two: boolean): Uint8Array {
  const bytes = new Uint8Array(two ? TermiosLayout.Bytes2 : TermiosLayout.Bytes);
  const view = new DataView(bytes.buffer);
  view.setUint32(TermiosLayout.Iflag, t.iflag, true);
  view.setUint32(TermiosLayout.Oflag, t.oflag, true);
  view.setUint32(TermiosLayout.Cflag, t.cflag, true);
  view.setUint32(TermiosLayout.Lflag, t.lflag, true);
  bytes[TermiosLayout.Line] = t.line;
  bytes.set(t.cc, TermiosLayout.Cc);
  if (two) {
    view.setUint32(TermiosLayout.Ispeed, t.ispeed, true);
    view.setUint32(TermiosLayout.Ospeed, t.ospeed, true);
  }
  return bytes;
}

/** CBAUD's values with their speeds: 0 to 15 as they count, those with CBAUDEX from 1 on (tty_baudrate.c). */
const SPEEDS = [0, 50, 75, 110, 134, 150, 200, 300, 600, 1200, 1800, 2400, 4800, 9600, 19200, 38400];
const FAST_SPEEDS = [
  57600, 115200, 230400, 460800, 500000, 576000, 921600, 1000000, 1152000, 1500000, 2000000, 2500000, 3000000, 3500000, 4000000,
];

/** tty_termios_baud_rate of CBAUD bits; undefined: BOTHER. */
function speedOf(bits: number): number | undefined {
  if (bits === Cflag.BOTHER) return undefined;
  return bits & Cflag.CBAUDEX ? FAST_SPEEDS[(bits & ~Cflag.CBAUDEX) - 1] : SPEEDS[bits];
}

/** Both speeds by cflag; those given count where it says BOTHER. Linux: tty_termios_baud_rate, tty_termios_input_baud_rate. */
function speedsOf(cflag: number, ispeed: number, ospeed: number): { ispeed: number; ospeed: number } {
  const output = speedOf(cflag & Cflag.CBAUD) ?? ospeed;
  const inputBits = (cflag >>> Cflag.IBSHIFT) & Cflag.CBAUD;
  return { ispeed: inputBits === 0 ? output : (speedOf(inputBits) ?? ispeed), ospeed: output };
}

/** User memory's modes; what `bytes` does not tell is as `before`. Linux: user_termios_to_kernel_termios, set_termios */
export function decodeTermios(bytes: Uint8Array, before: Termios): Termios {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const two = bytes.length >= TermiosLayout.Bytes2;
  const cflag = view.getUint32(TermiosLayout.Cflag, true);
  const ispeed = two ? view.getUint32(TermiosLayout.Ispeed, true) : before.ispeed;
  const ospeed = two ? view.getUint32(TermiosLayout.Ospeed, true) : before.ospeed;
  return {
    iflag: view.getUint32(TermiosLayout.Iflag, true),
    oflag: view.getUint32(TermiosLayout.Oflag, true),
    cflag,
    lflag: view.getUint32(TermiosLayout.Lflag, true),
    line: bytes[TermiosLayout.Line]!,
    cc: [...bytes.subarray(TermiosLayout.Cc, TermiosLayout.Cc + Vc.Count)],
    ...speedsOf(cflag, ispeed, ospeed),
  };
}

/** struct termio: the low halves. Linux: kernel_termios_to_user_termio. */
export function encodeTermio(t: Termios): Uint8Array {
  const bytes = new Uint8Array(TermioLayout.Bytes);
  const view = new DataView(bytes.buffer);
  view.setUint16(TermioLayout.Iflag, t.iflag & 0xffff, true);
  view.setUint16(TermioLayout.Oflag, t.oflag & 0xffff, true);
  view.setUint16(TermioLayout.Cflag, t.cflag & 0xffff, true);
  view.setUint16(TermioLayout.Lflag, t.lflag & 0xffff, true);
  bytes[TermioLayout.Line] = t.line;
  bytes.set(t.cc.slice(0, TermioLayout.CcCount), TermioLayout.Cc);
  return bytes;
}

/** What struct termio does not say stays as in `base`. Linux: user_termio_to_kernel_termios. */
export function decodeTermio(bytes: Uint8Array, base: Termios): Termios {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const low = (old: number, at: number) => ((old & ~0xffff) | view.getUint16(at, true)) >>> 0;
  const cflag = low(base.cflag, TermioLayout.Cflag);
  return {
    ...speedsOf(cflag, base.ispeed, base.ospeed),
    iflag: low(base.iflag, TermioLayout.Iflag),
    oflag: low(base.oflag, TermioLayout.Oflag),
    cflag,
    lflag: low(base.lflag, TermioLayout.Lflag),
    line: bytes[TermioLayout.Line]!,
    cc: [...bytes.subarray(TermioLayout.Cc, TermioLayout.Cc + TermioLayout.CcCount), ...base.cc.slice(TermioLayout.CcCount)],
  };
}
