import { Sig, SiCode } from '@ring3/abi';
import type { Kernel } from './kernel.js';
import { sendSignal } from './signal/send.js';
import type { Task } from './task/task.js';

/** A signal from outside the guest, as if root's kill had sent it. Does nothing for a process that has ended. */
export function sendFromOutside(k: Kernel, task: Task, signo: number): void {
  const leader = task.groupLeader;
  if (!k.pids.leader(leader.tid)) return;
  sendSignal(k, leader, { signo, errno: 0, code: SiCode.User, pid: 0, uid: 0 }, true);
}

/** SIGKILL to every process: the machine ends. They die when the machine runs on; nothing of them needs to. */
export function killAll(k: Kernel): void {
  for (const leader of Array.from(k.pids.processes())) if (leader !== k.init) sendSignal(k, leader, { signo: Sig.KILL, errno: 0, code: SiCode.Kernel, pid: 0, uid: 0 }, true);
}
