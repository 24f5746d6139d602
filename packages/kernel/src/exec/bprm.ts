import { Binprm } from '@ring3/abi';
import type { File } from '../vfs/file.js';
import type { Mm, Vma } from '../mm/mm.js';
import type { Cred } from '../task/cred.js';

/**
 * struct linux_binprm: all that one execve gathers before it commits. Lives only during the call (never in kernel state).
 *
 * The new stack while it is being filled, high addresses first:
 *
 *   vma.end − 8    a zero word
 *   exec           file name, NUL
 *                  environment strings, the last one highest
 *                  argument strings, the last one highest
 *   p              lowest byte in use;  argmin: p may not go below (E2BIG)
 */
export class LinuxBinprm {
  /** The first bytes of `file`, zero-padded. */
  readonly buf = new Uint8Array(Binprm.BufSize);
  file: File | null = null;
  /** The new address space; null once it has been installed (past the point of no return). */
  mm: Mm | null = null;
  /** The stack's vma in `mm`, or in the task's mm once installed. */
  vma: Vma | null = null;
  p = 0;
  argmin = 0;
  /** Address of the file name on the new stack (AT_EXECFN). */
  exec = 0;
  argc = 0;
  envc = 0;
  /** The credentials to be; null once committed. */
  cred: Cred | null = null;
  /** Personality bits that a privileged program loses. */
  perClear = 0;
  unsafe = 0;
  capElevated = false;
  secureexec = false;
  interpFlags = 0;
  /** Descriptor of the file for its interpreter (AT_EXECFD), with BinprmFlag.ExecFd. */
  interpData = 0;
  recursionDepth = 0;
  /** The Linux function at work: the one that refused, should it fail. */
  at = 'do_open_execat';
  /** RLIMIT_STACK as it was at the start of the call; stored back by finalize_exec. */
  rlimStack = { cur: 0, max: 0 };

  constructor(
    /** As the user wrote it (or /dev/fd/N/…): what ps shows and AT_EXECFN holds. */
    readonly filename: string,
    /** Name of the file really loaded: differs from filename for scripts. */
    public interp: string,
  ) {}
}
