import { TaskFlag } from '@ring3/abi';
import type { Kernel } from '../../kernel.js';
import type { Mm } from '../../mm/mm.js';
import { switchTo } from '../../sched/switch.js';
import { killThread } from '../../signal/send.js';
import { resumeSyscall } from '../../syscalls/dispatch.js';
import type { Task } from '../../task/task.js';
import { captureThread, type CoreThread } from './thread-state.js';

/**
 * Ends all other tasks of the address space before it is dumped, whatever process they belong to, and gives what they were doing: the
 * dumping thread first. `code` is how their processes end. Linux: fs/coredump.c: coredump_wait, zap_threads.
 */
export function zapThreads(k: Kernel, mm: Mm, code: number): CoreThread[] {
  const dumper = k.current;
  const others = zapProcess(dumper, code).filter((thread) => thread !== dumper);
  const seen = new Set([dumper.signal]);
  for (const task of k.pids.tasks()) {
    if (task.mm !== mm || seen.has(task.signal)) continue;
    seen.add(task.signal);
    others.push(...zapProcess(task, code));
  }
  dumper.flags |= TaskFlag.DUMPCORE;
  const threads = [captureThread(k)];
  for (const thread of others) {
    killThread(k, thread);
    threads.push(stoppedAt(k, thread));
  }
  switchTo(k, dumper);
  return threads;
}

/** The process's end is settled; its threads that still have an address space. Linux: zap_process. */
function zapProcess(task: Task, code: number): Task[] {
  const { signal } = task;
  signal.groupExiting = true;
  signal.groupExitCode = code;
  signal.groupStopCount = 0;
  return [...signal.threads].filter((thread) => thread.mm && !(thread.flags & TaskFlag.EXITING));
}

/** Where the kill finds a thread: a call that it sleeps in is interrupted, and rax says how. In Linux it would wait in exit_mm then. */
function stoppedAt(k: Kernel, thread: Task): CoreThread {
  switchTo(k, thread);
  if (thread.op) resumeSyscall(k);
  return captureThread(k);
}
