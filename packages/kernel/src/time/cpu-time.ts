import { Cpu } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import { getReg } from '../task/regs.js';
import type { SignalStruct } from '../signal/signal-struct.js';
import { registerState } from '../state.js';
import { TaskState } from '../task/task.js';
import { DOUBLE_ZERO } from '../double-zero.js';

/** What CPU time is measured by, in ns: retired instructions under the virtual clock, else the host's time. */
function cpuClock(k: Kernel): number {
  return k.options.clock === 'virtual' ? getReg(k, Cpu.Icount) : k.platform.monotonicNs();
}

/** Of so many traps at least one is timed, and any that comes after so many instructions. */
const TRAPS_PER_SAMPLE = 16;
const INSTRUCTIONS_PER_SAMPLE = 4000;

/**
 * How CPU time splits into user and system time. Reading the host's clock costs as much as a short system call, so not every trap is
 * timed: one that is stands for those since the last that were not, as a tick of Linux's stands for what came before it (cputime_adjust).
 * Their sum is exact. Under the virtual clock the kernel's work takes no time, so all of it is user time.
 */
export class TrapSampling {
  /** Traps since the last timed one, and the machine's retired instructions then. */
  traps = 0;
  icount = DOUBLE_ZERO;
  /** Of the trap that is being timed: how many it stands for (0: none is timed), and the user time before it that is not charged yet, ns. */
  weight = 0;
  before = DOUBLE_ZERO;
}
registerState('TrapSampling', TrapSampling);

/** The core has stopped for a trap, or calls for a page fault. */
export function enterKernel(k: Kernel): void {
  if (k.options.clock === 'virtual') return;
  const { sampling } = k;
  const icount = getReg(k, Cpu.Icount);
  if (++sampling.traps < TRAPS_PER_SAMPLE && icount - sampling.icount < INSTRUCTIONS_PER_SAMPLE) return;
  const now = cpuClock(k);
  sampling.icount = icount;
  sampling.before = now - k.accounted;
  sampling.weight = sampling.traps;
  sampling.traps = 0;
  k.accounted = now;
}

/** Back to user mode. */
export function leaveKernel(k: Kernel): void {
  if (k.sampling.weight > 0) accountTime(k);
}

/** Charges the CPU time since the last call to the current task. Linux: account_process_tick and kin. */
export function accountTime(k: Kernel): void {
  const { sampling } = k;
  const now = cpuClock(k);
  const elapsed = now - k.accounted;
  k.accounted = now;
  // The traps that were not timed took their part of what looked like user time.
  const system = sampling.weight > 0 ? elapsed : 0;
  const others = Math.min(sampling.before, Math.max(0, sampling.weight - 1) * elapsed);
  const user = elapsed - system + sampling.before - others;
  sampling.weight = 0;
  sampling.before = 0;
  const task = k.current;
  if (task === k.init || task.state === TaskState.Zombie || task.state === TaskState.Dead) return;
  task.utime += user;
  task.stime += system + others;
}

/** The machine was not running: that time is nobody's. */
export function skipAccounting(k: Kernel): void {
  k.accounted = cpuClock(k);
}

/** User and system time of a whole process in ns, threads that exited included. Linux: thread_group_cputime. */
export function processTime(k: Kernel, signal: SignalStruct): { utime: number; stime: number } {
  accountTime(k);
  let utime = signal.deadUtime;
  let stime = signal.deadStime;
  for (const thread of signal.threads) {
    utime += thread.utime;
    stime += thread.stime;
  }
  return { utime, stime };
}
