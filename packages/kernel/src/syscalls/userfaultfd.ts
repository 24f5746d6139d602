import { Cap, O, Sys } from '@ring3/abi';
import { EINVAL, EPERM } from '../errno.js';
import type { Kernel } from '../kernel.js';
import { createUserfaultfd } from '../mm/userfaultfd-file.js';
import { fdInstall, fput } from '../vfs/file-table.js';
import type { SyscallRow } from './row.js';

/** Linux: fs/userfaultfd.c. */
function userfaultfd(k: Kernel, flags: number): number {
  if (k.vm.unprivilegedUserfaultfd === 0 && !k.current.cred.capable(Cap.SYS_PTRACE)) throw EPERM;
  if (flags & ~(O.CLOEXEC | O.NONBLOCK)) throw EINVAL;
  const file = createUserfaultfd(k, flags);
  try {
    return fdInstall(k, file, (flags & O.CLOEXEC) !== 0);
  } catch (error) {
    fput(k, file);
    throw error;
  }
}

export const userfaultfdSyscalls: readonly SyscallRow[] = [
  {
    nr: Sys.userfaultfd,
    name: 'userfaultfd',
    args: ['flags:open'],
    call: userfaultfd,
    done: 'no events besides page faults',
    result: 'fd',
  },
];
