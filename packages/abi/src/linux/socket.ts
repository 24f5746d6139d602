/** Sockets (linux/socket.h, linux/net.h, uapi asm-generic/socket.h, linux/un.h). */
export const enum Af {
  UNSPEC = 0,
  UNIX = 1,
  /** One above the last family (AF_MAX of 5.4). */
  Max = 45,
}

export const enum SockType {
  STREAM = 1,
  DGRAM = 2,
  RAW = 3,
  SEQPACKET = 5,
  Max = 11,
  Mask = 0xf,
}

export const enum Sol {
  SOCKET = 1,
}

export const enum So {
  DEBUG = 1,
  REUSEADDR = 2,
  TYPE = 3,
  ERROR = 4,
  DONTROUTE = 5,
  BROADCAST = 6,
  SNDBUF = 7,
  RCVBUF = 8,
  KEEPALIVE = 9,
  OOBINLINE = 10,
  LINGER = 13,
  REUSEPORT = 15,
  PASSCRED = 16,
  PEERCRED = 17,
  RCVLOWAT = 18,
  SNDLOWAT = 19,
  RCVTIMEO = 20,
  SNDTIMEO = 21,
  PEERNAME = 28,
  ACCEPTCONN = 30,
  SNDBUFFORCE = 32,
  RCVBUFFORCE = 33,
  PROTOCOL = 38,
  DOMAIN = 39,
  PEERGROUPS = 59,
}

export const enum Scm {
  RIGHTS = 1,
  CREDENTIALS = 2,
  /** Descriptors in one message at most (SCM_MAX_FD). */
  MaxFd = 253,
}

export const enum Msg {
  OOB = 0x1,
  PEEK = 0x2,
  CTRUNC = 0x8,
  TRUNC = 0x20,
  DONTWAIT = 0x40,
  EOR = 0x80,
  WAITALL = 0x100,
  NOSIGNAL = 0x4000,
  WAITFORONE = 0x10000,
  CMSG_CLOEXEC = 0x4000_0000,
}

export const enum Shut {
  RD = 0,
  WR = 1,
  RDWR = 2,
}

/** Byte offsets in struct msghdr (56 bytes) and struct mmsghdr (64). */
export const enum MsgHdr {
  Name = 0,
  NameLen = 8,
  Iov = 16,
  IovLen = 24,
  Control = 32,
  ControlLen = 40,
  Flags = 48,
  Bytes = 56,
  MultiLen = 56,
  MultiBytes = 64,
}

/** Byte offsets in struct cmsghdr; data follows, messages start at multiples of 8. */
export const enum CmsgHdr {
  Len = 0,
  Level = 8,
  Type = 12,
  Bytes = 16,
}

/** struct sockaddr_un: u16 family, then up to 108 bytes. */
export const enum SockaddrUn {
  Path = 2,
  Bytes = 110,
  PathMax = 108,
}
