import type { Kernel } from '../kernel.js';
import { sleepingIn } from '../fs/proc/wchan.js';
import { syscallTable } from '../syscalls/table.js';
import type { Task } from '../task/task.js';

/** A thread of the machine, as ps(1) shows it. */
export interface TaskView {
  pid: number;
  tid: number;
  /** Of the process. */
  ppid: number;
  pgrp: number;
  session: number;
  comm: string;
  /** 'R', 'S', 'D', 'T', 't', 'Z', 'X': /proc/PID/stat. */
  state: string;
  /** Is it the one on the CPU? */
  isCurrent: boolean;
  /** Effective user. */
  uid: number;
  /** Instructions that it has retired. */
  instructions: number;
  /** The system call that it is in. */
  syscall: string | null;
  /** What it sleeps for. */
  wait: WaitView | null;
}

export interface WaitView {
  /** The function of Linux that it sleeps in: /proc/PID/wchan. */
  wchan: string;
  /** When it gives up waiting, monotonic ns; null: never. */
  deadline: number | null;
  /** A signal ends it. */
  interruptible: boolean;
}

/** Every thread that is not yet reaped, by number. */
export function inspectTasks(k: Kernel): TaskView[] {
  return [...k.pids.tasks()].map((task) => taskView(k, task));
}

function taskView(k: Kernel, task: Task): TaskView {
  const wchan = sleepingIn(k, task);
  return {
    pid: task.tgid,
    tid: task.tid,
    ppid: task.groupLeader.realParent?.tgid ?? 0,
    pgrp: task.signal.pgrp.nr,
    session: task.signal.session.nr,
    comm: task.comm,
    state: task.state,
    isCurrent: task === k.current,
    uid: task.cred.euid,
    instructions: task.instructions,
    syscall: task.origRax < 0 ? null : (syscallTable[task.origRax]?.name ?? String(task.origRax)),
    wait: wchan === '' ? null : { wchan, deadline: task.op?.deadline ?? null, interruptible: task.state === 'S' },
  };
}
