import type { Task } from './task.js';
import type { WaitQueue } from '../sched/wait-queue.js';
import { registerState } from '../state.js';

/** struct pid: a number apart from the task that bears it; links by PIDTYPE. Verbs (alloc, attach, transfer) in task/pid-table.ts. */
export class Pid {
  task: Task | null = null;
  /** Thread-group leader with this number. */
  tgidTask: Task | null = null;
  /** Members of the process group and of the session with this number (group leaders only). */
  readonly pgrp = new Set<Task>();
  readonly session = new Set<Task>();
  /** Woken when the process has ended; null: nobody polls a descriptor of it. */
  waitPidFd: WaitQueue | null = null;
  constructor(readonly nr: number) {}
}
registerState('Pid', Pid);
