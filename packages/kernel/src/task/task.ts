import { IoPrio } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import { registerState } from '../state.js';
import { Waiter, type WaitQueue } from '../sched/wait-queue.js';
import { SleepTimer } from '../sched/sleep-timer.js';
import type { RestartBlock } from '../sched/restart.js';
import type { Mm } from '../mm/mm.js';
import type { PageWaitOp } from '../mm/page-read.js';
import type { Cred } from './cred.js';
import type { FilesStruct } from './files-struct.js';
import type { FsStruct } from './fs-struct.js';
import { IoAccounting } from './io-accounting.js';
import type { Pid } from './pid.js';
import type { SigHand, SigInfo, SigPending, SignalStruct } from '../signal/signal-struct.js';
import type { BlockedOp } from '../sched/park.js';
import { DOUBLE_ZERO } from '../double-zero.js';

/** task_struct.state, by Linux's letters in /proc/PID/stat. */
export const enum TaskState {
  Running = 'R',
  Interruptible = 'S',
  Uninterruptible = 'D',
  Stopped = 'T',
  Traced = 't',
  Zombie = 'Z',
  Dead = 'X',
}

/** task_struct: one thread. What threads share hangs off it as objects of their own. */
export class Task extends Waiter {
  state: TaskState = TaskState.Running;
  /** Saved CPU state (Cpu.TaskBytes bytes) while another task is on the CPU. */
  readonly cpu: Uint8Array;
  /** orig_rax of the system call being handled, −1 outside one. */
  origRax = -1;
  /** The blocked call to take up again, and the queues and deadline that it sleeps on; null when it does not sleep. */
  op: BlockedOp | null = null;
  sleepingOn: WaitQueue[] = [];
  /** Wakes it at op.deadline. */
  readonly sleepTimer: SleepTimer = new SleepTimer(this);
  /** The uninterruptible sleep may be ended by a fatal signal (TASK_WAKEKILL). */
  killable = false;
  /** The page that it last slept for, until the fault or call that needed it is done. */
  pageWait: PageWaitOp | null = null;
  /** What restart_syscall goes on with (restart_block); null: nothing. */
  restart: RestartBlock | null = null;
  comm = '';
  flags = 0;
  exitCode = 0;
  exitSignal = 0;
  pdeathSignal = 0;
  mm: Mm | null = null;
  parent: Task | null = null;
  realParent: Task | null = null;
  readonly children = new Set<Task>();
  groupLeader: Task = this;
  blocked = 0n;
  /** Some signal may be deliverable (TIF_SIGPENDING). Signals that rt_sigtimedwait waits for count as unblocked meanwhile, but are never ignored: realBlocked. */
  sigPending = false;
  realBlocked = 0n;
  /** A group stop asks this thread to stop (JOBCTL_STOP_PENDING), with this signal; stopConsumed: it still counts in groupStopCount. */
  stopPending = false;
  stopSignal = 0;
  stopConsume = false;
  /** Mask to restore after a handler of sigsuspend, ppoll …; null: none (TIF_RESTORE_SIGMASK). */
  savedBlocked: bigint | null = null;
  sigAltSp = 0;
  sigAltSize = 0;
  sigAltFlags = 2; // SS_DISABLE
  clearChildTid = 0;
  setChildTid = 0;
  robustList = 0;
  /** Area of restartable sequences (0: none) and its signature; what happened since the last look (RseqEvent); look before user mode. */
  rseq = 0;
  rseqSig = 0;
  rseqEvents = 0;
  rseqPending = false;
  /** In the vfork of this child the parent waits; woken and cleared when the child leaves its mm. */
  vforkDone: WaitQueue | null = null;
  /** thread.trap_nr, error_code, cr2 of the last fault that became a signal: what a signal frame shows. */
  trapNr = 0;
  errorCode = 0;
  cr2Lo = 0;
  cr2Hi = 0;
  /** Has it called execve since the fork (did_exec is for setpgid)? */
  didExec = false;
  /** Identity for "is the parent still the same process image" (self_exec_id). */
  selfExecId = 0;
  parentExecId = 0;
  noNewPrivs = false;
  /** The machine started it: its end is reported through Kernel.exits. */
  spawned = false;
  /** Scheduling: SCHED_*, realtime priority, timer slack in ns, CPUs allowed (bit 0 is the one there is). */
  policy = 0;
  rtPriority = 0;
  resetOnFork = false;
  /** Class << 13 | level (ioprio_set). */
  ioPrio: number = IoPrio.Normal;
  timerSlack = 50_000;
  defaultTimerSlack = 50_000;
  personality = 0;
  nice = 0;
  /** Faults and switches (rusage), CPU time in ns of guest time. */
  minFlt = 0;
  majFlt = 0;
  nvcsw = 0;
  nivcsw = 0;
  utime = DOUBLE_ZERO;
  stime = DOUBLE_ZERO;
  /** Instructions that it has retired. */
  instructions = DOUBLE_ZERO;
  readonly ioac: IoAccounting = new IoAccounting();
  /** Who logged in, and the number of that login (audit); 2^32 − 1: nobody has. */
  loginUid = 0xffff_ffff;
  sessionId = 0xffff_ffff;
  /** monotonic ns */
  startTime = DOUBLE_ZERO;
  lastSigInfo: SigInfo | null = null;

  constructor(
    public pid: Pid,
    public cred: Cred,
    public files: FilesStruct | null,
    public fs: FsStruct,
    public signal: SignalStruct,
    public sighand: SigHand,
    /** Signals for this thread alone. */
    readonly pending: SigPending,
    cpuBytes: number,
  ) {
    super();
    this.cpu = new Uint8Array(cpuBytes);
  }

  /** Thread id (task->pid). */
  get tid(): number {
    return this.pid.nr;
  }
  /** Process id (task->tgid). */
  get tgid(): number {
    return this.groupLeader.pid.nr;
  }

  wake(k: Kernel, _queue: WaitQueue): void {
    k.scheduler.wakeTask(k, this);
  }
}
registerState('Task', Task);
