import { ENOENT, EPERM } from '../../errno.js';
import type { Kernel } from '../../kernel.js';
import type { Task } from '../../task/task.js';
import type { SuperBlock } from '../../vfs/super-block.js';
import { mayInspect } from './access.js';
import { ProcSuperBlock } from './proc-inode.js';
import { HidePid } from './proc-options.js';

/** fs/proc/base.c: has_pid_permissions. */
function sees(k: Kernel, sb: SuperBlock, task: Task, from: HidePid): boolean {
  if (!(sb instanceof ProcSuperBlock) || sb.hidePid < from) return true;
  return k.current.cred.hasGroup(sb.gid) || mayInspect(k, task);
}

/** Is the process hidden from the current task altogether (not listed)? */
export function isInvisible(k: Kernel, sb: SuperBlock, task: Task): boolean {
  return !sees(k, sb, task, HidePid.Invisible);
}

/** proc_pid_permission. null: mode bits decide. @throws EPERM ENOENT */
export function mayEnter(k: Kernel, sb: SuperBlock, task: Task): null {
  if (sees(k, sb, task, HidePid.NoAccess)) return null;
  throw (sb as ProcSuperBlock).hidePid === HidePid.Invisible ? ENOENT : EPERM;
}
