import { Cap, SuidDump, TaskFlag } from '@ring3/abi';
import { EACCES, ESRCH } from '../../errno.js';
import type { Kernel } from '../../kernel.js';
import type { Mm } from '../../mm/mm.js';
import type { Cred } from '../../task/cred.js';
import type { Task } from '../../task/task.js';

/**
 * May the current task look into another with PTRACE_MODE_READ_FSCREDS? Its own threads always; others with the same user and group
 * ids throughout, if they are dumpable and have no capability that it lacks; and CAP_SYS_PTRACE.
 * Linux: kernel/ptrace.c: __ptrace_may_access; security/commoncap.c: cap_ptrace_access_check.
 */
export function mayInspect(k: Kernel, task: Task): boolean {
  const { current } = k;
  if (task.groupLeader === current.groupLeader) return true;
  const { cred } = current;
  if (cred.capable(Cap.SYS_PTRACE)) return true;
  if (!sameIds(cred, task.cred)) return false;
  if (task.mm && task.mm.dumpable !== SuidDump.User) return false;
  return (task.cred.capPermitted & ~cred.capEffective) === 0n;
}

function sameIds(cred: Cred, { uid, euid, suid, gid, egid, sgid }: Cred): boolean {
  const sameUser = cred.fsuid === uid && cred.fsuid === euid && cred.fsuid === suid;
  return sameUser && cred.fsgid === gid && cred.fsgid === egid && cred.fsgid === sgid;
}

/** kernel/fork.c: mm_access. null: it has none any more. @throws EACCES */
export function mmToInspect(k: Kernel, task: Task): Mm | null {
  const { mm } = task;
  if (mm && mm !== k.current.mm && !mayInspect(k, task)) throw EACCES;
  return mm;
}

/** Who owns a task's entries: its effective ids, or root when it is not dumpable or has no memory. Linux: fs/proc/base.c: task_dump_owner. */
export function dumpOwner(task: Task, mode: number): { uid: number; gid: number } {
  // Directories that everybody may read always belong to the task.
  const worldReadable = mode === 0o040555;
  const ofRoot = (task.flags & TaskFlag.KTHREAD) !== 0 || (!worldReadable && task.mm?.dumpable !== SuidDump.User);
  return ofRoot ? { uid: 0, gid: 0 } : { uid: task.cred.euid, gid: task.cred.egid };
}

/** The thread with this number. @throws ESRCH gone */
export function taskOf(k: Kernel, tid: number): Task {
  const task = k.pids.task(tid);
  if (!task) throw ESRCH;
  return task;
}

/** true: it is a thread of the current process; null: the mode decides (Inode.permits). */
export function ownProcess(k: Kernel, tid: number): true | null {
  return k.pids.task(tid)?.groupLeader === k.current.groupLeader ? true : null;
}
