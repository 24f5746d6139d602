import { Sig } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import { unshareSighand } from '../signal/actions.js';
import { flushTimerSignals } from '../signal/pending.js';
import { deletePosixTimers } from '../time/posix-timer.js';
import { endThread, releaseTask } from './exit.js';
import type { Task } from './task.js';

/**
 * exec: the other threads of the group die, the caller becomes the leader and takes its number, timers go, handlers are its own.
 * With one CPU no other thread is on it, so their deaths need no waiting. Linux: de_thread, fs/exec.c.
 */
export function deThread(k: Kernel, task: Task): void {
  const { signal } = task;
  if (signal.threads.size > 1) {
    for (const thread of Array.from(signal.threads)) if (thread !== task) endThread(k, thread, Sig.KILL);
    const leader = task.groupLeader;
    if (leader !== task) {
      takeLeadership(k, leader, task);
      releaseTask(k, leader);
    }
  }
  task.exitSignal = Sig.CHLD;
  deletePosixTimers(k, signal);
  flushTimerSignals(task.pending);
  flushTimerSignals(signal.shared);
  unshareSighand(task);
}

/** The old leader's place in the family: number, group, session, parent, children's view. */
function takeLeadership(k: Kernel, leader: Task, task: Task): void {
  k.pids.exchange(leader, task);
  task.startTime = leader.startTime;
  task.groupLeader = task;
  leader.groupLeader = task;
  if (leader.parent) {
    leader.parent.children.delete(leader);
    leader.parent.children.add(task);
  }
  task.parent = leader.parent;
  task.realParent = leader.realParent;
  task.spawned = leader.spawned;
}
