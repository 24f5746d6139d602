import { TaskFlag } from '@ring3/abi';
import type { Task } from '../task/task.js';
import type { Kernel } from '../kernel.js';
import { signalWakeUp } from './send.js';
import { recalcSigPending } from './pending.js';
import { KernelOnlySignals } from './sigset.js';

/** Changes the task's mask; SIGKILL and SIGSTOP stay unblocked. Linux: set_current_blocked. */
export function setBlocked(k: Kernel, task: Task, set: bigint): void {
  const mask = set & ~KernelOnlySignals;
  if (mask === task.blocked) return;
  const newlyBlocked = mask & ~task.blocked;
  if (task.sigPending && task.signal.threads.size > 1) retargetShared(k, task, newlyBlocked);
  task.blocked = mask;
  recalcSigPending(task);
}

/** Shared signals that this thread no longer takes: wakes others that can. Linux: retarget_shared_pending. */
export function retargetShared(k: Kernel, task: Task, which: bigint): void {
  let retarget = task.signal.shared.set & which;
  for (const thread of task.signal.threads) {
    if (retarget === 0n) return;
    if (thread === task || (thread.flags & TaskFlag.EXITING) !== 0 || (retarget & ~thread.blocked) === 0n) continue;
    retarget &= thread.blocked;
    if (!thread.sigPending) signalWakeUp(k, thread, false);
  }
}

/**
 * The mask of ppoll, pselect, epoll_pwait and rt_sigsuspend for the time of the call: the old one comes back after it, or after the
 * handler that ends it. Linux: set_user_sigmask.
 */
export function setUserSigmask(k: Kernel, set: bigint): void {
  const task = k.current;
  task.savedBlocked = task.blocked;
  setBlocked(k, task, set);
}

/** The call ended without a signal: the old mask is back. Linux: restore_saved_sigmask. */
export function restoreSavedSigmask(k: Kernel): void {
  const task = k.current;
  if (task.savedBlocked === null) return;
  const saved = task.savedBlocked;
  task.savedBlocked = null;
  setBlocked(k, task, saved);
}
