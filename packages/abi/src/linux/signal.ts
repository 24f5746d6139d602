/** Signal numbers (uapi asm/signal.h). */
export const enum Sig {
  HUP = 1,
  INT = 2,
  QUIT = 3,
  ILL = 4,
  TRAP = 5,
  ABRT = 6,
  BUS = 7,
  FPE = 8,
  KILL = 9,
  USR1 = 10,
  SEGV = 11,
  USR2 = 12,
  PIPE = 13,
  ALRM = 14,
  TERM = 15,
  STKFLT = 16,
  CHLD = 17,
  CONT = 18,
  STOP = 19,
  TSTP = 20,
  TTIN = 21,
  TTOU = 22,
  URG = 23,
  XCPU = 24,
  XFSZ = 25,
  VTALRM = 26,
  PROF = 27,
  WINCH = 28,
  IO = 29,
  PWR = 30,
  SYS = 31,
  /** First realtime signal, and the number of signals (_NSIG). */
  RtMin = 32,
  Count = 64,
}

/** sigaction.sa_flags. */
export const enum SaFlag {
  NoCldStop = 0x00000001,
  NoCldWait = 0x00000002,
  SigInfo = 0x00000004,
  Restorer = 0x04000000,
  OnStack = 0x08000000,
  Restart = 0x10000000,
  NoDefer = 0x40000000,
  /** Bit 31: unsigned. */
  ResetHand = 0x80000000,
}

/** sigaction.sa_handler values that are no address. */
export const enum SigHandler {
  Default = 0,
  Ignore = 1,
}

/** rt_sigprocmask's `how`. */
export const enum SigMaskHow {
  Block = 0,
  Unblock = 1,
  SetMask = 2,
}

/** sigaltstack ss_flags, and the least size (uapi linux/signal.h, asm/signal.h). */
export const enum SigAltStack {
  OnStack = 1,
  Disable = 2,
  AutoDisarm = 0x80000000,
  MinSize = 2048,
}

/** siginfo_t.si_code (uapi asm-generic/siginfo.h). Values repeat between signals. */
export const enum SiCode {
  User = 0,
  Kernel = 0x80,
  Queue = -1,
  Timer = -2,
  MesgQ = -3,
  AsyncIo = -4,
  SigIo = -5,
  Tkill = -6,
  DeThread = -7,
  AsyncNl = -60,
  IllIllOpn = 2,
  FpeIntDiv = 1,
  FpeIntOvf = 2,
  FpeFltDiv = 3,
  FpeFltOvf = 4,
  FpeFltUnd = 5,
  FpeFltRes = 6,
  FpeFltInv = 7,
  FpeFltSub = 8,
  /** Linux 5.4's FPE_FLTUNK: no unmasked flag explains the exception. */
  FpeFltUnk = 14,
  SegvMapErr = 1,
  SegvAccErr = 2,
  SegvBndErr = 3,
  BusAdrAln = 1,
  BusAdrErr = 2,
  TrapBrkpt = 1,
  TrapTrace = 2,
  CldExited = 1,
  CldKilled = 2,
  CldDumped = 3,
  CldTrapped = 4,
  CldStopped = 5,
  CldContinued = 6,
  PollIn = 1,
  PollOut = 2,
  PollMsg = 3,
  PollErr = 4,
  PollPri = 5,
  PollHup = 6,
  SysSeccomp = 1,
}

/** sigevent.sigev_notify. */
export const enum SigEvNotify {
  Signal = 0,
  None = 1,
  Thread = 2,
  ThreadId = 4,
}

/**
 * siginfo_t, 128 bytes: the header, then a union by si_code.
 *
 *    0       4        8      12     16                                128
 *   ┌───────┬────────┬──────┬──────┬──────────────────────────────────┐
 *   │ signo │ errno  │ code │ pad  │ union                            │
 *   └───────┴────────┴──────┴──────┴──────────────────────────────────┘
 */
export const enum SigInfoOffset {
  Signo = 0,
  Errno = 4,
  Code = 8,
  /** kill, rt, child: si_pid, si_uid; timer: si_tid (timer id), si_overrun; fault: si_addr; poll: si_band; seccomp: si_call_addr. */
  Pid = 16,
  Uid = 20,
  Addr = 16,
  Band = 16,
  TimerId = 16,
  Overrun = 20,
  /** rt, timer: si_value; child: si_status. */
  Value = 24,
  Status = 24,
  Fd = 24,
  AddrLsb = 24,
  Syscall = 24,
  Arch = 28,
  Utime = 32,
  Stime = 40,
  /** What the kernel keeps of one (struct kernel_siginfo). */
  KernelBytes = 48,
  Bytes = 128,
}
