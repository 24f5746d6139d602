/** epoll (uapi linux/eventpoll.h), eventfd (linux/eventfd.h), timerfd (linux/timerfd.h), signalfd (linux/signalfd.h). */
export const enum EpollOp {
  Add = 1,
  Del = 2,
  Mod = 3,
}

/** Bits of epoll_event.events that are no poll events. */
export const enum Epoll {
  EXCLUSIVE = 0x1000_0000,
  WAKEUP = 0x2000_0000,
  ONESHOT = 0x4000_0000,
  ET = 0x8000_0000,
  /** struct epoll_event is packed: u32 events, u64 data. */
  EventBytes = 12,
}

export const enum Efd {
  SEMAPHORE = 1,
}

export const enum Tfd {
  TIMER_ABSTIME = 1,
  TIMER_CANCEL_ON_SET = 2,
}

/** Byte offsets in struct signalfd_siginfo. */
export const enum SignalFdInfo {
  Signo = 0,
  Errno = 4,
  Code = 8,
  Pid = 12,
  Uid = 16,
  Fd = 20,
  Tid = 24,
  Band = 28,
  Overrun = 32,
  Status = 40,
  Int = 44,
  Ptr = 48,
  Utime = 56,
  Stime = 64,
  Addr = 72,
  Syscall = 84,
  CallAddr = 88,
  Arch = 96,
  Bytes = 128,
}
