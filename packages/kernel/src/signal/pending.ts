import { Sig } from '@ring3/abi';
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
