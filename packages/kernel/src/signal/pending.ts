import { Sig, SiCode } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import type { Task } from '../task/task.js';
import type { SigPending } from './signal-struct.js';
import { sigMask } from './sigset.js';

/** Recomputes TIF_SIGPENDING. Linux: recalc_sigpending_tsk, kernel/signal.c. */
export function recalcSigPending(task: Task): void {
  task.sigPending = task.stopPending || ((task.pending.set | task.signal.shared.set) & ~task.blocked) !== 0n;
}

/** Is the task about to die of a signal? Linux: fatal_signal_pending. */
export function fatalSignalPending(task: Task): boolean {
  return task.sigPending && (task.pending.set & sigMask(Sig.KILL)) !== 0n;
}

/** Removes every signal of `mask` from a queue. Linux: flush_sigqueue_mask. */
export function flushSignals(pending: SigPending, mask: bigint): void {
  if ((pending.set & mask) === 0n) return;
  pending.set &= ~mask;
  pending.queue = pending.queue.filter((info) => (mask & sigMask(info.signo)) === 0n);
}

/** Removes the signals of timers; what else waits with the same number stays. Linux: __flush_itimer_signals. */
export function flushTimerSignals(pending: SigPending): void {
  let without = pending.set;
  let retained = 0n;
  for (const { code, signo } of pending.queue) {
    if (code === SiCode.Timer) without &= ~sigMask(signo);
    else retained |= sigMask(signo);
  }
  pending.queue = pending.queue.filter((info) => info.code !== SiCode.Timer);
  pending.set = without | retained;
}

/**
 * Signals queued for the tasks of a user, and the ones that timers hold ready: what RLIMIT_SIGPENDING limits, and SigQ in
 * /proc/PID/status. Linux: user_struct.sigpending.
 */
export function signalsQueuedFor(k: Kernel, uid: number): number {
  let queued = 0;
  for (const task of k.pids.tasks()) {
    if (task.cred.uid !== uid) continue;
    queued += countQueued(task, task.pending);
    if (task === task.groupLeader) queued += countQueued(task, task.signal.shared) + task.signal.posixTimers.size;
  }
  return queued;
}

function countQueued({ signal }: Task, { queue }: SigPending): number {
  if (signal.posixTimers.size === 0) return queue.length;
  return queue.filter((info) => info.timerId === undefined || signal.posixTimers.get(info.timerId)?.info !== info).length;
}
