/** Terminal modes (uapi asm-generic/termbits.h): struct termios with its four flag words, c_line and c_cc[19]. */
export const enum Iflag {
  IGNBRK = 0o1,
  BRKINT = 0o2,
  IGNPAR = 0o4,
  PARMRK = 0o10,
  INPCK = 0o20,
  ISTRIP = 0o40,
  INLCR = 0o100,
  IGNCR = 0o200,
  ICRNL = 0o400,
  IUCLC = 0o1000,
  IXON = 0o2000,
  IXANY = 0o4000,
  IXOFF = 0o10000,
  IMAXBEL = 0o20000,
  IUTF8 = 0o40000,
}

export const enum Oflag {
  OPOST = 0o1,
  OLCUC = 0o2,
  ONLCR = 0o4,
  OCRNL = 0o10,
  ONOCR = 0o20,
  ONLRET = 0o40,
  TABDLY = 0o14000,
  XTABS = 0o14000,
}

export const enum Cflag {
  /** CBAUD with CBAUDEX: the output speed. */
  CBAUD = 0o10017,
  CBAUDEX = 0o10000,
  /** CBAUD's value for a speed that only struct termios2 tells. */
  BOTHER = 0o10000,
  B38400 = 0o17,
  CSIZE = 0o60,
  CS8 = 0o60,
  CREAD = 0o200,
  PARENB = 0o400,
  HUPCL = 0o2000,
  CLOCAL = 0o4000,
  /** CIBAUD lies this far above CBAUD. */
  IBSHIFT = 16,
}

/** Events of a pty's packet mode (TIOCPKT), or'ed into a control byte; 0 is data. */
export const enum Packet {
  FLUSHREAD = 1,
  FLUSHWRITE = 2,
  STOP = 4,
  START = 8,
  NOSTOP = 16,
  DOSTOP = 32,
  IOCTL = 64,
}

export const enum Lflag {
  ISIG = 0o1,
  ICANON = 0o2,
  ECHO = 0o10,
  ECHOE = 0o20,
  ECHOK = 0o40,
  ECHONL = 0o100,
  NOFLSH = 0o200,
  TOSTOP = 0o400,
  ECHOCTL = 0o1000,
  ECHOPRT = 0o2000,
  ECHOKE = 0o4000,
  FLUSHO = 0o10000,
  IEXTEN = 0o100000,
}

/** Indices into c_cc. */
export const enum Vc {
  INTR = 0,
  QUIT = 1,
  ERASE = 2,
  KILL = 3,
  EOF = 4,
  TIME = 5,
  MIN = 6,
  SWTC = 7,
  START = 8,
  STOP = 9,
  SUSP = 10,
  EOL = 11,
  REPRINT = 12,
  DISCARD = 13,
  WERASE = 14,
  LNEXT = 15,
  EOL2 = 16,
  Count = 19,
}

/** Byte offsets in struct termios (36 bytes) and struct termios2 (44). */
export const enum TermiosLayout {
  Iflag = 0,
  Oflag = 4,
  Cflag = 8,
  Lflag = 12,
  Line = 16,
  Cc = 17,
  Bytes = 36,
  Ispeed = 36,
  Ospeed = 40,
  Bytes2 = 44,
}

/** Terminal requests of ioctl (uapi asm-generic/ioctls.h). */
export const enum Tio {
  TCGETS = 0x5401,
  TCSETS = 0x5402,
  TCSETSW = 0x5403,
  TCSETSF = 0x5404,
  TCGETA = 0x5405,
  TCSETA = 0x5406,
  TCSETAW = 0x5407,
  TCSETAF = 0x5408,
  TCSBRK = 0x5409,
  TCXONC = 0x540a,
  TCFLSH = 0x540b,
  TIOCEXCL = 0x540c,
  TIOCNXCL = 0x540d,
  TIOCSCTTY = 0x540e,
  TIOCGPGRP = 0x540f,
  TIOCSPGRP = 0x5410,
  TIOCOUTQ = 0x5411,
  TIOCSTI = 0x5412,
  TIOCGWINSZ = 0x5413,
  TIOCSWINSZ = 0x5414,
  FIONREAD = 0x541b,
  TIOCPKT = 0x5420,
  TIOCNOTTY = 0x5422,
  TIOCSETD = 0x5423,
  TIOCGETD = 0x5424,
  TIOCGSID = 0x5429,
  TCGETS2 = 0x802c542a,
  TCSETS2 = 0x402c542b,
  TCSETSW2 = 0x402c542c,
  TCSETSF2 = 0x402c542d,
  TCSBRKP = 0x5425,
  TIOCGPTN = 0x80045430,
  TIOCSPTLCK = 0x40045431,
  TIOCGPTLCK = 0x80045439,
  TIOCGPTPEER = 0x5441,
  TIOCVHANGUP = 0x5437,
  TIOCGDEV = 0x80045432,
  TIOCSIG = 0x40045436,
  TIOCGPKT = 0x80045438,
  TIOCGEXCL = 0x80045440,
}

/** struct termio, System V's: u16 modes, line, 8 control characters. */
export const enum TermioLayout {
  Iflag = 0,
  Oflag = 2,
  Cflag = 4,
  Lflag = 6,
  Line = 8,
  Cc = 9,
  CcCount = 8,
  Bytes = 18,
}
