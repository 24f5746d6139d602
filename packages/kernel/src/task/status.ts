import type { Task } from './task.js';

/** The status that wait gives for a zombie: the group's when the group was ended as a whole, else the leader's own. */
export function waitStatus(leader: Task): number {
  return leader.signal.groupExiting ? leader.signal.groupExitCode : leader.exitCode;
}

/** For a stop signal, as WIFSTOPPED reads it. */
export function stoppedStatus(signo: number): number {
  return (signo << 8) | 0x7f;
}

/** WIFCONTINUED. */
export const ContinuedStatus = 0xffff;
