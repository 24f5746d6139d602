import { SiCode, TaskFlag } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import { forgetFutexWaiter } from '../ipc/futex.js';
import { mmPut } from '../mm/mm-life.js';
import type { PageWaitOp } from '../mm/page-read.js';
import { leaveQueues } from '../sched/scheduler.js';
import { killOrphanedPgrp, notifyContinuedOrStopped } from '../signal/jobctl.js';
import { retargetShared } from '../signal/mask.js';
import { killThread } from '../signal/send.js';
import { participateInStop } from '../signal/stop-state.js';
import { accountTime } from '../time/cpu-time.js';
import { stopItimers } from '../time/itimer.js';
import { deletePosixTimers } from '../time/posix-timer.js';
import { Trace, emit } from '../trace/tracer.js';
import { disassociateCtty } from '../tty/ctty.js';
import { putFiles } from '../vfs/file-table.js';
import { mmRelease } from './mm-release.js';
import { notifyParent } from './notify-parent.js';
import { forgetOriginalParent } from './reparent.js';
import { TaskState, type Task } from './task.js';

/** exit(2): the current thread ends. `code` is the wait status: exit status << 8, or a signal's number. Linux: do_exit. */
export function doExit(k: Kernel, code: number): void {
  endThread(k, k.current, code);
}

/** exit_group(2), or a fatal signal: every thread of the process ends with one status. Linux: do_group_exit. */
export function doGroupExit(k: Kernel, code: number): void {
  const task = k.current;
  const { signal } = task;
  if (!signal.groupExiting) {
    signal.groupExiting = true;
    signal.groupExitCode = code;
    for (const thread of signal.threads) {
      if (thread !== task && (thread.flags & TaskFlag.EXITING) === 0) killThread(k, thread);
    }
  }
  endThread(k, task, signal.groupExitCode);
}

/** Ends a thread: the current one, or another of the current process that is not on the CPU. Linux: do_exit, kernel/exit.c. */
export function endThread(k: Kernel, task: Task, code: number): void {
  if (task.flags & TaskFlag.EXITING) return;
  const { signal } = task;
  // What it has to tell others (clear_child_tid, robust futexes) waits for no page.
  k.vm.mayWait = false;
  accountTime(k);
  exitSignals(k, task);
  leaveQueues(k, task);
  k.scheduler.dequeue(task);
  forgetPageWait(task);
  if (task.op) forgetFutexWaiter(k, task.op);
  task.op = null;
  task.restart = null;
  task.origRax = -1;
  task.exitCode = code;

  signal.live--;
  const groupDead = signal.live === 0;
  if (groupDead) {
    stopItimers(k, signal);
    deletePosixTimers(k, signal);
    if (task.mm) signal.maxRss = Math.max(signal.maxRss, task.mm.hiwaterRss, task.mm.rssAnon + task.mm.rssFile);
  }
  if (k.trace.on(Trace.Sched)) {
    emit(k, Trace.Sched, 'sched:sched_process_exit', {
      comm: task.comm,
      exiting: task.tid,
      prio: 120 + task.nice,
      code,
      group_dead: groupDead,
    });
  }

  exitMm(k, task);
  if (task.files) putFiles(k, task.files);
  task.files = null;
  task.fs.users--;
  if (groupDead && signal.leader) disassociateCtty(k, task, true);
  exitNotify(k, task, groupDead);
}

/** It sleeps for a page no longer; what its call had left behind before is back in task.op. */
function forgetPageWait(task: Task): void {
  if (task.op?.kind !== 'page') return;
  const op = task.op as PageWaitOp;
  op.sleep?.left();
  task.op = op.inner;
}

/** No longer a candidate for process-wide signals; a group stop goes on without it. Linux: exit_signals. */
function exitSignals(k: Kernel, task: Task): void {
  task.flags |= TaskFlag.EXITING;
  if (task.signal.threads.size <= 1 || task.signal.groupExiting) return;
  if (task.sigPending) retargetShared(k, task, task.signal.shared.set & ~task.blocked);
  if (task.stopPending && participateInStop(task)) notifyContinuedOrStopped(k, task, SiCode.CldStopped);
}

function exitMm(k: Kernel, task: Task): void {
  const { mm } = task;
  mmRelease(k, task, mm);
  task.mm = null;
  if (mm) mmPut(k, mm);
}

/** Children get a new parent, the parent is told; who is not waited for goes at once. Linux: exit_notify. */
function exitNotify(k: Kernel, task: Task, groupDead: boolean): void {
  forgetOriginalParent(k, task);
  if (groupDead) killOrphanedPgrp(k, task.groupLeader, null);
  task.state = TaskState.Zombie;
  const isLeader = task.groupLeader === task;
  if (!isLeader || (task.signal.threads.size === 1 && notifyParent(k, task, task.exitSignal))) releaseTask(k, task);
}

/** The task is waited for, or nobody waits: nothing of it stays. Linux: release_task. */
export function releaseTask(k: Kernel, task: Task): void {
  const { signal, groupLeader: leader } = task;
  task.state = TaskState.Dead;
  if (signal.currTarget === task) signal.currTarget = null;
  signal.threads.delete(task);
  signal.deadUtime += task.utime;
  signal.deadStime += task.stime;
  signal.deadMinFlt += task.minFlt;
  signal.deadIo.add(task.ioac);
  signal.deadMajFlt += task.majFlt;
  signal.deadNvcsw += task.nvcsw;
  signal.deadNivcsw += task.nivcsw;
  signal.deadInstructions += task.instructions;
  task.sighand.users--;
  if (leader === task) {
    k.pids.leaveGroups(task);
    task.realParent?.children.delete(task);
  }
  k.pids.detach(task);
  // The last other thread is gone: a leader that ended before can be waited for now.
  if (leader !== task && leader.state === TaskState.Zombie && signal.threads.size === 1) {
    if (notifyParent(k, leader, leader.exitSignal)) releaseTask(k, leader);
  }
}
