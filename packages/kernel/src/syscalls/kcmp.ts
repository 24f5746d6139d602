import { Kcmp, Sys } from '@ring3/abi';
import { EBADF, EINVAL, ENOENT, EPERM, ESRCH } from '../errno.js';
import { mayInspect } from '../fs/proc/access.js';
import { EpollFile } from '../ipc/epoll/epoll-file.js';
import type { Kernel } from '../kernel.js';
import { getU32 } from '../mm/uaccess.js';
import type { Task } from '../task/task.js';
import type { File } from '../vfs/file.js';
import type { SyscallRow } from './row.js';

/** What kcmp answers: an order of objects that stays while they are held, for sorting them. */
const enum Order {
  Equal = 0,
  Less = 1,
  Greater = 2,
  /** Different, and no order is known. */
  Different = 3,
}

function taskOf(k: Kernel, pid: number): Task {
  const task = k.pids.task(pid);
  if (!task) throw ESRCH;
  return task;
}

/** Objects have no address here: the one that a task of lower number holds comes first. */
function compare<T>(k: Kernel, a: T, b: T, held: (task: Task) => readonly T[]): Order {
  if (a === b) return Order.Equal;
  for (const task of k.pids.tasks()) {
    for (const object of held(task)) {
      if (object === a) return Order.Less;
      if (object === b) return Order.Greater;
    }
  }
  return Order.Different;
}

function fileOf(task: Task, fd: number): File {
  const file = task.files?.fds[fd];
  if (!file) throw EBADF;
  return file;
}

/** The file that an epoll descriptor watches: struct kcmp_epoll_slot { efd, tfd, toff }. Linux: get_epoll_tfile_raw_ptr. */
function epollTarget(k: Kernel, task: Task, slot: number): File {
  const [efd, tfd, skip] = [getU32(k, slot), getU32(k, slot + 4), getU32(k, slot + 8)];
  const epoll = fileOf(task, efd);
  if (!(epoll instanceof EpollFile)) throw EINVAL;
  const items = [...epoll.ep.all()].filter(({ fd }) => fd === tfd);
  if (items.length <= skip) throw ENOENT;
  return items[skip]!.file;
}

/** kcmp(2): do two tasks share something? Linux: kernel/kcmp.c. */
function kcmp(k: Kernel, pid1: number, pid2: number, type: number, index1: number, index2: number): number {
  const task1 = taskOf(k, pid1);
  const task2 = taskOf(k, pid2);
  if (!mayInspect(k, task1) || !mayInspect(k, task2)) throw EPERM;
  const files = (task: Task): readonly (File | null)[] => task.files?.fds ?? [];
  switch (type) {
    case Kcmp.FILE:
      return compare(k, fileOf(task1, index1), fileOf(task2, index2), files);
    case Kcmp.VM:
      return compare(k, task1.mm, task2.mm, ({ mm }) => [mm]);
    case Kcmp.FILES:
      return compare(k, task1.files, task2.files, (task) => [task.files]);
    case Kcmp.FS:
      return compare(k, task1.fs, task2.fs, ({ fs }) => [fs]);
    case Kcmp.SIGHAND:
      return compare(k, task1.sighand, task2.sighand, ({ sighand }) => [sighand]);
    case Kcmp.IO:
    case Kcmp.SYSVSEM:
      // No task has an I/O context or undo list.
      return Order.Equal;
    case Kcmp.EPOLL_TFD:
      return compare(k, fileOf(task1, index1), epollTarget(k, task2, index2), files);
    default:
      throw EINVAL;
  }
}

export const kcmpSyscalls: readonly SyscallRow[] = [
  { nr: Sys.kcmp, name: 'kcmp', args: ['pid', 'pid', 'int', 'ulong', 'ulong'], call: kcmp, done: 'full' },
];
