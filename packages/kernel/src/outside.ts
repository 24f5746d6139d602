import { Sig, SiCode } from '@ring3/abi';
import type { Kernel } from './kernel.js';
import type { SigInfo } from './signal/signal-struct.js';
import { kernelInfo, sendGroup, sendSignal } from './signal/send.js';
import type { Task } from './task/task.js';
import { runSlice } from './trap/trap.js';

/** As if root's kill had sent it, from a process that the guest cannot see. */
function outsideInfo(signo: number): SigInfo {
  return { signo, errno: 0, code: SiCode.User, pid: 0, uid: 0 };
}

/** A signal from outside the guest. Does nothing for a process that has ended. */
export function sendFromOutside(k: Kernel, task: Task, signo: number): void {
  const leader = task.groupLeader;
  if (k.pids.leader(leader.tid)) sendSignal(k, leader, outsideInfo(signo), true);
}

/** A signal for the process group that a spawned process led when it began: what ^C does to a shell's job. */
export function sendGroupFromOutside(k: Kernel, task: Task, signo: number): void {
  sendGroup(k, task.groupLeader.pid, outsideInfo(signo));
}

/** Slices within which killed tasks have ended: each needs a few, to leave its sleep and to die. */
const DYING_SLICES_PER_TASK = 16;

/**
 * The machine ends: every process is killed and dies as at a shutdown, with all that its end brings about; then everything dirty goes
 * to the host. @throws Errno what the host did not take
 */
export function shutDown(k: Kernel): void {
  const leaders = Array.from(k.pids.processes()).filter((leader) => leader !== k.init);
  for (const leader of leaders) sendSignal(k, leader, kernelInfo(Sig.KILL), true);
  let slices = Array.from(k.pids.tasks()).length * DYING_SLICES_PER_TASK;
  while (k.init.children.size > 0 && slices-- > 0 && runSlice(k, 1) === 'ready');
  try {
    k.mounts.sync(k);
  } finally {
    k.mounts.releaseHosts(k);
  }
}
