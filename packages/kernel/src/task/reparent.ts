import { Sig, SiCode, TaskFlag } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import { killOrphanedPgrp } from '../signal/jobctl.js';
import { sendSignal } from '../signal/send.js';
import { notifyParent } from './notify-parent.js';
import { releaseTask } from './exit.js';
import { TaskState, type Task } from './task.js';

/** A thread ends: its children go to another thread of its process, the nearest subreaper, or pid 1. Linux: forget_original_parent. */
export function forgetOriginalParent(k: Kernel, father: Task): void {
  if (father.children.size === 0) return;
  const reaper = newReaper(k, father);
  for (const child of Array.from(father.children)) {
    father.children.delete(child);
    reaper.children.add(child);
    for (const thread of child.signal.threads) {
      thread.realParent = reaper;
      thread.parent = reaper;
      if (thread.pdeathSignal !== 0) {
        sendSignal(k, thread, { signo: thread.pdeathSignal, errno: 0, code: SiCode.User, pid: father.tgid, uid: father.cred.uid }, true);
      }
    }
    if (reaper.signal !== father.signal) reparentLeader(k, father, child);
  }
}

function reparentLeader(k: Kernel, father: Task, child: Task): void {
  child.exitSignal = Sig.CHLD;
  if (child.state === TaskState.Zombie && child.signal.threads.size === 1 && notifyParent(k, child, child.exitSignal))
    releaseTask(k, child);
  if (child.state !== TaskState.Dead) killOrphanedPgrp(k, child, father);
}

/** Linux: find_new_reaper. */
function newReaper(k: Kernel, father: Task): Task {
  const sibling = aliveThread(father);
  if (sibling) return sibling;
  if (!father.signal.hasChildSubreaper) return k.init;
  for (let ancestor = father.realParent; ancestor && ancestor !== k.init; ancestor = ancestor.realParent) {
    if (!ancestor.signal.isChildSubreaper) continue;
    const thread = aliveThread(ancestor);
    if (thread) return thread;
  }
  return k.init;
}

function aliveThread(task: Task): Task | undefined {
  for (const thread of task.signal.threads) if ((thread.flags & TaskFlag.EXITING) === 0) return thread;
  return undefined;
}
