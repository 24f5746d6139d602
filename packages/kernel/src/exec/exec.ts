import { At, Binprm, BinprmFlag, Limit, LsmUnsafe, RLimit, TaskFlag } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import { EAGAIN, ENOENT, Errno } from '../errno.js';
import { mmAlloc, mmPut } from '../mm/mm-life.js';
import { strncpyFromUser } from '../mm/uaccess.js';
import type { FilesStruct } from '../task/files-struct.js';
import { processesOf, rlimit } from '../task/limits.js';
import { pathString } from '../vfs/d-path.js';
import { openExecAt } from '../vfs/open.js';
import { dupFiles, putFiles } from '../vfs/file-table.js';
import { KernelArgs, UserArgs, copyStrings, prepareArgPages, type ArgVector } from './arguments.js';
import { bprmMmInit } from './arg-pages.js';
import { LinuxBinprm } from './bprm.js';
import { checkUnsafeExec } from './exec-creds.js';
import { releaseExecFile } from './exec-file.js';
import { prepareBinprm, searchBinaryHandler } from './search.js';
import { execTraced, stage } from './stage.js';

/**
 * Replaces the current task's program: fs/exec.c: do_execve with strings of the kernel's own. Returns 0; the task then stands at the
 * program's first instruction. @throws Errno with the old program untouched; a failure past the point of no return throws too, and has
 * forced SIGSEGV before.
 */
export function doExecve(k: Kernel, path: string, argv: readonly string[], envp: readonly string[], flags = 0): number {
  if (execTraced(k)) stage(k, 'getname', { path, from_user: false });
  return doExecveatCommon(k, At.FDCWD, path, new KernelArgs(argv), new KernelArgs(envp), flags);
}

/** execve(2) and execveat(2): names and vectors in user memory. Linux: fs/exec.c: do_execveat_common after getname_flags. */
export function execveFromUser(k: Kernel, dirfd: number, pathVa: number, argvVa: number, envpVa: number, flags: number): number {
  if (execTraced(k)) stage(k, 'sys_execve', { filename: pathVa, argv: argvVa, envp: envpVa, dirfd, flags });
  let path: string;
  try {
    path = strncpyFromUser(k, pathVa, Limit.PATH_MAX);
    if (path === '' && !(flags & At.EMPTY_PATH)) throw ENOENT;
  } catch (error) {
    if (execTraced(k)) traceReturn(k, error, 'getname', false);
    throw error;
  }
  if (execTraced(k)) stage(k, 'getname', { path, from_user: true });
  return doExecveatCommon(k, dirfd, path, new UserArgs(argvVa), new UserArgs(envpVa), flags);
}

/** fs/exec.c: __do_execve_file, in its order. */
function doExecveatCommon(k: Kernel, dirfd: number, path: string, argv: ArgVector, envp: ArgVector, flags: number): number {
  if (execTraced(k)) stage(k, 'do_execve', { path, dirfd, flags });
  let bprm: LinuxBinprm | null = null;
  let displaced: FilesStruct | null = null;
  try {
    checkProcessLimit(k);
    displaced = unshareFiles(k);
    bprm = newBinprm(k, dirfd, path);
    openProgram(k, bprm, dirfd, path, flags);
    bprm.at = 'bprm_mm_init';
    bprmMmInit(k, bprm, mmAlloc(k));
    bprm.at = 'prepare_arg_pages';
    prepareArgPages(k, bprm, argv, envp);
    bprm.at = 'prepare_binprm';
    prepareBinprm(k, bprm);

    bprm.at = 'copy_strings';
    copyStrings(k, bprm, 'filename', 1, new KernelArgs([bprm.filename]));
    bprm.exec = bprm.p;
    copyStrings(k, bprm, 'envp', bprm.envc, envp);
    copyStrings(k, bprm, 'argv', bprm.argc, argv);

    if (execTraced(k)) stage(k, 'exec_binprm', { interp: bprm.interp, formats: k.binfmts.formats.map(({ name }) => name).join(' ') });
    searchBinaryHandler(k, bprm);
    if (execTraced(k)) traceReturn(k, null, null, true);
  } catch (error) {
    if (execTraced(k)) traceReturn(k, error, bprm?.at ?? '__do_execve_file', bprm !== null && bprm.vma !== null && bprm.mm === null);
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
  if (execTraced(k)) {
    const exceeded = (task.flags & TaskFlag.NPROC_EXCEEDED) !== 0;
    const limit = rlimit(task, RLimit.NPROC);
    stage(k, '__do_execve_file', { nproc_exceeded: exceeded, processes: processesOf(k, task.cred.uid), limit });
  }
  if (task.flags & TaskFlag.NPROC_EXCEEDED && processesOf(k, task.cred.uid) > rlimit(task, RLimit.NPROC)) throw EAGAIN;
  task.flags &= ~TaskFlag.NPROC_EXCEEDED;
}

/** kernel/fork.c: unshare_files. Returns the shared table that a failure brings back, null when it was the task's own. */
function unshareFiles(k: Kernel): FilesStruct | null {
  const files = k.current.files;
  if (execTraced(k)) stage(k, 'unshare_files', { shared_by: files?.users ?? 0 });
  if (!files || files.users === 1) return null;
  k.current.files = dupFiles(k, files);
  return files;
}

/** prepare_bprm_creds, check_unsafe_exec, and the names. */
function newBinprm(k: Kernel, dirfd: number, path: string): LinuxBinprm {
  const task = k.current;
  const cred = task.cred.clone();
  if (execTraced(k)) stage(k, 'prepare_bprm_creds', { uid: cred.uid, euid: cred.euid, gid: cred.gid, egid: cred.egid });
  const byDescriptor = dirfd !== At.FDCWD && !path.startsWith('/');
  const filename = !byDescriptor ? path : path === '' ? `/dev/fd/${dirfd}` : `/dev/fd/${dirfd}/${path}`;
  const bprm = new LinuxBinprm(filename, filename);
  bprm.cred = cred;
  checkUnsafeExec(k, bprm);
  if (execTraced(k)) {
    const noNewPrivs = (bprm.unsafe & LsmUnsafe.NoNewPrivs) !== 0;
    stage(k, 'check_unsafe_exec', {
      unsafe: bprm.unsafe,
      no_new_privs: noNewPrivs,
      fs_shared: (bprm.unsafe & LsmUnsafe.Share) !== 0,
    });
  }
  if (byDescriptor && task.files?.closeOnExec.has(dirfd)) bprm.interpFlags |= BinprmFlag.PathInaccessible;
  const stack = task.signal.rlimits[RLimit.STACK];
  bprm.rlimStack = stack ? { ...stack } : { cur: Binprm.StackLimit, max: Infinity };
  return bprm;
}

/** do_open_execat */
function openProgram(k: Kernel, bprm: LinuxBinprm, dirfd: number, path: string, flags: number): void {
  bprm.at = 'do_open_execat';
  const file = openExecAt(k, dirfd, path, flags);
  bprm.file = file;
  if (!execTraced(k)) return;
  const { ino, mode, uid, gid, size } = file.inode;
  stage(k, 'do_open_execat', { path: file.path ? pathString(k, file.path) : file.name, ino, mode, uid, gid, size });
}

function traceReturn(k: Kernel, error: unknown, refusedBy: string | null, committed: boolean): void {
  const errno = error instanceof Errno ? error : null;
  stage(k, 'execve_return', { ret: errno ? -errno.code : 0, errno: errno?.name ?? null, refused_by: refusedBy, committed });
}
