import { Poll, SaFlag, Sig, SiCode, SigHandler } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import { sendSignal } from '../signal/send.js';
import { processTime } from '../time/cpu-time.js';
import { recordExit } from './init.js';
import { waitStatus } from './status.js';
import type { Task } from './task.js';

/**
 * Tells the parent that a process has ended. Linux: do_notify_parent, kernel/signal.c.
 * @returns true when nobody will wait for it (SIGCHLD ignored, SA_NOCLDWAIT, or the parent is pid 1)
 */
export function notifyParent(k: Kernel, task: Task, exitSignal: number): boolean {
  task.pid.waitPidFd?.wake(k, Infinity, Poll.IN);
  const parent = task.realParent;
  if (!parent) return true;
  if (parent === k.init) {
    recordExit(k, task);
    return true;
  }
  const signo = exitSignal !== Sig.CHLD && task.parentExecId !== parent.selfExecId ? Sig.CHLD : exitSignal;
  const action = parent.sighand.actions[Sig.CHLD - 1]!;
  const ignored = signo === Sig.CHLD && action.handler === SigHandler.Ignore;
  const reap = ignored || (signo === Sig.CHLD && (action.flags & SaFlag.NoCldWait) !== 0);
  if (signo >= 1 && signo <= Sig.Count && !ignored) sendSignal(k, parent, childInfo(k, task, signo), true);
  parent.signal.waitChild.wake(k);
  return reap;
}

function childInfo(k: Kernel, task: Task, signo: number) {
  const { utime, stime } = processTime(k, task.signal);
  const { code, status } = exitCause(waitStatus(task));
  return { signo, errno: 0, code, pid: task.tid, uid: task.cred.uid, status, utime, stime };
}

/** CLD_* and si_status of a wait status. */
export function exitCause(status: number): { code: number; status: number } {
  if ((status & 0x7f) === 0) return { code: SiCode.CldExited, status: (status >> 8) & 0xff };
  return { code: status & 0x80 ? SiCode.CldDumped : SiCode.CldKilled, status: status & 0x7f };
}
