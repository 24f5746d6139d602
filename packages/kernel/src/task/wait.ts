import { Sig, SiCode, WaitOption } from '@ring3/abi';
import { ECHILD } from '../errno.js';
import type { Kernel } from '../kernel.js';
import { waitOn } from '../sched/wait.js';
import { exitCause } from './notify-parent.js';
import { releaseTask } from './exit.js';
import type { Pid } from './pid.js';
import { addToParent, rusageOf, type Rusage } from './rusage.js';
import { ContinuedStatus, stoppedStatus, waitStatus } from './status.js';
import { TaskState, type Task } from './task.js';

/** Which children a wait is for: all, one process, or a group. `pid` undefined: a number that nobody has. */
export type WaitTarget = { kind: 'all' } | { kind: 'pid' | 'pgid'; pid: Pid | undefined };

/** What a wait found. */
export interface WaitResult {
  pid: number;
  uid: number;
  /** As wait4 stores it. */
  status: number;
  /** As waitid stores them. */
  code: number;
  codeStatus: number;
  rusage: Rusage;
}

/**
 * The child whose change of state is reported, null with WNOHANG and none, or the value PARKED. Linux: do_wait, kernel/exit.c.
 * @throws ECHILD when no child could ever match; ERESTARTSYS
 */
export function doWait(k: Kernel, target: WaitTarget, options: number): WaitResult | null | number {
  let any = false;
  for (const thread of k.current.signal.threads) {
    if (options & WaitOption.WNOTHREAD && thread !== k.current) continue;
    for (const child of thread.children) {
      if (!isEligible(child, target, options)) continue;
      any = true;
      const result = consider(k, child, options);
      if (result) return result;
    }
  }
  if (!any) throw ECHILD;
  if (options & WaitOption.WNOHANG) return null;
  return waitOn(k, k.current.signal.waitChild, { kind: 'wait' });
}

/** Linux: eligible_child. */
function isEligible(child: Task, target: WaitTarget, options: number): boolean {
  if (child.state === TaskState.Dead) return false;
  if (target.kind === 'pid' && child.pid !== target.pid) return false;
  if (target.kind === 'pgid' && child.signal.pgrp !== target.pid) return false;
  if (options & WaitOption.WALL) return true;
  return (child.exitSignal !== Sig.CHLD) === ((options & WaitOption.WCLONE) !== 0);
}

/** Linux: wait_consider_child. A leader whose threads still run cannot be reaped yet. */
function consider(k: Kernel, child: Task, options: number): WaitResult | null {
  const { signal } = child;
  if (child.state === TaskState.Zombie && signal.threads.size === 1) {
    return options & WaitOption.WEXITED ? reap(k, child, options) : null;
  }
  const keep = (options & WaitOption.WNOWAIT) !== 0;
  if (signal.stopped && signal.stopUnwaited && options & WaitOption.WSTOPPED) {
    if (!keep) signal.stopUnwaited = false;
    return report(k, child, stoppedStatus(signal.groupStopSignal), SiCode.CldStopped, signal.groupStopSignal);
  }
  if (signal.continuedUnwaited && options & WaitOption.WCONTINUED) {
    if (!keep) signal.continuedUnwaited = false;
    return report(k, child, ContinuedStatus, SiCode.CldContinued, Sig.CONT);
  }
  return null;
}

/** Linux: wait_task_zombie. */
function reap(k: Kernel, child: Task, options: number): WaitResult {
  const status = waitStatus(child);
  const cause = exitCause(status);
  const result = report(k, child, status, cause.code, cause.status);
  if (options & WaitOption.WNOWAIT) return result;
  addToParent(k, k.current, child);
  releaseTask(k, child);
  return result;
}

function report(k: Kernel, child: Task, status: number, code: number, codeStatus: number): WaitResult {
  return { pid: child.tid, uid: child.cred.uid, status, code, codeStatus, rusage: rusageOf(k, child, 'both') };
}
