import { FutexWord } from '@ring3/abi';
import { Errno } from '../errno.js';
import type { Kernel } from '../kernel.js';
import { getI64Number, getU32, getU64Number, putU32 } from '../mm/uaccess.js';
import type { Task } from '../task/task.js';
import { futexWake } from './futex.js';

/**
 * A thread ends with locks held: each futex of its robust list gets FUTEX_OWNER_DIED, and one sleeper is woken. The list is the
 * program's own memory, so nothing in it is trusted. Linux: exit_robust_list, kernel/futex.c.
 *
 *   struct robust_list_head { struct robust_list *next; long futex_offset; struct robust_list *list_op_pending; }
 *   Bit 0 of a pointer marks a PI futex.
 */
export function exitRobustList(k: Kernel, task: Task): void {
  const head = task.robustList;
  task.robustList = 0;
  if (head === 0) return;
  try {
    let entry = getU64Number(k, head);
    const offset = getI64Number(k, head + 8);
    const pending = getU64Number(k, head + 16);
    for (let left = FutexWord.RobustListLimit; left > 0 && address(entry) !== head; left--) {
      const current = address(entry);
      // Before the lock is given back: its next owner may take the entry out. Where it cannot be read this lock is still the last one.
      const next = tryRead(k, current);
      if (current !== address(pending)) handleDeath(k, task, current + offset, false);
      if (next === null) return;
      entry = next;
    }
    if (address(pending) !== 0) handleDeath(k, task, address(pending) + offset, true);
  } catch (error) {
    // A broken list ends the walk: nobody is left to tell.
    if (!(error instanceof Errno)) throw error;
  }
}

/** @returns null where the address is bad */
function tryRead(k: Kernel, va: number): number | null {
  try {
    return getU64Number(k, va);
  } catch (error) {
    if (error instanceof Errno) return null;
    throw error;
  }
}

function address(pointer: number): number {
  return pointer - (pointer % 2);
}

/** Linux: handle_futex_death. */
function handleDeath(k: Kernel, task: Task, va: number, pending: boolean): void {
  if (va % 4 !== 0) return;
  const word = getU32(k, va);
  // Unlocked, but the wake-up of a waiter may have been lost with the thread.
  if (pending && word === 0) {
    futexWake(k, va, true, 1, FutexWord.BitsetMatchAny);
    return;
  }
  if ((word & FutexWord.TidMask) !== task.tid) return;
  putU32(k, va, ((word & FutexWord.Waiters) | FutexWord.OwnerDied) >>> 0);
  if (word & FutexWord.Waiters) futexWake(k, va, true, 1, FutexWord.BitsetMatchAny);
}
