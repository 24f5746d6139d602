import { Cap, SuidDump } from '@ring3/abi';
import type { Kernel } from '../../kernel.js';
import type { Task } from '../../task/task.js';

/**
 * May the current task look into another with PTRACE_MODE_READ_FSCREDS? Its own threads always; others with the same user and group
 * ids throughout, if they are dumpable; and CAP_SYS_PTRACE. Linux: kernel/ptrace.c: __ptrace_may_access.
 */
export function mayInspect(k: Kernel, task: Task): boolean {
  const { current } = k;
  if (task.groupLeader === current.groupLeader) return true;
  const { cred } = current;
  if (cred.capable(Cap.SYS_PTRACE)) return true;
  const { uid, euid, suid, gid, egid, sgid } = task.cred;
  const sameUser = cred.fsuid === uid && cred.fsuid === euid && cred.fsuid === suid;
  const sameGroup = cred.fsgid === gid && cred.fsgid === egid && cred.fsgid === sgid;
  return sameUser && sameGroup && (!task.mm || task.mm.dumpable === SuidDump.User);
}

/** Who owns a task's entries: its effective ids, or root when it is not dumpable. Linux: fs/proc/base.c: task_dump_owner. */
export function dumpOwner(task: Task, mode: number): { uid: number; gid: number } {
  // Directories that everybody may read always belong to the task.
  if (mode !== 0o040555 && task.mm && task.mm.dumpable !== SuidDump.User) return { uid: 0, gid: 0 };
  return { uid: task.cred.euid, gid: task.cred.egid };
}
