import { Iflag, Lflag, Oflag, Tio } from '@ring3/abi';
import { table } from '../flags.js';

/** ioctl requests. Some numbers are shared with sound and btrfs: strace names both. */
export const requests = table(
  '',
  [Tio.TCGETS, 'TCGETS'],
  [Tio.TCSETS, 'SNDCTL_TMR_START or TCSETS'],
  [Tio.TCSETSW, 'SNDCTL_TMR_STOP or TCSETSW'],
  [Tio.TCSETSF, 'SNDCTL_TMR_CONTINUE or TCSETSF'],
  [Tio.TCSBRK, 'TCSBRK'],
  [Tio.TCXONC, 'TCXONC'],
  [Tio.TCFLSH, 'TCFLSH'],
  [Tio.TIOCEXCL, 'TIOCEXCL'],
  [Tio.TIOCNXCL, 'TIOCNXCL'],
  [Tio.TIOCSCTTY, 'TIOCSCTTY'],
  [Tio.TIOCGPGRP, 'TIOCGPGRP'],
  [Tio.TIOCSPGRP, 'TIOCSPGRP'],
  [Tio.TIOCOUTQ, 'TIOCOUTQ'],
  [Tio.TIOCSTI, 'TIOCSTI'],
  [Tio.TIOCGWINSZ, 'TIOCGWINSZ'],
  [Tio.TIOCSWINSZ, 'TIOCSWINSZ'],
  [Tio.FIONREAD, 'FIONREAD'],
  [Tio.TIOCNOTTY, 'TIOCNOTTY'],
  [Tio.TIOCGSID, 'TIOCGSID'],
  [Tio.TCGETS2, 'TCGETS2'],
  [Tio.TCSETS2, 'TCSETS2'],
  [Tio.TCSETSW2, 'TCSETSW2'],
  [Tio.TCSETSF2, 'TCSETSF2'],
  [Tio.TCSBRKP, 'TCSBRKP'],
  [Tio.TIOCGPTN, 'TIOCGPTN'],
  [Tio.TIOCSPTLCK, 'TIOCSPTLCK'],
  [Tio.TIOCGPTLCK, 'TIOCGPTLCK'],
  [Tio.TIOCGPTPEER, 'TIOCGPTPEER'],
  [0x5405, 'TCGETA'],
  [0x5406, 'TCSETA'],
  [0x5407, 'TCSETAW'],
  [0x5408, 'TCSETAF'],
  [0x5415, 'TIOCMGET'],
  [0x5416, 'TIOCMBIS'],
  [0x5417, 'TIOCMBIC'],
  [0x5418, 'TIOCMSET'],
  [0x541c, 'TIOCLINUX'],
  [0x541e, 'TIOCGSERIAL'],
  [0x5427, 'TIOCSBRK'],
  [0x5428, 'TIOCCBRK'],
  [0x5437, 'TIOCVHANGUP'],
  [0x5420, 'TIOCPKT'],
  [0x5421, 'FIONBIO'],
  [0x5423, 'TIOCSETD'],
  [0x5424, 'TIOCGETD'],
  [0x5450, 'FIONCLEX'],
  [0x5451, 'FIOCLEX'],
  [0x5452, 'FIOASYNC'],
  [0x5460, 'FIOQSIZE'],
  [0x4004_9409, 'BTRFS_IOC_CLONE or FICLONE'],
);

export const inputBits = table(
  '???',
  [Iflag.IGNBRK, 'IGNBRK'],
  [Iflag.BRKINT, 'BRKINT'],
  [Iflag.IGNPAR, 'IGNPAR'],
  [Iflag.PARMRK, 'PARMRK'],
  [Iflag.INPCK, 'INPCK'],
  [Iflag.ISTRIP, 'ISTRIP'],
  [Iflag.INLCR, 'INLCR'],
  [Iflag.IGNCR, 'IGNCR'],
  [Iflag.ICRNL, 'ICRNL'],
  [Iflag.IUCLC, 'IUCLC'],
  [Iflag.IXON, 'IXON'],
  [Iflag.IXANY, 'IXANY'],
  [Iflag.IXOFF, 'IXOFF'],
  [Iflag.IMAXBEL, 'IMAXBEL'],
  [Iflag.IUTF8, 'IUTF8'],
);

