import { Errno } from '../errno.js';
import type { Kernel } from '../kernel.js';
import { futexWake } from '../ipc/futex.js';
import { exitRobustList } from '../ipc/robust-list.js';
import type { Mm } from '../mm/mm.js';
import { putU32 } from '../mm/uaccess.js';
import type { Task } from './task.js';

/**
 * The task stops using an address space (exit, exec), which is still the active one: its robust futexes are marked, its tid word is
 * cleared and woken where it shares the space, a parent in vfork goes on. Linux: mm_release, kernel/fork.c.
 */
export function mmRelease(k: Kernel, task: Task, mm: Mm | null): void {
  if (mm) {
    exitRobustList(k, task);
    if (task.clearChildTid !== 0 && mm.users > 1) clearTid(k, task);
  }
  task.clearChildTid = 0;
  const { vforkDone } = task;
  task.vforkDone = null;
  vforkDone?.wake(k);
}

/** Bad addresses do not matter: nobody is left to tell. */
function clearTid(k: Kernel, task: Task): void {
  try {
    putU32(k, task.clearChildTid, 0);
    futexWake(k, task.clearChildTid, true, 1, 0xffff_ffff);
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
  }
}
