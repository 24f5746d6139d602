/**
 * What a blocked system call leaves behind: plain data, kept in task.op. When the task is woken its system call's handler runs again
 * from the start with `k.current.op` set, finds there what is already done (bytes, absolute deadline, file held) and either
 * finishes, parks again, or is interrupted by a signal. `kind` names the call that owns it.
 */
export interface BlockedOp {
  kind: string;
  /** Absolute monotonic deadline in ns; absent: sleeps until woken. */
  deadline?: number;
  [field: string]: unknown;
}

/** A handler's result: "parked". Never a valid result or error. */
export const PARKED = -0x7fff_0001;

/** A handler's result: "the registers are already what user mode shall see" (rt_sigreturn). */
export const NO_RESULT = -0x7fff_0002;
