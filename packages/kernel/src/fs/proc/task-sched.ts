import type { Kernel } from '../../kernel.js';
import { rusageOf } from '../../task/rusage.js';
import type { Task } from '../../task/task.js';

const DASHES = '-'.repeat(67);
const NS_PER_MS = 1_000_000;

const row = (name: string, value: string): string => `${name.padEnd(45)}:${value.padStart(21)}\n`;

/** Nanoseconds as milliseconds with six places (SPLIT_NS). */
function millis(ns: number): string {
  return `${Math.floor(ns / NS_PER_MS)}.${String(Math.floor(ns % NS_PER_MS)).padStart(6, '0')}`;
}

/** /proc/PID/sched, the rows that mean something to this scheduler: kernel/sched/debug.c: proc_sched_show_task. */
export function schedText(k: Kernel, task: Task): string {
  const { utime, stime } = rusageOf(k, task, 'thread');
  return (
    `${task.comm} (${task.tid}, #threads: ${task.signal.threads.size})\n${DASHES}\n` +
    row('se.sum_exec_runtime', millis(utime + stime)) +
    row('se.nr_migrations', '0') +
    row('nr_switches', String(task.nvcsw + task.nivcsw)) +
    row('nr_voluntary_switches', String(task.nvcsw)) +
    row('nr_involuntary_switches', String(task.nivcsw)) +
    row('policy', String(task.policy)) +
    row('prio', String(task.rtPriority > 0 ? 99 - task.rtPriority : 120 + task.nice))
  );
}
