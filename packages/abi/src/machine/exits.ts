/** Why `run` returned. Rip, registers and icount are exact in every case. */
export const enum ExitReason {
  /** The budget of instructions is used up. */
  Budget = 1,
  /** A `syscall` instruction retired: rip is behind it, rcx and r11 are set. */
  Syscall = 2,
  /** An exception: Cpu.ExitVector, ExitError, Cr2. Faults leave rip at the instruction, traps (#BP, #DB) behind it. */
  Exception = 3,
  /** The import `page_fault` did not resolve the fault (a signal is pending, or the task is parked). Rip is at the instruction. */
  PageFault = 4,
  /** Header.InterruptRequest was set. */
  Interrupt = 5,
  /** `int 0x80`, retired. */
  Int80 = 6,
  /** An internal fault of the core: a bug of ours, never the guest's. */
  Internal = 7,
  /** The next instruction is at one of Header.Breakpoints. */
  Breakpoint = 8,
}

/** What an instruction's execute function returns: 0 and −1, −2 below, or the ExitReason to leave with. */
export const enum Status {
  /** Go on with the next micro-op. */
  Next = 0,
  /** Cpu.Rip holds the next instruction's address. */
  Jump = -1,
  /** Nothing happened yet: look the same instruction up again (its code page was written). */
  Retry = -2,
  /** Cpu.Rip is at a region's entry. */
  Region = -3,
}
