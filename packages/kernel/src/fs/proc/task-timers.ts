import { SigEvNotify } from '@ring3/abi';
import type { Kernel } from '../../kernel.js';
import type { PosixTimer } from '../../time/posix-timer.js';
import type { Task } from '../../task/task.js';

/** sigev_notify without SIGEV_THREAD_ID, by value. */
const KINDS = ['signal', 'none', 'thread'] as const;

function timerText(timer: PosixTimer, tgid: number): string {
  const [lo, hi] = timer.info.value ?? [0, 0];
  const pointer = (BigInt(hi >>> 0) << 32n) | BigInt(lo >>> 0);
  const target = timer.thread && timer.notify & SigEvNotify.ThreadId ? `tid.${timer.thread.tid}` : `pid.${tgid}`;
  return (
    `ID: ${timer.id}\n` +
    `signal: ${timer.info.signo}/${pointer.toString(16).padStart(16, '0')}\n` +
    `notify: ${KINDS[timer.notify & ~SigEvNotify.ThreadId] ?? 'signal'}/${target}\n` +
    `ClockID: ${timer.clock}\n`
  );
}

/** /proc/PID/timers: what timer_create made. Linux: fs/proc/base.c: show_timer. */
export function timersText(_k: Kernel, task: Task): string {
  return [...task.signal.posixTimers.values()].map((timer) => timerText(timer, task.tgid)).join('');
}
