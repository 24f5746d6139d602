import { TermiosLayout, Tio } from '@ring3/abi';
import { type Printer, atEntry } from '../call.js';
import { bits, table } from '../flags.js';
import {
  controlBits,
  controlSizes,
  flowActions,
  flushQueues,
  inputBits,
  localBits,
  outputBits,
  outputDelays,
  requests,
  speedName,
} from '../names/tty.js';
import { unsigned32 } from '../text.js';
import { choice, int, intIn, intOut, pointer, raw, structIn, structOut } from './basic.js';

/** Bits without a name print nothing but their fields where all is 0. */
function modeBits(value: number, names: ReturnType<typeof table>): string {
  return value === 0 ? '' : bits(value, names).replace(/ \/\*.*/, '');
}

function outputText(flags: number): string {
  let rest = flags;
  const delays = outputDelays.map(({ mask, names }) => {
    rest &= ~mask;
    return names[(flags & mask) / (mask & -mask)]!;
  });
  return `${delays.join('|')}|${modeBits(rest >>> 0, outputBits)}`;
}

/** CBAUD of c_cflag; the input speed is IBSHIFT bits higher, 0 when it is the same. */
const CBAUD = 0o10017;
const IBSHIFT = 16;

function controlText(flags: number): string {
  const rest = (flags & ~CBAUD & ~(CBAUD << IBSHIFT) & ~0o60) >>> 0;
  const input = (flags >>> IBSHIFT) & CBAUD;
  return `${speedName(flags & CBAUD)}|${input === 0 ? '' : `${speedName(input)}<<IBSHIFT|`}${controlSizes[(flags & 0o60) >> 4]}|${modeBits(rest, controlBits)}`;
}

function termiosText(view: DataView): string {
  const word = (at: number) => view.getUint32(at, true);
  return (
    `{c_iflag=${modeBits(word(TermiosLayout.Iflag), inputBits)}, c_oflag=${outputText(word(TermiosLayout.Oflag))}, ` +
    `c_cflag=${controlText(word(TermiosLayout.Cflag))}, c_lflag=${modeBits(word(TermiosLayout.Lflag), localBits)}, ...}`
  );
}

function winsizeText(view: DataView): string {
  const half = (at: number) => view.getUint16(at, true);
  return `{ws_row=${half(0)}, ws_col=${half(2)}, ws_xpixel=${half(4)}, ws_ypixel=${half(6)}}`;
}

/** Names of the parts of a request that has none: direction, type, number, size. */
const directions = ['_IOC_NONE', '_IOC_WRITE', '_IOC_READ', '_IOC_READ|_IOC_WRITE'];

export const ioctlRequest = atEntry((call, i) => {
  const request = unsigned32(call.arg(i));
  const known = requests.names.find(([value]) => value >>> 0 === request);
  if (known) return known[1];
  const part = (shift: number, mask: number) => `0x${((request >>> shift) & mask).toString(16)}`.replace(/^0x0$/, '0');
  return `_IOC(${directions[request >>> 30]}, ${part(8, 0xff)}, ${part(0, 0xff)}, ${part(16, 0x3fff)})`;
});

const stolenByte = structIn(1, (view) => JSON.stringify(String.fromCharCode(view.getUint8(0))));

/** How a request's argument is printed; null: it has none. */
export function ioctlArgument(request: number): Printer | null {
  switch (request) {
    case Tio.TCGETS:
    case Tio.TCGETS2:
      return structOut(TermiosLayout.Bytes, termiosText);
    case Tio.TCSETS:
    case Tio.TCSETSW:
    case Tio.TCSETSF:
    case Tio.TCSETS2:
    case Tio.TCSETSW2:
    case Tio.TCSETSF2:
      return structIn(TermiosLayout.Bytes, termiosText);
    case Tio.TIOCGWINSZ:
      return structOut(8, winsizeText);
    case Tio.TIOCSWINSZ:
      return structIn(8, winsizeText);
    case Tio.TIOCGPGRP:
    case Tio.TIOCGSID:
    case Tio.TIOCOUTQ:
    case Tio.FIONREAD:
    case Tio.TIOCGPTN:
    case Tio.TIOCGPTLCK:
    case 0x5415:
    case 0x5424:
      return intOut;
    case Tio.TIOCSPGRP:
    case Tio.TIOCSPTLCK:
    case 0x5416:
    case 0x5417:
    case 0x5418:
    case 0x5420:
    case 0x5421:
    case 0x5423:
    case 0x5452:
      return intIn;
    case Tio.TIOCSCTTY:
    case Tio.TCSBRK:
    case Tio.TCSBRKP:
      return int;
    case Tio.TCFLSH:
      return choice(flushQueues);
    case Tio.TCXONC:
      return choice(flowActions);
    case Tio.TIOCSTI:
      return stolenByte;
    case Tio.TIOCGPTPEER:
      return atEntry((call, i) => `0x${call.arg(i).toString(16)}`.replace(/^0x0$/, '0'));
    case 0x4004_9409:
      return int;
    case Tio.TIOCEXCL:
    case Tio.TIOCNXCL:
    case Tio.TIOCNOTTY:
    case 0x5427:
    case 0x5428:
    case 0x5437:
    case 0x5450:
    case 0x5451:
      return null;
    default:
      return requests.names.some(([value]) => value >>> 0 === request) ? pointer : raw;
  }
}
