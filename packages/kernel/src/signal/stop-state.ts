import { SiCode, Sig } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import { TaskState, type Task } from '../task/task.js';
import { Trace, emit } from '../trace/tracer.js';
import { flushSignals } from './pending.js';

/** Removes signals from the queues of a process and of all its threads. */
export function flushThreads(task: Task, mask: bigint): void {
  flushSignals(task.signal.shared, mask);
  for (const thread of task.signal.threads) flushSignals(thread.pending, mask);
}

/** A thread no longer has to take part in a group stop. Linux: task_clear_jobctl_pending. */
export function cancelStopPending(thread: Task): void {
  thread.stopPending = false;
  thread.stopConsume = false;
}

/**
 * A thread takes part in the group stop now (or dies): it no longer counts among those that must stop.
 * Linux: task_participate_group_stop.
 * @returns true when that completed the stop, so that the parent is to be told
 */
export function participateInStop(thread: Task): boolean {
  const { signal } = thread;
  const consume = thread.stopConsume;
  cancelStopPending(thread);
  if (!consume) return false;
  if (signal.groupStopCount > 0) signal.groupStopCount--;
  if (signal.groupStopCount > 0 || signal.stopped) return false;
  signal.stopped = true;
  signal.stopUnwaited = true;
  signal.continuedUnwaited = false;
  signal.cldNotify = 0;
  return true;
}

/** What SIGCONT does when it is generated, whatever its action is. Linux: prepare_signal. */
export function continueProcess(k: Kernel, task: Task): void {
  const { signal } = task;
  for (const thread of signal.threads) {
    cancelStopPending(thread);
    if (thread.state === TaskState.Stopped) k.scheduler.wakeTask(k, thread);
  }
  if (signal.stopped) signal.cldNotify = SiCode.CldContinued;
  else if (signal.groupStopCount > 0) signal.cldNotify = SiCode.CldStopped;
  else return;
  if (k.trace.on(Trace.Signal)) emit(k, Trace.Signal, 'signal:group_continue', { target: task.tgid });
  signal.stopped = false;
  signal.stopUnwaited = false;
  signal.continuedUnwaited = true;
  signal.groupStopCount = 0;
  signal.groupStopSignal = 0;
}

/** Linux: task_set_jobctl_pending with JOBCTL_STOP_PENDING | JOBCTL_STOP_CONSUME. */
export function setStopPending(thread: Task, signo: number): boolean {
  if (thread.pending.set & (1n << BigInt(Sig.KILL - 1))) return false;
  thread.stopPending = true;
  thread.stopSignal = signo;
  thread.stopConsume = true;
  return true;
}
