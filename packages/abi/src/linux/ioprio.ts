/** I/O priorities, include/linux/ioprio.h: class << 13 | level. */
export const enum IoPrio {
  ClassShift = 13,
  LevelMask = 0x1fff,
  /** IOPRIO_BE_NR. */
  Levels = 8,
  /** IOPRIO_NORM. */
  Normal = 4,
}

export const enum IoPrioClass {
  None = 0,
  RealTime = 1,
  BestEffort = 2,
  Idle = 3,
}

export const enum IoPrioWho {
  Process = 1,
  ProcessGroup = 2,
  User = 3,
}
