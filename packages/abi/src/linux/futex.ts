/** Futex operations (uapi linux/futex.h). */
export const enum FutexOp {
  Wait = 0,
  Wake = 1,
  Fd = 2,
  Requeue = 3,
  CmpRequeue = 4,
  WakeOp = 5,
  LockPi = 6,
  UnlockPi = 7,
  TrylockPi = 8,
  WaitBitset = 9,
  WakeBitset = 10,
  WaitRequeuePi = 11,
  CmpRequeuePi = 12,
  PrivateFlag = 128,
  ClockRealtime = 256,
  CmdMask = 127,
}

/** Bits of a robust futex word, and the list's limits. */
export const enum FutexWord {
  /** Unsigned. */
  Waiters = 0x80000000,
  OwnerDied = 0x40000000,
  TidMask = 0x3fffffff,
  RobustListLimit = 2048,
  RobustListHeadBytes = 24,
  BitsetMatchAny = 0xffffffff,
}

/** Parts of FUTEX_WAKE_OP's third argument. */
export const enum FutexWakeOp {
  Set = 0,
  Add = 1,
  Or = 2,
  AndNot = 3,
  Xor = 4,
  /** The operand is a shift count. */
  OpargShift = 8,
  CmpEq = 0,
  CmpNe = 1,
  CmpLt = 2,
  CmpLe = 3,
  CmpGt = 4,
  CmpGe = 5,
}
