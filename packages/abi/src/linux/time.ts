/** Clock ids (uapi linux/time.h). */
export const enum ClockId {
  Realtime = 0,
  Monotonic = 1,
  ProcessCpuTime = 2,
  ThreadCpuTime = 3,
  MonotonicRaw = 4,
  RealtimeCoarse = 5,
  MonotonicCoarse = 6,
  BootTime = 7,
  RealtimeAlarm = 8,
  BootTimeAlarm = 9,
  SgiCycle = 10,
  Tai = 11,
}

export const enum TimerFlag {
  Abstime = 1,
}

/** getitimer and setitimer's `which`. */
export const enum ItimerWhich {
  Real = 0,
  Virtual = 1,
  Prof = 2,
}

export const enum Hz {
  /** Ticks per second that user mode sees (times, /proc/PID/stat): USER_HZ. */
  User = 100,
  /** Resolution of the coarse clocks: CONFIG_HZ. */
  Kernel = 250,
}