/** The delays: fields of c_oflag, each of which always has a value. */
export const outputDelays: readonly { mask: number; names: readonly string[] }[] = [
  { mask: 0o400, names: ['NL0', 'NL1'] },
  { mask: 0o3000, names: ['CR0', 'CR1', 'CR2', 'CR3'] },
  { mask: Oflag.TABDLY, names: ['TAB0', 'TAB1', 'TAB2', 'XTABS'] },
  { mask: 0o20000, names: ['BS0', 'BS1'] },
  { mask: 0o40000, names: ['VT0', 'VT1'] },
  { mask: 0o100000, names: ['FF0', 'FF1'] },
];

export const outputBits = table(
  '???',
  [Oflag.OPOST, 'OPOST'],
  [Oflag.OLCUC, 'OLCUC'],
  [Oflag.ONLCR, 'ONLCR'],
  [Oflag.OCRNL, 'OCRNL'],
  [Oflag.ONOCR, 'ONOCR'],
  [Oflag.ONLRET, 'ONLRET'],
  [0o100, 'OFILL'],
  [0o200, 'OFDEL'],
);

const slowSpeeds = [0, 50, 75, 110, 134, 150, 200, 300, 600, 1200, 1800, 2400, 4800, 9600, 19200, 38400];
const fastSpeeds = [
  57600, 115200, 230400, 460800, 500000, 576000, 921600, 1000000, 1152000, 1500000, 2000000, 2500000, 3000000, 3500000, 4000000,
];

/** A speed code as in CBAUD of c_cflag: 'B38400', 'BOTHER'. */
export function speedName(code: number): string {
  if (code === 0o10000) return 'BOTHER';
  return `B${code & 0o10000 ? fastSpeeds[(code & 0o17) - 1] : slowSpeeds[code]}`;
}

export const controlSizes: readonly string[] = ['CS5', 'CS6', 'CS7', 'CS8'];

export const controlBits = table(
  '???',
  [0o100, 'CSTOPB'],
  [0o200, 'CREAD'],
  [0o400, 'PARENB'],
  [0o1000, 'PARODD'],
  [0o2000, 'HUPCL'],
  [0o4000, 'CLOCAL'],
  [0o10000000000, 'CMSPAR'],
  [0o20000000000, 'CRTSCTS'],
);

export const localBits = table(
  '???',
  [Lflag.ISIG, 'ISIG'],
  [Lflag.ICANON, 'ICANON'],
  [0o4, 'XCASE'],
  [Lflag.ECHO, 'ECHO'],
  [Lflag.ECHOE, 'ECHOE'],
  [Lflag.ECHOK, 'ECHOK'],
  [Lflag.ECHONL, 'ECHONL'],
  [Lflag.NOFLSH, 'NOFLSH'],
  [Lflag.IEXTEN, 'IEXTEN'],
  [Lflag.ECHOCTL, 'ECHOCTL'],
  [Lflag.ECHOPRT, 'ECHOPRT'],
  [Lflag.ECHOKE, 'ECHOKE'],
  [Lflag.FLUSHO, 'FLUSHO'],
  [0o40000, 'PENDIN'],
  [Lflag.TOSTOP, 'TOSTOP'],
  [0o200000, 'EXTPROC'],
);

export const flushQueues = table('TC???', [0, 'TCIFLUSH'], [1, 'TCOFLUSH'], [2, 'TCIOFLUSH']);
export const flowActions = table('TC???', [0, 'TCOOFF'], [1, 'TCOON'], [2, 'TCIOFF'], [3, 'TCION']);
