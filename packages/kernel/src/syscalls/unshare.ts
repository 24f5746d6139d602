import { Cap, CloneFlag, Sys } from '@ring3/abi';
import { EINVAL, EPERM } from '../errno.js';
import type { Kernel } from '../kernel.js';
import { copyFsStruct, NewNamespaces } from '../task/fork.js';
import { dupFiles, putFiles } from '../vfs/file-table.js';
import type { SyscallRow } from './row.js';

/** Nothing of System V semaphores is kept per task. */
const Known = CloneFlag.THREAD | CloneFlag.FS | CloneFlag.SIGHAND | CloneFlag.VM | CloneFlag.FILES | CloneFlag.SYSVSEM | NewNamespaces;

/** What cannot be parted without more. Linux: the head of ksys_unshare. */
function implied(flags: number): number {
  let all = flags;
  if (all & CloneFlag.NEWUSER) all |= CloneFlag.THREAD | CloneFlag.FS;
  if (all & CloneFlag.VM) all |= CloneFlag.SIGHAND;
  if (all & CloneFlag.SIGHAND) all |= CloneFlag.THREAD;
  if (all & CloneFlag.NEWNS) all |= CloneFlag.FS;
  return all;
}

/** unshare(2). Threads, signal handlers and memory can only be found to be unshared already. Linux: ksys_unshare, check_unshare_flags. */
function unshare(k: Kernel, asked: number): number {
  const task = k.current;
  const flags = implied(asked);
  if (flags & ~Known) throw EINVAL;
  if (flags & (CloneFlag.THREAD | CloneFlag.SIGHAND | CloneFlag.VM) && task.signal.threads.size > 1) throw EINVAL;
  if (flags & (CloneFlag.SIGHAND | CloneFlag.VM) && task.sighand.users > 1) throw EINVAL;
  if (flags & CloneFlag.VM && task.mm!.users > 1) throw EINVAL;
  if (flags & NewNamespaces) throw task.cred.capable(Cap.SYS_ADMIN) || flags & CloneFlag.NEWUSER ? EINVAL : EPERM;
  if (flags & CloneFlag.FS && task.fs.users > 1) {
    task.fs.users--;
    task.fs = copyFsStruct(task.fs);
  }
  if (flags & CloneFlag.FILES && task.files!.users > 1) {
    const shared = task.files!;
    task.files = dupFiles(k, shared);
    putFiles(k, shared);
  }
  return 0;
}

export const unshareSyscalls: readonly SyscallRow[] = [
  { nr: Sys.unshare, name: 'unshare', args: ['flags:CLONE_'], call: unshare, done: 'no namespaces' },
];
