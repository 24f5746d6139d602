import type { Kernel } from '../../kernel.js';
import { LOAD_ONE } from '../../sched/load-average.js';
import { NsPerSec } from '../../time/clock.js';

/** /proc/stat, uptime and loadavg: what the processor did so far. */

const NS_PER_TICK = NsPerSec / 100;

/** CPU time of everything so far, ns: user, system, and what is left of the time since boot. */
function cpuTimes(k: Kernel): { user: number; system: number; idle: number } {
  let user = 0;
  let system = 0;
  for (const task of k.pids.tasks()) {
    user += task.utime;
    system += task.stime;
    if (task.groupLeader === task) {
      user += task.signal.deadUtime + task.signal.cutime;
      system += task.signal.deadStime + task.signal.cstime;
    }
  }
  return { user, system, idle: Math.max(0, k.clock.monotonic(k) - user - system) };
}

/** fs/proc/stat.c: show_stat */
export function statText(k: Kernel): string {
  const { user, system, idle } = cpuTimes(k);
  const ticks = [user, 0, system, idle, 0, 0, 0, 0, 0, 0].map((ns) => Math.floor(ns / NS_PER_TICK)).join(' ');
  const { switches, forks } = k.scheduler;
  return (
    `cpu  ${ticks}\ncpu0 ${ticks}\nintr 0\nctxt ${switches}\nbtime ${k.clock.bootTime}\nprocesses ${forks}\n` +
    `procs_running ${k.scheduler.runnable(k)}\nprocs_blocked 0\nsoftirq 0 0 0 0 0 0 0 0 0 0 0\n`
  );
}

function centiseconds(ns: number): string {
  const hundredths = Math.floor(ns / NS_PER_TICK);
  return `${Math.floor(hundredths / 100)}.${String(hundredths % 100).padStart(2, '0')}`;
}

/** fs/proc/uptime.c */
export function uptimeText(k: Kernel): string {
  return `${centiseconds(k.clock.monotonic(k))} ${centiseconds(cpuTimes(k).idle)}\n`;
}

/** fs/proc/loadavg.c */
export function loadavgText(k: Kernel): string {
  const averages = k.load.read(k).map((load) => {
    const rounded = load + LOAD_ONE / 200;
    return `${Math.floor(rounded / LOAD_ONE)}.${String(Math.floor(((rounded % LOAD_ONE) * 100) / LOAD_ONE)).padStart(2, '0')}`;
  });
  return `${averages.join(' ')} ${k.scheduler.runnable(k)}/${k.pids.threads} ${k.pids.lastPid}\n`;
}
