import { EACCES, EINVAL, EPERM, ESRCH } from '../errno.js';
import type { Kernel } from '../kernel.js';
import type { Task } from './task.js';

/**
 * setpgid(2): `pid` 0 is the caller, `pgid` 0 the process itself. Linux: kernel/sys.c.
 * @throws ESRCH neither caller nor child; EACCES the child has called execve; EPERM a session leader, another session, no such group
 */
export function setpgid(k: Kernel, pid: number, pgid: number): number {
  const caller = k.current.groupLeader;
  const nr = pid === 0 ? caller.tid : pid;
  const groupNr = pgid === 0 ? nr : pgid;
  if (groupNr < 0) throw EINVAL;
  const task = k.pids.task(nr);
  if (!task) throw ESRCH;
  if (task.groupLeader !== task) throw EINVAL;
  if (task.realParent?.signal === caller.signal) {
    if (task.signal.session !== caller.signal.session) throw EPERM;
    if (task.didExec) throw EACCES;
  } else if (task !== caller) {
    throw ESRCH;
  }
  if (task.signal.leader) throw EPERM;
  let group = task.pid;
  if (groupNr !== nr) {
    const found = k.pids.get(groupNr);
    const member = found && [...found.pgrp][0];
    if (!found || !member || member.signal.session !== caller.signal.session) throw EPERM;
    group = found;
  }
  if (task.signal.pgrp !== group) k.pids.setPgrp(task, group);
  return 0;
}

/** setsid(2). @throws EPERM for a group leader. Linux: ksys_setsid. */
export function setsid(k: Kernel): number {
  const leader = k.current.groupLeader;
  const { signal, pid } = leader;
  if (signal.leader || pid.pgrp.size > 0) throw EPERM;
  signal.leader = true;
  k.pids.setSession(leader, pid);
  k.pids.setPgrp(leader, pid);
  signal.tty = null;
  return leader.tid;
}

/** The process of getpgid and getsid: 0 is the caller. @throws ESRCH */
export function processOf(k: Kernel, pid: number): Task {
  const task = pid === 0 ? k.current : k.pids.task(pid);
  if (!task) throw ESRCH;
  return task;
}
