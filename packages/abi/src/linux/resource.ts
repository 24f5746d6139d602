/** Resource limits (uapi asm-generic/resource.h). */
export const enum RLimit {
  CPU = 0,
  FSIZE = 1,
  DATA = 2,
  STACK = 3,
  CORE = 4,
  RSS = 5,
  NPROC = 6,
  NOFILE = 7,
  MEMLOCK = 8,
  AS = 9,
  LOCKS = 10,
  SIGPENDING = 11,
  MSGQUEUE = 12,
  NICE = 13,
  RTPRIO = 14,
  RTTIME = 15,
  Count = 16,
}

/** getrusage's `who`. */
export const enum RUsageWho {
  Self = 0,
  Children = -1,
  Thread = 1,
  Both = -2,
}

/** get/setpriority's `which`. */
export const enum PriorityWhich {
  Process = 0,
  ProcessGroup = 1,
  User = 2,
}

/** struct rusage: two timevals, then longs; 144 bytes. */
export const enum RUsage {
  Utime = 0,
  Stime = 16,
  MaxRss = 32,
  MinFlt = 64,
  MajFlt = 72,
  InBlock = 88,
  OuBlock = 96,
  NVcsw = 128,
  NIvcsw = 136,
  Bytes = 144,
}
