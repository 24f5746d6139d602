import { At, Binprm, BinprmFlag, Limit, RLimit, TaskFlag } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import { EAGAIN, ENOENT } from '../errno.js';
import { mmAlloc, mmPut } from '../mm/mm-life.js';
import { strncpyFromUser } from '../mm/uaccess.js';
import type { FilesStruct } from '../task/files-struct.js';
import { processesOf, rlimit } from '../task/limits.js';
import { openExecAt } from '../vfs/open.js';
import { dupFiles, putFiles } from '../vfs/file-table.js';
import { KernelArgs, UserArgs, copyStrings, prepareArgPages, type ArgVector } from './arguments.js';
import { bprmMmInit } from './arg-pages.js';
import { LinuxBinprm } from './bprm.js';
import { checkUnsafeExec } from './exec-creds.js';
import { releaseExecFile } from './exec-file.js';
import { prepareBinprm, searchBinaryHandler } from './search.js';
import { stage } from './stage.js';

/**
 * Replaces the current task's program: fs/exec.c: do_execve with strings of the kernel's own. Returns 0; the task then stands at the
 * program's first instruction. @throws Errno with the old program untouched; a failure past the point of no return throws too, and has
 * forced SIGSEGV before.
 */
export function doExecve(k: Kernel, path: string, argv: readonly string[], envp: readonly string[], flags = 0): number {
  return doExecveatCommon(k, At.FDCWD, path, new KernelArgs(argv), new KernelArgs(envp), flags);
}

/** execve(2) and execveat(2): names and vectors in user memory. Linux: fs/exec.c: do_execveat_common after getname_flags. */
export function execveFromUser(k: Kernel, dirfd: number, pathVa: number, argvVa: number, envpVa: number, flags: number): number {
  const path = strncpyFromUser(k, pathVa, Limit.PATH_MAX);
  if (path === '' && !(flags & At.EMPTY_PATH)) throw ENOENT;
  return doExecveatCommon(k, dirfd, path, new UserArgs(argvVa), new UserArgs(envpVa), flags);
}

/** fs/exec.c: __do_execve_file, in its order. */
function doExecveatCommon(k: Kernel, dirfd: number, path: string, argv: ArgVector, envp: ArgVector, flags: number): number {
  stage(k, 'do_execve', () => ({ path, dirfd, flags }));
  checkProcessLimit(k);

  const displaced = unshareFiles(k);
  let bprm: LinuxBinprm | null = null;
  try {
    bprm = newBinprm(k, dirfd, path, flags);
    bprmMmInit(k, bprm, mmAlloc(k));
    prepareArgPages(k, bprm, argv, envp);
    const { argc, envc, argmin } = bprm;
    stage(k, 'prepare_arg_pages', () => ({ argc, envc, argmin }));
    prepareBinprm(k, bprm);

    copyStrings(k, bprm, 1, new KernelArgs([bprm.filename]));
    bprm.exec = bprm.p;
    copyStrings(k, bprm, bprm.envc, envp);
    copyStrings(k, bprm, bprm.argc, argv);
    const p = bprm.p;
    stage(k, 'copy_strings', () => ({ p }));

    searchBinaryHandler(k, bprm);
  } catch (error) {
    if (bprm?.mm) mmPut(k, bprm.mm);
    if (displaced) {
      const unshared = k.current.files;
      k.current.files = displaced;
      if (unshared) putFiles(k, unshared);
    }
    throw error;
  } finally {
    if (bprm) releaseExecFile(k, bprm);
  }
  if (displaced) putFiles(k, displaced);
  return 0;
}

/** An earlier set*uid went over RLIMIT_NPROC; what failed to fail there fails here (PF_NPROC_EXCEEDED). */
function checkProcessLimit(k: Kernel): void {
  const task = k.current;
  if (task.flags & TaskFlag.NPROC_EXCEEDED && processesOf(k, task.cred.uid) > rlimit(task, RLimit.NPROC)) throw EAGAIN;
  task.flags &= ~TaskFlag.NPROC_EXCEEDED;
}

/** kernel/fork.c: unshare_files. Returns the shared table that a failure brings back, null when it was the task's own. */
function unshareFiles(k: Kernel): FilesStruct | null {
  const files = k.current.files;
  if (!files || files.users === 1) return null;
  k.current.files = dupFiles(k, files);
  return files;
}

/** prepare_bprm_creds, check_unsafe_exec, do_open_execat, and the names. */
function newBinprm(k: Kernel, dirfd: number, path: string, flags: number): LinuxBinprm {
  const task = k.current;
  const cred = task.cred.clone();
  const file = openExecAt(k, dirfd, path, flags);
  const byDescriptor = dirfd !== At.FDCWD && !path.startsWith('/');
  const filename = !byDescriptor ? path : path === '' ? `/dev/fd/${dirfd}` : `/dev/fd/${dirfd}/${path}`;
  const bprm = new LinuxBinprm(filename, filename);
  bprm.file = file;
  bprm.cred = cred;
  checkUnsafeExec(k, bprm);
  if (byDescriptor && task.files?.closeOnExec.has(dirfd)) bprm.interpFlags |= BinprmFlag.PathInaccessible;
  const stack = task.signal.rlimits[RLimit.STACK];
  bprm.rlimStack = stack ? { ...stack } : { cur: Binprm.StackLimit, max: Infinity };
  return bprm;
}
