import { O, Poll } from '@ring3/abi';
import { EBADF } from '../errno.js';
import { anonInode, anonPath } from '../fs/anon/anon-inodefs.js';
import type { Kernel } from '../kernel.js';
import { putU32 } from '../mm/uaccess.js';
import { WaitQueue } from '../sched/wait-queue.js';
import { registerState } from '../state.js';
import { closeFd, fdInstall, fget, fput } from '../vfs/file-table.js';
import { File } from '../vfs/file.js';
import type { Inode } from '../vfs/inode.js';
import type { Path } from '../vfs/path.js';
import type { Pid } from './pid.js';
import { TaskState } from './task.js';

/** A process held by a descriptor: it stays the same process when its number is given out again. Linux: pidfd_fops, kernel/fork.c. */
export class PidFdFile extends File {
  constructor(
    inode: Inode,
    path: Path,
    readonly pid: Pid,
  ) {
    super(O.RDWR, inode, path);
  }

  /** Readable when the whole process has ended. Linux: pidfd_poll. */
  override poll(): number {
    const { task } = this.pid;
    const ended = !task || (task.state === TaskState.Zombie && task.signal.threads.size === 1);
    return ended ? Poll.IN | Poll.RDNORM : 0;
  }
  override waitQueue(): WaitQueue {
    return (this.pid.waitPidFd ??= new WaitQueue());
  }
  override get fdInfo(): string {
    return `Pid:\t${this.pid.nr}\n`;
  }
}
registerState('PidFdFile', PidFdFile);

/** A new descriptor, closed on exec. Linux: pidfd_create. @throws EMFILE */
export function createPidFd(k: Kernel, pid: Pid): number {
  const file = new PidFdFile(anonInode(k), anonPath(k, 'pidfd'), pid);
  try {
    return fdInstall(k, file, true);
  } catch (error) {
    fput(k, file);
    throw error;
  }
}

/** The same with its number stored for the caller of clone. @throws EMFILE EFAULT, and then there is none */
export function createPidFdAt(k: Kernel, pid: Pid, out: number): void {
  const fd = createPidFd(k, pid);
  try {
    putU32(k, out, fd);
  } catch (error) {
    closeFd(k, fd);
    throw error;
  }
}

/** Linux: pidfd_get_pid. @throws EBADF */
export function pidOfFd(k: Kernel, fd: number): Pid {
  const file = fget(k, fd);
  if (!(file instanceof PidFdFile)) throw EBADF;
  return file.pid;
}
