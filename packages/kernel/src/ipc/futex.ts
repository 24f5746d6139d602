import { FutexWord } from '@ring3/abi';
import { EAGAIN, EFAULT, EINVAL, ERESTARTSYS, ERESTART_RESTARTBLOCK, ETIMEDOUT } from '../errno.js';
import type { Kernel } from '../kernel.js';
import type { AddressSpace } from '../mm/address-space.js';
import type { Mm } from '../mm/mm.js';
import { accessOk, getU32 } from '../mm/uaccess.js';
import { findVma } from '../mm/vma.js';
import { Vm } from '../mm/vm-flags.js';
import type { BlockedOp } from '../sched/park.js';
import { registerRestart, type RestartBlock } from '../sched/restart.js';
import { expired, waitOn } from '../sched/wait.js';
import { registerState } from '../state.js';
import type { Task } from '../task/task.js';

/** One sleeper (struct futex_q). A requeue moves it to another key. */
export class FutexWaiter {
  woken = false;
  constructor(
    readonly task: Task,
    readonly bitset: number,
    public key: FutexKey,
  ) {}
}
registerState('FutexWaiter', FutexWaiter);

/**
 * What names a futex: private memory by (mm, va), shared memory by (mapping, byte offset). A wait that is not marked private on private
 * memory is another key again (offset + MM_SHARED). Linux: union futex_key.
 */
export interface FutexKey {
  owner: Mm | AddressSpace;
  offset: number;
}

/** Linux: FUT_OFF_MMSHARED; offsets are multiples of 4. */
const MM_SHARED = 2;

/** All futexes with sleepers. */
export class FutexTable {
  private readonly queues = new Map<Mm | AddressSpace, Map<number, FutexWaiter[]>>();

  at(key: FutexKey): FutexWaiter[] {
    return this.queues.get(key.owner)?.get(key.offset) ?? [];
  }

  /** In order of arrival, but those of higher realtime priority before others. Linux: __queue_me's plist_add. */
  add(waiter: FutexWaiter): void {
    const { owner, offset } = waiter.key;
    let offsets = this.queues.get(owner);
    if (!offsets) this.queues.set(owner, (offsets = new Map()));
    const queue = offsets.get(offset);
    if (!queue) {
      offsets.set(offset, [waiter]);
      return;
    }
    let at = queue.length;
    while (at > 0 && queue[at - 1]!.task.rtPriority < waiter.task.rtPriority) at--;
    queue.splice(at, 0, waiter);
  }

  remove(waiter: FutexWaiter): void {
    const { owner, offset } = waiter.key;
    const offsets = this.queues.get(owner);
    const queue = offsets?.get(offset);
    if (!offsets || !queue) return;
    const at = queue.indexOf(waiter);
    if (at >= 0) queue.splice(at, 1);
    if (queue.length > 0) return;
    offsets.delete(offset);
    if (offsets.size === 0) this.queues.delete(owner);
  }
}
registerState('FutexTable', FutexTable);

/**
 * The key of the word at va. Linux: get_futex_key.
 * @throws EINVAL not a multiple of 4; EFAULT not mapped
 */
export function futexKey(k: Kernel, va: number, shared: boolean): FutexKey {
  if (va % 4 !== 0) throw EINVAL;
  accessOk(k, va, 4);
  const mm = k.current.mm;
  if (!mm) throw EFAULT;
  if (!shared) return { owner: mm, offset: va };
  getU32(k, va);
  const vma = findVma(mm, va);
  if (!vma || vma.start > va) throw EFAULT;
  const mapping = vma.flags & Vm.Shared ? vma.file?.inode.mapping : null;
  return mapping ? { owner: mapping, offset: va - vma.start + vma.pgoff * 4096 } : { owner: mm, offset: va + MM_SHARED };
}

/** Wakes up to `count` sleepers whose bitset meets `bitset`; returns how many. A count of 0 wakes one, as Linux does. Linux: futex_wake. */
export function futexWake(k: Kernel, va: number, shared: boolean, count: number, bitset: number): number {
  if (bitset === 0) throw EINVAL;
  return wakeKey(k, futexKey(k, va, shared), count, bitset);
}

