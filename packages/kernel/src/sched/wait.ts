import type { Errno } from '../errno.js';
import { ERESTARTSYS } from '../errno.js';
import type { Kernel } from '../kernel.js';
import { TaskState, type Task } from '../task/task.js';
import { fatalSignalPending } from '../signal/pending.js';
import { PARKED, type BlockedOp } from './park.js';
import type { WaitQueue } from './wait-queue.js';

/** What may end a sleep besides its queue and deadline. */
export const enum Sleep {
  /** Any signal that is not blocked (TASK_INTERRUPTIBLE). */
  Interruptible = 0,
  /** Only a fatal one (TASK_KILLABLE). */
  Killable = 1,
  /** Nothing (TASK_UNINTERRUPTIBLE). */
  Uninterruptible = 2,
}

/**
 * Parks the current task: it sleeps on the queues (null: on none) until one is woken, op.deadline passes, or a signal comes; then
 * its system call's handler runs again with k.current.op === op. The handler looks first whether it can finish or has expired(), and
 * calls waitOn again otherwise.
 * @returns PARKED, for the handler to return
 * @throws interruptError (default ERESTARTSYS) at once, when a signal is pending that ends this kind of sleep
 */
export function waitOn(
  k: Kernel,
  queue: WaitQueue | readonly WaitQueue[] | null,
  op: BlockedOp,
  interruptError: Errno = ERESTARTSYS,
  sleep: Sleep = Sleep.Interruptible,
): number {
  const task = k.current;
  if (sleep === Sleep.Interruptible ? task.sigPending : sleep === Sleep.Killable && fatalSignalPending(task)) throw interruptError;
  task.op = op;
  task.state = sleep === Sleep.Interruptible ? TaskState.Interruptible : TaskState.Uninterruptible;
  task.killable = sleep === Sleep.Killable;
  if (queue && 'waiters' in queue) join(task, queue);
  else if (queue) for (const each of queue) join(task, each);
  if (op.deadline !== undefined) k.timers.add(task.sleepTimer, op.deadline);
  return PARKED;
}

function join(task: Task, queue: WaitQueue): void {
  queue.add(task);
  task.sleepingOn.push(queue);
}

/** Is the operation's deadline past? */
export function expired(k: Kernel, op: BlockedOp): boolean {
  return op.deadline !== undefined && k.clock.monotonic(k) >= op.deadline;
}
