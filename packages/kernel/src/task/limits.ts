import { RLimit } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import type { Task } from './task.js';

/** Most descriptors that RLIMIT_NOFILE can allow a process (sysctl_nr_open). */
export const NR_OPEN = 1 << 20;

/** The soft limit of the task's process; Infinity is RLIM_INFINITY. */
export function rlimit(task: Task, resource: RLimit): number {
  return task.signal.rlimits[resource]!.cur;
}

/** Threads whose stacks (16 KiB each) fill an eighth of memory. Linux: kernel/fork.c: set_max_threads. */
export function initialThreadsMax(memoryBytes: number): number {
  return Math.max(20, Math.floor(memoryBytes / (8 * 16384)));
}

/** Live threads that there may be, pid 1 counted: threads-max, and what the machine's own options allow. */
export function threadsAllowed(k: Kernel): number {
  return Math.min(k.pids.threadsMax, (k.options.maxThreads ?? Infinity) + 1);
}

/** A limit as the machine's own options let it be. */
export function allowedLimit(k: Kernel, resource: RLimit, { cur, max }: { cur: number; max: number }): { cur: number; max: number } {
  const most = resource === RLimit.NOFILE ? (k.options.maxOpenFiles ?? Infinity) : Infinity;
  return { cur: Math.min(cur, most), max: Math.min(max, most) };
}

/** Limits of the first process, as 5.4 boots with this much memory (include/asm-generic/resource.h, kernel/fork.c: fork_init). */
export function initialLimits(memoryBytes: number): { cur: number; max: number }[] {
  const all = { cur: Infinity, max: Infinity };
  const limits = Array.from({ length: RLimit.Count }, () => all);
  const threads = initialThreadsMax(memoryBytes);
  limits[RLimit.STACK] = { cur: 8 << 20, max: Infinity };
  limits[RLimit.CORE] = { cur: 0, max: Infinity };
  limits[RLimit.NPROC] = { cur: threads >> 1, max: threads >> 1 };
  limits[RLimit.NOFILE] = { cur: 1024, max: 4096 };
  limits[RLimit.MEMLOCK] = { cur: 65536, max: 65536 };
  limits[RLimit.SIGPENDING] = { cur: threads >> 1, max: threads >> 1 };
  limits[RLimit.MSGQUEUE] = { cur: 819200, max: 819200 };
  limits[RLimit.NICE] = { cur: 0, max: 0 };
  limits[RLimit.RTPRIO] = { cur: 0, max: 0 };
  return limits;
}

/** Tasks whose real user is `uid`, zombies included: what RLIMIT_NPROC limits (user_struct.processes). */
export function processesOf(k: Kernel, uid: number): number {
  let count = 0;
  for (const task of k.pids.tasks()) if (task.cred.uid === uid && task !== k.init) count++;
  return count;
}