export function wakeKey(k: Kernel, key: FutexKey, count: number, bitset: number = FutexWord.BitsetMatchAny): number {
  let woken = 0;
  for (const waiter of Array.from(k.futexes.at(key))) {
    if ((waiter.bitset & bitset) === 0) continue;
    wakeWaiter(k, waiter);
    if (++woken >= count) break;
  }
  return woken;
}

function wakeWaiter(k: Kernel, waiter: FutexWaiter): void {
  k.futexes.remove(waiter);
  waiter.woken = true;
  k.scheduler.wakeTask(k, waiter.task);
}

/** What a wait sleeps for; `deadline` is monotonic ns, undefined: for ever. */
export interface FutexWaitRequest {
  va: number;
  shared: boolean;
  value: number;
  bitset: number;
  deadline?: number;
}

/**
 * Sleeps while the word has the value. Linux: futex_wait.
 * @throws EAGAIN the word differs; ETIMEDOUT; ERESTARTSYS or, with a deadline, ERESTART_RESTARTBLOCK
 */
export function futexWait(k: Kernel, request: FutexWaitRequest): number {
  const task = k.current;
  const { op } = task;
  if (op?.kind === 'futex') {
    const waiter = op['waiter'] as FutexWaiter;
    if (waiter.woken) return 0;
    if (expired(k, op)) {
      k.futexes.remove(waiter);
      throw ETIMEDOUT;
    }
    return sleep(k, op, waiter, op['request'] as FutexWaitRequest);
  }
  if (request.bitset === 0) throw EINVAL;
  const key = futexKey(k, request.va, request.shared);
  if (getU32(k, request.va) !== request.value >>> 0) throw EAGAIN;
  const waiter = new FutexWaiter(task, request.bitset, key);
  k.futexes.add(waiter);
  const blocked: BlockedOp = { kind: 'futex', waiter, request };
  if (request.deadline !== undefined) blocked.deadline = request.deadline;
  return sleep(k, blocked, waiter, request);
}

function sleep(k: Kernel, op: BlockedOp, waiter: FutexWaiter, request: FutexWaitRequest): number {
  const timed = request.deadline !== undefined;
  if (timed && k.current.sigPending) k.current.restart = { kind: 'futex', request };
  try {
    return waitOn(k, null, op, timed ? ERESTART_RESTARTBLOCK : ERESTARTSYS);
  } catch (error) {
    k.futexes.remove(waiter);
    throw error;
  }
}

registerRestart('futex', (k: Kernel, block: RestartBlock) => futexWait(k, block['request'] as FutexWaitRequest));

/** A task ends in its sleep: nobody may spend a wake-up on it. */
export function forgetFutexWaiter(k: Kernel, op: BlockedOp): void {
  if (op.kind === 'futex') k.futexes.remove(op['waiter'] as FutexWaiter);
}

/**
 * Wakes `wakeCount` sleepers of one futex and moves up to `moveCount` more to another. Linux: futex_requeue.
 * @param expected FUTEX_CMP_REQUEUE's value; null: not compared
 * @throws EAGAIN the word differs
 */
export function futexRequeue(
  k: Kernel,
  va: number,
  va2: number,
  shared: boolean,
  wakeCount: number,
  moveCount: number,
  expected: number | null,
): number {
  if (wakeCount < 0 || moveCount < 0) throw EINVAL;
  const from = futexKey(k, va, shared);
  const to = futexKey(k, va2, shared);
  if (expected !== null && getU32(k, va) !== expected >>> 0) throw EAGAIN;
  let count = 0;
  for (const waiter of Array.from(k.futexes.at(from))) {
    if (count >= wakeCount + moveCount) break;
    if (count < wakeCount) {
      wakeWaiter(k, waiter);
    } else {
      k.futexes.remove(waiter);
      waiter.key = to;
      k.futexes.add(waiter);
    }
    count++;
  }
  return count;
}
