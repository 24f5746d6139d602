import { FdFlag, O, RLimit, S } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import type { Task } from '../task/task.js';
import type { File } from './file.js';
import { FilesStruct } from '../task/files-struct.js';
import { EBADF, EINVAL, EMFILE } from '../errno.js';
import { dropFileLocks, dropPosixLocks } from './locks.js';
import { iput } from './inode-life.js';

/*
 * Who holds what: a descriptor holds one reference on its File. fget() lends the file without a reference (Linux: fdget's light
 * path): good for the length of one handler. Who keeps a file longer (a vma, a duplicate) takes getFile(), and fput() drops it.
 */

/** The file behind a descriptor, lent. @throws EBADF also for O_PATH descriptors (Linux: fget) */
export function fget(k: Kernel, fd: number): File {
  const file = fgetRaw(k, fd);
  if (file.flags & O.PATH) throw EBADF;
  return file;
}

/** The same with O_PATH descriptors. Linux: fget_raw. @throws EBADF */
export function fgetRaw(k: Kernel, fd: number): File {
  const file = k.current.files?.fds[fd];
  if (!file) throw EBADF;
  return file;
}

/** One reference more. Linux: get_file. */
export function getFile(file: File): File {
  file.refs++;
  return file;
}

/** One reference less; the last one releases the file. Linux: fput. */
export function fput(k: Kernel, file: File): void {
  if (--file.refs > 0) return;
  if (file.watches) for (const watch of [...file.watches]) watch.fileReleased(k);
  dropFileLocks(k, file);
  file.release(k);
  if (file.writable && (file.inode.mode & S.IFMT) === S.IFREG) file.inode.writeCount--;
  iput(k, file.inode);
}

function nofile(k: Kernel): number {
  return k.current.signal.rlimits[RLimit.NOFILE]?.cur ?? 1024;
}

/** The lowest free descriptor from `min` on, not yet taken. @throws EMFILE @throws EINVAL min beyond the limit (F_DUPFD) */
export function unusedFd(k: Kernel, min = 0): number {
  const limit = nofile(k);
  if (min >= limit && min > 0) throw EINVAL;
  const fds = k.current.files!.fds;
  let fd = min;
  while (fd < fds.length && fds[fd]) fd++;
  if (fd >= limit) throw EMFILE;
  return fd;
}

/** Gives the caller's reference of `file` to a new descriptor. @throws EMFILE (the reference stays with the caller) */
export function fdInstall(k: Kernel, file: File, cloexec: boolean, min = 0): number {
  const fd = unusedFd(k, min);
  setFd(k.current.files!, fd, file, cloexec);
  return fd;
}

function setFd(files: FilesStruct, fd: number, file: File, cloexec: boolean): void {
  while (files.fds.length < fd) files.fds.push(null);
  files.fds[fd] = file;
  if (cloexec) files.closeOnExec.add(fd);
  else files.closeOnExec.delete(fd);
}

/** Linux: filp_close. */
function closeFile(k: Kernel, files: FilesStruct, file: File): void {
  try {
    if (!(file.flags & O.PATH)) {
      file.flush(k);
      dropPosixLocks(k, file.inode, files);
    }
  } finally {
    fput(k, file);
  }
}

/** Linux: __close_fd. @throws EBADF @throws what flushing reports (the descriptor is gone all the same) */
export function closeFd(k: Kernel, fd: number): void {
  const files = k.current.files!;
  const file = files.fds[fd];
  if (!file) throw EBADF;
  files.fds[fd] = null;
  files.closeOnExec.delete(fd);
  closeFile(k, files, file);
}

/** F_DUPFD: a new descriptor for the same open file. @throws EBADF EMFILE EINVAL */
export function dupFd(k: Kernel, fd: number, min: number, cloexec: boolean): number {
  const file = fgetRaw(k, fd);
  const fresh = unusedFd(k, min);
  setFd(k.current.files!, fresh, getFile(file), cloexec);
  return fresh;
}

/** dup2/dup3 onto another descriptor, which is closed first without reporting. Linux: ksys_dup3, do_dup2. @throws EBADF */
export function replaceFd(k: Kernel, oldFd: number, newFd: number, cloexec: boolean): number {
  if (newFd < 0 || newFd >= nofile(k)) throw EBADF;
  const file = fgetRaw(k, oldFd);
  const files = k.current.files!;
  const previous = files.fds[newFd] ?? null;
  setFd(files, newFd, getFile(file), cloexec);
  if (previous) closeQuietly(k, files, previous);
  return newFd;
}

/** Errors of flushing have nobody to go to: the descriptor was not closed by close(2). */
function closeQuietly(k: Kernel, files: FilesStruct, file: File): void {
  try {
    closeFile(k, files, file);
  } catch (error) {
    k.platform.debug('vfs', `close: ${String(error)}`);
  }
}

export function fdFlags(k: Kernel, fd: number): number {
  fgetRaw(k, fd);
  return k.current.files!.closeOnExec.has(fd) ? FdFlag.CLOEXEC : 0;
}

export function setFdFlags(k: Kernel, fd: number, flags: number): void {
  fgetRaw(k, fd);
  const set = k.current.files!.closeOnExec;
  if (flags & FdFlag.CLOEXEC) set.add(fd);
  else set.delete(fd);
}

/** A copy for fork, and for exec and unshare when the table is shared. Linux: dup_fd. */
export function dupFiles(_k: Kernel, files: FilesStruct): FilesStruct {
  const copy = new FilesStruct();
  for (const file of files.fds) copy.fds.push(file && getFile(file));
  for (const fd of files.closeOnExec) copy.closeOnExec.add(fd);
  return copy;
}

/** One user less; the last one closes everything. Linux: put_files_struct. */
export function putFiles(k: Kernel, files: FilesStruct): void {
  if (--files.users > 0) return;
  for (let fd = 0; fd < files.fds.length; fd++) {
    const file = files.fds[fd];
    if (!file) continue;
    files.fds[fd] = null;
    closeQuietly(k, files, file);
  }
  files.fds.length = 0;
  files.closeOnExec.clear();
}

/** execve: the table is private by now (unshare_files). Linux: do_close_on_exec. */
export function doCloseOnExec(k: Kernel, files: FilesStruct): void {
  const fds = [...files.closeOnExec].toSorted((a, b) => a - b);
  files.closeOnExec.clear();
  for (const fd of fds) {
    const file = files.fds[fd];
    if (!file) continue;
    files.fds[fd] = null;
    closeQuietly(k, files, file);
  }
}

/** Gives a file to a descriptor of a task that does not run yet (spawn's 0, 1, 2). Takes the caller's reference. */
export function installInto(task: Task, fd: number, file: File): void {
  setFd(task.files!, fd, file, false);
}
