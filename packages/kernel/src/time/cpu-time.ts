import { Cpu } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import { getReg } from '../task/regs.js';
import type { SignalStruct } from '../signal/signal-struct.js';
import { TaskState } from '../task/task.js';

/** What CPU time is measured by, in ns: retired instructions under the virtual clock, else the host's time. */
export function cpuClock(k: Kernel): number {
  return k.options.clock === 'virtual' ? getReg(k, Cpu.Icount) : k.platform.monotonicNs();
}

/** Charges the CPU time since the last call to the current task. Linux: account_process_tick and kin. */
export function accountTime(k: Kernel): void {
  const now = cpuClock(k);
  const elapsed = now - k.accounted;
  k.accounted = now;
  const task = k.current;
  if (elapsed > 0 && task !== k.init && task.state !== TaskState.Zombie && task.state !== TaskState.Dead) task.utime += elapsed;
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
