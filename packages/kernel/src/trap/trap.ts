import { Cpu, ExitReason, Header, MemoryMap, Vector } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import { rseqResume } from '../sched/rseq.js';
import { TaskState } from '../task/task.js';
import { getReg, setReg } from '../task/regs.js';
import { returnToUser } from '../signal/deliver.js';
import { resumeSyscall, startSyscall } from '../syscalls/dispatch.js';
import { accountTime, enterKernel, leaveKernel, skipAccounting } from '../time/cpu-time.js';
import { checkCpuTimers, cpuTimerBudget } from '../time/cpu-timers.js';
import { followedBudget, isAtBreakpoint, noteRetired } from './breakpoint.js';
import { userException } from './exceptions.js';

/**
 * How a slice of the machine's time ended. 'ready': its instructions are used up; more can run. 'idle': nothing is runnable; wait
 * for input, or for k.timers.next (monotonic ns; Infinity: only input helps). 'dead': no process is left.
 */
export type SliceResult = 'ready' | 'idle' | 'dead';

/** With a real clock, timers are looked at after this many traps, besides at every turn's end. */
const TrapsPerTimerCheck = 32;
/** And after tasks have come and gone so often without that. */
const TurnsPerTimerCheck = 8;

/**
 * The trap path: runs the machine for at most `maxInstructions`, then hands back to the host. The host's slices are no scheduling
 * points: turns and timers depend on retired instructions (and the clock) alone.
 *
 *   run(core) → why it stopped → syscall | fault | exception → signals → reschedule → run
 */
export function runSlice(k: Kernel, maxInstructions: number): SliceResult {
  const virtual = k.options.clock === 'virtual';
  let left = maxInstructions;
  let turns = 0;
  skipAccounting(k);
  k.timers.run(k, k.clock.monotonic(k));

  while (left > 0 && !k.trace.stopRequested) {
    if (k.current.state !== TaskState.Running || k.scheduler.needResched) {
      if (!k.scheduler.schedule(k)) {
        if (k.init.children.size === 0) return 'dead';
        // A virtual clock stands still while the guest waits for input from outside, so that the host's pace does not matter.
        if (!virtual || k.timers.next === Infinity || k.hostStreams?.awaited) return 'idle';
        k.clock.skipTo(k, k.timers.next);
        k.timers.run(k, k.clock.monotonic(k));
        continue;
      }
    }
    const after = runTraps(k, left, virtual);
    if (after === STOP) break;
    left = after;
    if (!virtual && ++turns % TurnsPerTimerCheck === 0) k.timers.run(k, k.clock.monotonic(k));
  }
  accountTime(k);
  return 'ready';
}

/** runTraps: the slice ends here. */
const STOP = -1;

/**
 * Runs the current task until it must be rescheduled, a timer is due to be looked at, or its instructions are used up. A function of its
 * own, and left often, so that the host's compiler replaces it by better code soon.
 * @returns instructions that are left, 0 where none is; or STOP
 */
function runTraps(k: Kernel, maxInstructions: number, virtual: boolean): number {
  const task = k.current;
  const { core, scheduler, trace } = k;
  let left = maxInstructions;
  for (let traps = 0; traps < TrapsPerTimerCheck; traps++) {
    if (task.op) {
      resumeSyscall(k);
      if (task.state !== TaskState.Running) return left;
    }
    if (task.origRax !== -1 || task.sigPending || task.signal.cldNotify !== 0) {
      returnToUser(k);
      if (task.state !== TaskState.Running || task !== k.current) return left;
    }
    if (task.rseqPending) {
      rseqResume(k);
      if (task.sigPending) continue;
    }

    if (trace.stopRequested || (trace.breakpoints.size > 0 && isAtBreakpoint(k))) return STOP;
    let budget = Math.min(left, scheduler.turnLeft, cpuTimerBudget(k));
    if (virtual) budget = Math.min(budget, Math.max(1, k.timers.next - k.clock.monotonic(k)));
    const { follower } = trace;
    if (follower !== null && (follower.task === null || follower.task === task)) {
      budget = followedBudget(k, follower, budget);
      if (budget === 0) return STOP;
    }
    const before = getReg(k, Cpu.Icount);
    leaveKernel(k);
    const reason: ExitReason = core.run(budget);
    enterKernel(k);
    const retired = getReg(k, Cpu.Icount) - before;
    left -= retired;
    if (follower !== null || trace.passes.size > 0) noteRetired(k, retired);
    scheduler.turnLeft -= retired;
    task.instructions += retired;

    if (reason === ExitReason.Syscall) startSyscall(k);
    else if (reason === ExitReason.Interrupt) {
      core.u32[(MemoryMap.Header + Header.InterruptRequest) >>> 2] = 0;
      return STOP;
    } else otherExit(k, reason);

    if (scheduler.turnLeft <= 0) scheduler.needResched = true;
    if (virtual ? k.timers.next !== Infinity : reason === ExitReason.Budget) k.timers.run(k, k.clock.monotonic(k));
    checkCpuTimers(k);
    if (task.state !== TaskState.Running || task !== k.current || scheduler.needResched || left <= 0 || trace.stopRequested) return left;
  }
  if (!virtual) k.timers.run(k, k.clock.monotonic(k));
  return left;
}

function otherExit(k: Kernel, reason: ExitReason): void {
  switch (reason) {
    case ExitReason.Exception:
      userException(k);
      break;
    case ExitReason.Int80:
      // No 32-bit entry is compiled in: the gate is not present for user mode. int 0x80 has retired; a fault stays at it.
      setReg(k, Cpu.Rip, getReg(k, Cpu.Rip) - 2);
      userException(k, Vector.GP, 0x80 * 8 + 2);
      break;
    case ExitReason.Internal:
      throw new InternalFault(k);
    default:
    // PageFault: it sleeps for its page, or a signal is pending. Budget and Breakpoint are looked at above.
  }
}

/** The core met a state that must not be: a bug of Ring3, reported as one. */
export class InternalFault extends Error {
  constructor(k: Kernel) {
    super(`internal fault of the core at rip 0x${getReg(k, Cpu.Rip).toString(16)}, icount ${getReg(k, Cpu.Icount)}, pid ${k.current.tid}`);
  }
}
