import { RLimit } from '@ring3/abi';
import type { Kernel } from '../../kernel.js';
import type { Task } from '../../task/task.js';

const LIMITS: readonly (readonly [RLimit, string, string])[] = [
  [RLimit.CPU, 'Max cpu time', 'seconds'],
  [RLimit.FSIZE, 'Max file size', 'bytes'],
  [RLimit.DATA, 'Max data size', 'bytes'],
  [RLimit.STACK, 'Max stack size', 'bytes'],
  [RLimit.CORE, 'Max core file size', 'bytes'],
  [RLimit.RSS, 'Max resident set', 'bytes'],
  [RLimit.NPROC, 'Max processes', 'processes'],
  [RLimit.NOFILE, 'Max open files', 'files'],
  [RLimit.MEMLOCK, 'Max locked memory', 'bytes'],
  [RLimit.AS, 'Max address space', 'bytes'],
  [RLimit.LOCKS, 'Max file locks', 'locks'],
  [RLimit.SIGPENDING, 'Max pending signals', 'signals'],
  [RLimit.MSGQUEUE, 'Max msgqueue size', 'bytes'],
  [RLimit.NICE, 'Max nice priority', ''],
  [RLimit.RTPRIO, 'Max realtime priority', ''],
  [RLimit.RTTIME, 'Max realtime timeout', 'us'],
];

const row = (name: string, soft: string, hard: string, units: string): string =>
  `${name.padEnd(26)}${soft.padEnd(21)}${hard.padEnd(21)}${units === '' ? '' : units.padEnd(10)}\n`;
const value = (limit: number | undefined): string => (limit === undefined || limit === Infinity ? 'unlimited' : String(limit));

/** /proc/PID/limits: fs/proc/base.c: proc_pid_limits. */
export function limitsText(_k: Kernel, task: Task): string {
  let text = row('Limit', 'Soft Limit', 'Hard Limit', 'Units');
  for (const [which, name, units] of LIMITS) {
    const limit = task.signal.rlimits[which];
    text += row(name, value(limit?.cur), value(limit?.max), units);
  }
  return text;
}
