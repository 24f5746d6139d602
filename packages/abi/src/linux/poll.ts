/** Poll events (uapi asm-generic/poll.h); EPOLL* have the same values. */
export const enum Poll {
  IN = 0x001,
  PRI = 0x002,
  OUT = 0x004,
  ERR = 0x008,
  HUP = 0x010,
  NVAL = 0x020,
  RDNORM = 0x040,
  RDBAND = 0x080,
  WRNORM = 0x100,
  WRBAND = 0x200,
  MSG = 0x400,
  RDHUP = 0x2000,
}
