import { ClockId, Hz } from '@ring3/abi';
import { EINVAL } from '../errno.js';
import type { Kernel } from '../kernel.js';
import type { Task } from '../task/task.js';
import type { Timespec } from '../vfs/inode.js';
import { NsPerSec } from './clock.js';
import { accountTime, processTime } from './cpu-time.js';
import { toTimespec } from './timespec.js';

/** Bits of a dynamic CPU clock id: ~pid << 3 | thread << 2 | kind (include/linux/posix-timers_types.h). */
const PerThread = 4;
const CpuClockKind = 3;

/** Does the id name a CPU-time clock? */
export function isCpuClock(clock: number): boolean {
  return clock < 0 || clock === ClockId.ProcessCpuTime || clock === ClockId.ThreadCpuTime;
}

/** The task of a dynamic CPU clock. @throws EINVAL no such task, or no CPU clock (a clock by descriptor) */
export function cpuClockTask(k: Kernel, clock: number): Task {
  if ((clock & CpuClockKind) === CpuClockKind) throw EINVAL;
  const pid = ~(clock >> 3);
  const thread = (clock & PerThread) !== 0;
  const task = pid === 0 ? (thread ? k.current : k.current.groupLeader) : k.pids.task(pid);
  if (!task || (thread ? task.signal !== k.current.signal : task.groupLeader !== task)) throw EINVAL;
  return task;
}

/** @throws EINVAL for an id that names no clock */
export function checkClock(k: Kernel, clock: number): void {
  if (clock < 0) cpuClockTask(k, clock);
  else if (clock > ClockId.Tai || clock === ClockId.SgiCycle) throw EINVAL;
}

/** The clock's time. Coarse clocks move with the kernel's tick. Without suspend, boot time is monotonic time; TAI has no offset set. */
export function clockNs(k: Kernel, clock: number): Timespec {
  switch (clock) {
    case ClockId.Realtime:
    case ClockId.Tai:
    case ClockId.RealtimeAlarm:
      return k.clock.realtime(k);
    case ClockId.Monotonic:
    case ClockId.MonotonicRaw:
    case ClockId.BootTime:
    case ClockId.BootTimeAlarm:
      return toTimespec(k.clock.monotonic(k));
    case ClockId.RealtimeCoarse:
      return k.clock.realtimeAt(coarse(k));
    case ClockId.MonotonicCoarse:
      return toTimespec(coarse(k));
    case ClockId.ProcessCpuTime:
      return processClock(k, k.current);
    case ClockId.ThreadCpuTime:
      return threadClock(k, k.current);
    default: {
      checkClock(k, clock);
      const task = cpuClockTask(k, clock);
      return clock & PerThread ? threadClock(k, task) : processClock(k, task);
    }
  }
}

function coarse(k: Kernel): number {
  const now = k.clock.monotonic(k);
  return now - (now % (NsPerSec / Hz.Kernel));
}

function processClock(k: Kernel, task: Task): Timespec {
  const { utime, stime } = processTime(k, task.signal);
  return toTimespec(Math.floor(utime + stime));
}

function threadClock(k: Kernel, task: Task): Timespec {
  accountTime(k);
  return toTimespec(Math.floor(task.utime + task.stime));
}

/** ns */
export function clockResolution(clock: number): number {
  return clock === ClockId.RealtimeCoarse || clock === ClockId.MonotonicCoarse ? NsPerSec / Hz.Kernel : 1;
}
