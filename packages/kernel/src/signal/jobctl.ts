import { SaFlag, Sig, SiCode, SigHandler } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import { leaveQueues } from '../sched/scheduler.js';
import type { Pid } from '../task/pid.js';
import { TaskState, type Task } from '../task/task.js';
import { processTime } from '../time/cpu-time.js';
import { kernelInfo, sendSignal, signalWakeUp } from './send.js';
import { recalcSigPending } from './pending.js';
import { participateInStop, setStopPending } from './stop-state.js';
import { Trace, emit } from '../trace/tracer.js';

/** The default action "stop": every thread of the group is to stop, this one at once. Linux: do_signal_stop. */
export function stopSignal(k: Kernel, signo: number): void {
  const task = k.current;
  const { signal } = task;
  if (!signal.stopped) signal.groupStopSignal = signo;
  signal.groupStopCount = 0;
  if (setStopPending(task, signo)) signal.groupStopCount++;
  for (const thread of signal.threads) {
    if (thread === task || thread.state === TaskState.Stopped || thread.state === TaskState.Zombie || thread.state === TaskState.Dead)
      continue;
    if (!setStopPending(thread, signo)) continue;
    signal.groupStopCount++;
    signalWakeUp(k, thread, false);
  }
  if (task.stopPending) takePartInStop(k);
}

/** The current thread stops for a group stop in progress; the last one tells the parent. */
export function takePartInStop(k: Kernel): void {
  const task = k.current;
  const complete = participateInStop(task);
  recalcSigPending(task);
  leaveQueues(k, task);
  task.state = TaskState.Stopped;
  if (k.trace.on(Trace.Signal)) emit(k, Trace.Signal, 'signal:group_stop', { sig: task.signal.groupStopSignal & 0x7f });
  if (complete) notifyContinuedOrStopped(k, task, SiCode.CldStopped);
}

/** SIGCHLD for a stop or continue, and the wake-up of waiters. Linux: do_notify_parent_cldstop. */
export function notifyContinuedOrStopped(k: Kernel, task: Task, why: number): void {
  const leader = task.groupLeader;
  const parent = leader.realParent;
  if (!parent) return;
  const { utime, stime } = processTime(k, leader.signal);
  const status = why === SiCode.CldContinued ? Sig.CONT : leader.signal.groupStopSignal & 0x7f;
  const action = parent.sighand.actions[Sig.CHLD - 1]!;
  if (action.handler !== SigHandler.Ignore && (action.flags & SaFlag.NoCldStop) === 0) {
    sendSignal(k, parent, { signo: Sig.CHLD, errno: 0, code: why, pid: leader.tid, uid: leader.cred.uid, status, utime, stime }, true);
  }
  parent.signal.waitChild.wake(k);
}

/**
 * Is no member of the group, `ignored` aside, the child of a process outside the group but within the session? Then nobody could
 * continue it. Linux: will_become_orphaned_pgrp.
 */
function willBecomeOrphaned(pgrp: Pid, ignored: Task | null): boolean {
  for (const member of pgrp.pgrp) {
    if (member === ignored || (member.state === TaskState.Zombie && member.signal.live === 0)) continue;
    const parent = member.realParent;
    if (!parent || parent.tgid === 1) continue;
    if (parent.signal.pgrp !== pgrp && parent.signal.session === member.signal.session) return false;
  }
  return true;
}

export function currentPgrpOrphaned(k: Kernel): boolean {
  return willBecomeOrphaned(k.current.signal.pgrp, null);
}

function hasStoppedJobs(pgrp: Pid): boolean {
  for (const member of pgrp.pgrp) if (member.signal.stopped) return true;
  return false;
}

/**
 * `task` dies, or loses `parent` (null: its own death): where that orphans a group with stopped members, they get SIGHUP and SIGCONT.
 * Linux: kill_orphaned_pgrp.
 */
export function killOrphanedPgrp(k: Kernel, task: Task, parent: Task | null): void {
  const { pgrp } = task.signal;
  const near = parent ?? task.realParent;
  const ignored = parent ? null : task;
  if (!near || near.signal.pgrp === pgrp || near.signal.session !== task.signal.session) return;
  if (!willBecomeOrphaned(pgrp, ignored) || !hasStoppedJobs(pgrp)) return;
  for (const member of Array.from(pgrp.pgrp)) sendSignal(k, member, kernelInfo(Sig.HUP), true);
  for (const member of Array.from(pgrp.pgrp)) sendSignal(k, member, kernelInfo(Sig.CONT), true);
}
