import { EAGAIN } from '../errno.js';
import { registerState } from '../state.js';
import { Pid } from './pid.js';
import type { Task } from './task.js';

/** All pids of the machine (kernel/pid.c): numbers are given out in rising order and reused only after the counter wraps at pid_max. */
export class PidTable {
  /** /proc/sys/kernel/pid_max; numbers are below it. */
  pidMax = 32768;
  /** /proc/sys/kernel/threads-max. */
  threadsMax = Infinity;
  private readonly byNumber = new Map<number, Pid>();
  private last = 0;

  /** alloc_pid. @throws EAGAIN when every number is taken */
  alloc(): Pid {
    /** After the first wrap low numbers stay reserved. Linux: RESERVED_PIDS. */
    const reserved = 300;
    for (let tries = 0; tries < this.pidMax; tries++) {
      this.last++;
      if (this.last >= this.pidMax) this.last = Math.min(reserved, this.pidMax - 1);
      if (this.byNumber.has(this.last)) continue;
      const pid = new Pid(this.last);
      this.byNumber.set(pid.nr, pid);
      return pid;
    }
    throw EAGAIN;
  }

  /** Gives back a number that alloc gave and that no task got. */
  free(nr: number): void {
    this.byNumber.delete(nr);
  }

  /** find_pid: also one that only a process group or session still uses. */
  get(nr: number): Pid | undefined {
    return this.byNumber.get(nr);
  }

  /** find_task_by_vpid: the thread with this number, zombies included. */
  task(nr: number): Task | undefined {
    return this.byNumber.get(nr)?.task ?? undefined;
  }

  /** The thread-group leader with this number. */
  leader(nr: number): Task | undefined {
    return this.byNumber.get(nr)?.tgidTask ?? undefined;
  }

  /** The process that has this number, found also by the number of one of its threads. */
  process(nr: number): Task | undefined {
    return this.task(nr)?.groupLeader;
  }

  /** Every thread that is not yet reaped, by number. */
  *tasks(): Iterable<Task> {
    for (const nr of [...this.byNumber.keys()].toSorted((a, b) => a - b)) {
      const task = this.byNumber.get(nr)?.task;
      if (task) yield task;
    }
  }

  /** Every process (thread-group leader) that is not yet reaped, by number. */
  *processes(): Iterable<Task> {
    for (const task of this.tasks()) if (task.groupLeader === task) yield task;
  }

  /** Threads that are not yet reaped (nr_threads). */
  get threads(): number {
    let threads = 0;
    for (const { task } of this.byNumber.values()) if (task) threads++;
    return threads;
  }

  /** The number of the newest task (/proc/loadavg). */
  get lastPid(): number {
    return this.last;
  }

  /** Links a task to its number; a leader also as thread group. Linux: attach_pid for PIDTYPE_PID and PIDTYPE_TGID. */
  attach(task: Task): void {
    task.pid.task = task;
    if (task.groupLeader === task) task.pid.tgidTask = task;
  }

  /** A task is reaped: its number goes when no group or session has it. */
  detach(task: Task): void {
    if (task.pid.task === task) task.pid.task = null;
    if (task.pid.tgidTask === task) task.pid.tgidTask = null;
    this.release(task.pid);
  }

  /** change_pid for PIDTYPE_PGID. */
  setPgrp(leader: Task, pgrp: Pid): void {
    const old = leader.signal.pgrp as Pid | undefined;
    old?.pgrp.delete(leader);
    leader.signal.pgrp = pgrp;
    pgrp.pgrp.add(leader);
    if (old) this.release(old);
  }

  /** change_pid for PIDTYPE_SID. */
  setSession(leader: Task, session: Pid): void {
    const old = leader.signal.session as Pid | undefined;
    old?.session.delete(leader);
    leader.signal.session = session;
    session.session.add(leader);
    if (old) this.release(old);
  }

  /** A leader is reaped: it leaves its group and session. */
  leaveGroups(leader: Task): void {
    leader.signal.pgrp.pgrp.delete(leader);
    leader.signal.session.session.delete(leader);
    this.release(leader.signal.pgrp);
    this.release(leader.signal.session);
  }

  /** A non-leader that execs takes the leader's number and the leader takes its (exchange_tids, transfer_pid in de_thread). */
  exchange(leader: Task, task: Task): void {
    const leaderPid = leader.pid;
    leader.pid = task.pid;
    task.pid = leaderPid;
    leader.pid.task = leader;
    leaderPid.task = task;
    leaderPid.tgidTask = task;
    const { pgrp, session } = task.signal;
    pgrp.pgrp.delete(leader);
    pgrp.pgrp.add(task);
    session.session.delete(leader);
    session.session.add(task);
  }

  private release(pid: Pid): void {
    if (!pid.task && !pid.tgidTask && pid.pgrp.size === 0 && pid.session.size === 0) this.byNumber.delete(pid.nr);
  }
}
registerState('PidTable', PidTable);
