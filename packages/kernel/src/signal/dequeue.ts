import { Sig, SiCode } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import type { Task } from '../task/task.js';
import { rearmRealTimer } from '../time/itimer.js';
import { rearmPosixTimer } from '../time/posix-timer.js';
import { recalcSigPending } from './pending.js';
import type { SigInfo, SigPending } from './signal-struct.js';
import { SynchronousSignals, hasSignal, nextSignal, sigMask } from './sigset.js';

/**
 * Takes the next deliverable signal off the thread's queue, else off the process's. Linux: dequeue_signal.
 * @returns null when there is none
 */
export function dequeueSignal(k: Kernel, task: Task, blocked: bigint): SigInfo | null {
  const own = takeFrom(task.pending, blocked);
  const info = own ?? takeFrom(task.signal.shared, blocked);
  recalcSigPending(task);
  if (!info) return null;
  if (!own && info.signo === Sig.ALRM) rearmRealTimer(k, task.signal);
  if (info.code === SiCode.Timer && info.timerId !== undefined) return rearmPosixTimer(k, task.signal, info);
  return info;
}

/**
 * A fault's signal comes first, so that the frame's rip points at the instruction: of those in the queue the oldest, even one that is
 * blocked. Linux: dequeue_synchronous_signal.
 */
export function dequeueSynchronous(task: Task): SigInfo | null {
  if ((task.pending.set & ~task.blocked & SynchronousSignals) === 0n) return null;
  const at = task.pending.queue.findIndex((info) => info.code > SiCode.User && hasSignal(SynchronousSignals, info.signo));
  if (at < 0) return null;
  const info = take(task.pending, at);
  recalcSigPending(task);
  return info;
}

function takeFrom(pending: SigPending, blocked: bigint): SigInfo | null {
  const signo = nextSignal(pending.set, blocked);
  if (signo === 0) return null;
  const at = pending.queue.findIndex((info) => info.signo === signo);
  if (at >= 0) return take(pending, at);
  // The queue was full, or it is a SIGKILL: the bit alone remembers it.
  pending.set &= ~sigMask(signo);
  return { signo, errno: 0, code: SiCode.User, pid: 0, uid: 0 };
}

/** Removes one entry; the bit stays while another of the same number waits. Linux: collect_signal. */
function take(pending: SigPending, at: number): SigInfo {
  const info = pending.queue[at]!;
  pending.queue.splice(at, 1);
  if (!pending.queue.some((other) => other.signo === info.signo)) pending.set &= ~sigMask(info.signo);
  return info;
}
