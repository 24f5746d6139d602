import type { Kernel } from '../../kernel.js';
import { rssOf } from '../../mm/account.js';
import { rusageOf } from '../../task/rusage.js';
import type { Task } from '../../task/task.js';
import { mayInspect } from './access.js';
import { handledSignals } from './task-status.js';
import { sleepingIn } from './wchan.js';

const NS_PER_TICK = 10_000_000;
const RLIM_INFINITY = '18446744073709551615';
const RLIMIT_RSS = 5;

const ticks = (ns: number): number => Math.floor(ns / NS_PER_TICK);
/** The classical 31 signals of a set. */
const low31 = (set: bigint): string => (set & 0x7fffffffn).toString();

/**
 * /proc/PID/stat (`whole`: of the process) and /proc/PID/task/TID/stat. Linux: fs/proc/array.c: do_task_stat.
 * Addresses are 0 or 1 for who may not look.
 */
export function taskStatText(k: Kernel, task: Task, whole: boolean): string {
  const { signal, mm } = task;
  const permitted = mayInspect(k, task);
  const usage = rusageOf(k, task, whole ? 'self' : 'thread');
  const { ignored, caught } = handledSignals(task);
  const rssLimit = signal.rlimits[RLIMIT_RSS]?.cur ?? Infinity;
  const address = (va: number): number => (permitted ? va : 0);
  const { tty } = signal;
  const fields: (number | string)[] = [
    task.state,
    task.groupLeader.realParent?.tgid ?? 0,
    signal.pgrp.nr,
    signal.session.nr,
    tty ? tty.rdev : 0,
    tty?.pgrp?.nr ?? -1,
    task.flags,
    usage.minFlt,
    whole ? signal.cminFlt : 0,
    usage.majFlt,
    whole ? signal.cmajFlt : 0,
    ticks(usage.utime),
    ticks(usage.stime),
    ticks(signal.cutime),
    ticks(signal.cstime),
    task.policy === 1 || task.policy === 2 ? -1 - task.rtPriority : 20 + task.nice,
    task.nice,
    signal.threads.size,
    0,
    ticks(task.startTime),
    mm ? mm.totalVm * 4096 : 0,
    mm ? rssOf(mm) : 0,
    rssLimit === Infinity ? RLIM_INFINITY : rssLimit,
    mm ? (permitted ? mm.startCode : 1) : 0,
    mm ? (permitted ? mm.endCode : 1) : 0,
    mm ? address(mm.startStack) : 0,
    0,
    0,
    low31(task.pending.set),
    low31(task.blocked),
    low31(ignored),
    low31(caught),
    permitted && (!whole || signal.threads.size < 2) && sleepingIn(k, task) !== '' ? 1 : 0,
    0,
    0,
    task.exitSignal,
    0,
    task.rtPriority,
    task.policy,
    0,
    0,
    0,
    ...(mm && permitted ? [mm.startData, mm.endData, mm.startBrk, mm.argStart, mm.argEnd, mm.envStart, mm.envEnd] : [0, 0, 0, 0, 0, 0, 0]),
    permitted ? task.exitCode : 0,
  ];
  return `${task.tid} (${task.comm}) ${fields.join(' ')}\n`;
}
