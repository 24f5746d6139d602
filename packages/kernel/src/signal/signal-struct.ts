import { IoAccounting } from '../task/io-accounting.js';
import type { Task } from '../task/task.js';
import type { Pid } from '../task/pid.js';
import type { Tty } from '../tty/tty.js';
import { registerState } from '../state.js';
import { WaitQueue } from '../sched/wait-queue.js';
import type { PosixTimer } from '../time/posix-timer.js';
import { RealTimer } from '../time/itimer.js';
import { DOUBLE_ZERO } from '../double-zero.js';

/** kernel_siginfo. Fields by si_code's union; those that do not apply are absent. */
export interface SigInfo {
  signo: number;
  errno: number;
  code: number;
  pid?: number;
  uid?: number;
  status?: number;
  utime?: number;
  stime?: number;
  /** sigval: 64-bit pair as [lo, hi]. */
  value?: [number, number];
  addr?: number;
  band?: number;
  fd?: number;
  timerId?: number;
  overrun?: number;
  /** High half, where addr alone would not be exact: then addr is the low half. */
  addrHigh?: number;
  /** As rt_sigqueueinfo passed it. */
  raw?: Uint8Array;
  syscall?: number;
  arch?: number;
}

/** struct sigpending: a queue, and the set as bits (bit n−1 for signal n). */
export class SigPending {
  set = 0n;
  queue: SigInfo[] = [];
}
registerState('SigPending', SigPending);

export interface SigAction {
  /** SIG_DFL 0, SIG_IGN 1, or the handler's address. */
  handler: number;
  flags: number;
  /** Bits 32 to 63 of sa_flags: without meaning, kept. */
  flagsHigh: number;
  restorer: number;
  mask: bigint;
}

/** sighand_struct: actions by signal number − 1; shared by CLONE_SIGHAND. */
export class SigHand {
  users = 1;
  /** Readers and pollers of signalfds (signalfd_wqh). */
  readonly signalfdQueue = new WaitQueue();
  actions: SigAction[] = Array.from({ length: 64 }, () => ({ handler: 0, flags: 0, flagsHigh: 0, restorer: 0, mask: 0n }));
}
registerState('SigHand', SigHand);

/** signal_struct: what a thread group shares. */
export class SignalStruct {
  readonly threads = new Set<Task>();
  readonly shared = new SigPending();
  pgrp!: Pid;
  session!: Pid;
  tty: Tty | null = null;
  /** Foreground group of a terminal that was hung up (tty_old_pgrp). */
  ttyOldPgrp: Pid | null = null;
  leader = false;
  groupExitCode = 0;
  groupExiting = false;
  /** The thread that execs or dumps while the others must die (group_exit_task), and how many it still waits for. */
  groupExitTask: Task | null = null;
  /** Threads that have not begun to exit (signal->live); `threads` holds those not yet released. */
  live = 1;
  /** Signals with the default action do not touch it: pid 1 (SIGNAL_UNKILLABLE). */
  unkillable = false;
  /** Thread that took the last process-wide signal (curr_target). */
  currTarget: Task | null = null;
  /** CLD_CONTINUED or CLD_STOPPED that the next thread through get_signal reports to the parent (SIGNAL_CLD_MASK); 0: nothing. */
  cldNotify = 0;
  /** Threads that still have to stop for the group stop to be complete. */
  groupStopCount = 0;
  /** Job control. */
  groupStopSignal = 0;
  stopped = false;
  continuedUnwaited = false;
  stopUnwaited = false;
  readonly waitChild = new WaitQueue();
  /** RLIMIT_*: Infinity is RLIM_INFINITY. Replaced, never changed in place. */
  rlimits: readonly { readonly cur: number; readonly max: number }[] = [];
  /** ITIMER_REAL/VIRTUAL/PROF: absolute deadline and interval in ns; 0 off. */
  itimers: { deadline: number; interval: number }[] = [
    { deadline: 0, interval: 0 },
    { deadline: 0, interval: 0 },
    { deadline: 0, interval: 0 },
  ];
  /** Times and faults of waited-for children, ns. */
  cutime = DOUBLE_ZERO;
  cstime = DOUBLE_ZERO;
  cminFlt = 0;
  cmajFlt = 0;
  /** Of threads that have exited. */
  deadUtime = DOUBLE_ZERO;
  deadStime = DOUBLE_ZERO;
  maxRss = 0;
  cmaxRss = 0;
  oomScoreAdj = 0;
  /** The least that may be set without CAP_SYS_RESOURCE. */
  oomScoreAdjMin = 0;
  isChildSubreaper = false;
  hasChildSubreaper = false;
  /** Switches of threads that have exited, and of waited-for children. */
  deadNvcsw = 0;
  deadNivcsw = 0;
  cnvcsw = 0;
  cnivcsw = 0;
  deadMinFlt = 0;
  deadMajFlt = 0;
  deadInstructions = DOUBLE_ZERO;
  cinstructions = DOUBLE_ZERO;
  /** out_of_memory has chosen it (in Linux: oom_mm is set). */
  oomKilled = false;
  readonly deadIo: IoAccounting = new IoAccounting();
  /** timer_create's timers by id. */
  readonly posixTimers = new Map<number, PosixTimer>();
  nextTimerId = 0;
  readonly realTimer: RealTimer = new RealTimer(this);
}
registerState('SignalStruct', SignalStruct);
