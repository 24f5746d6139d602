import { RUsage } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import { accountTime } from '../time/cpu-time.js';
import type { Task } from './task.js';

/** struct rusage: times in ns, maxRss in pages; and the instructions retired, which Linux's has not. */
export interface Rusage {
  utime: number;
  stime: number;
  maxRss: number;
  minFlt: number;
  majFlt: number;
  nvcsw: number;
  nivcsw: number;
  instructions: number;
}

/** What a task used: 'thread' it alone, 'self' its process, 'children' those that were waited for, 'both' the last two. Linux: getrusage. */
export function rusageOf(k: Kernel, task: Task, who: 'thread' | 'self' | 'children' | 'both'): Rusage {
  accountTime(k);
  const { signal } = task;
  const usage: Rusage = { utime: 0, stime: 0, maxRss: 0, minFlt: 0, majFlt: 0, nvcsw: 0, nivcsw: 0, instructions: 0 };
  const addThread = (thread: Task) => {
    usage.utime += thread.utime;
    usage.stime += thread.stime;
    usage.minFlt += thread.minFlt;
    usage.majFlt += thread.majFlt;
    usage.nvcsw += thread.nvcsw;
    usage.nivcsw += thread.nivcsw;
    usage.instructions += thread.instructions;
  };
  if (who === 'thread') addThread(task);
  if (who === 'children' || who === 'both') {
    usage.utime += signal.cutime;
    usage.stime += signal.cstime;
    usage.minFlt += signal.cminFlt;
    usage.majFlt += signal.cmajFlt;
    usage.nvcsw += signal.cnvcsw;
    usage.nivcsw += signal.cnivcsw;
    usage.instructions += signal.cinstructions;
    usage.maxRss = signal.cmaxRss;
  }
  if (who === 'self' || who === 'both') {
    usage.utime += signal.deadUtime;
    usage.stime += signal.deadStime;
    usage.minFlt += signal.deadMinFlt;
    usage.majFlt += signal.deadMajFlt;
    usage.nvcsw += signal.deadNvcsw;
    usage.nivcsw += signal.deadNivcsw;
    usage.instructions += signal.deadInstructions;
    for (const thread of signal.threads) addThread(thread);
  }
  if (who !== 'children') {
    const { mm } = task;
    usage.maxRss = Math.max(usage.maxRss, signal.maxRss, mm ? Math.max(mm.hiwaterRss, mm.rssAnon + mm.rssFile) : 0);
  }
  return usage;
}

/** struct rusage, 144 bytes. */
export function encodeRusage(usage: Rusage): Uint8Array {
  const bytes = new Uint8Array(RUsage.Bytes);
  const view = new DataView(bytes.buffer);
  const long = (at: number, value: number) => view.setBigInt64(at, BigInt(value), true);
  const timeval = (at: number, ns: number) => {
    long(at, Math.floor(ns / 1e9));
    long(at + 8, Math.floor((ns % 1e9) / 1000));
  };
  timeval(RUsage.Utime, usage.utime);
  timeval(RUsage.Stime, usage.stime);
  long(RUsage.MaxRss, usage.maxRss * 4);
  long(RUsage.MinFlt, usage.minFlt);
  long(RUsage.MajFlt, usage.majFlt);
  long(RUsage.NVcsw, usage.nvcsw);
  long(RUsage.NIvcsw, usage.nivcsw);
  return bytes;
}

/** A child was waited for: what it and its children used counts as the parent's children's. Linux: wait_task_zombie. */
export function addToParent(k: Kernel, parent: Task, child: Task): void {
  const usage = rusageOf(k, child, 'both');
  const { signal } = parent;
  signal.cutime += usage.utime;
  signal.cstime += usage.stime;
  signal.cminFlt += usage.minFlt;
  signal.cmajFlt += usage.majFlt;
  signal.cnvcsw += usage.nvcsw;
  signal.cnivcsw += usage.nivcsw;
  signal.cinstructions += usage.instructions;
  signal.cmaxRss = Math.max(signal.cmaxRss, usage.maxRss);
}
