import { Cap, FutexOp, FutexWakeOp, FutexWord, Sys } from '@ring3/abi';
import { EINVAL, ENOSYS, EPERM, ESRCH } from '../errno.js';
import { futexKey, futexRequeue, futexWait, futexWake, wakeKey, type FutexWaitRequest } from '../ipc/futex.js';
import type { Kernel } from '../kernel.js';
import { getU32, putU32, putU64 } from '../mm/uaccess.js';
import { readTimespec } from '../time/timespec.js';
import type { SyscallRow } from './row.js';

/** futex(2). Linux: SYSCALL_DEFINE6(futex), do_futex. `timeout` is a number of tasks for the requeue commands. */
function futex(k: Kernel, va: number, op: number, value: number, timeout: number, va2: number, value3: number): number {
  const command = op & FutexOp.CmdMask;
  const shared = (op & FutexOp.PrivateFlag) === 0;
  const realtime = (op & FutexOp.ClockRealtime) !== 0;
  if (realtime && command !== FutexOp.WaitBitset) throw ENOSYS;
  switch (command) {
    case FutexOp.Wait:
    case FutexOp.WaitBitset: {
      const bitset = command === FutexOp.Wait ? FutexWord.BitsetMatchAny : value3;
      const request: FutexWaitRequest = { va, shared, value, bitset };
      if (timeout !== 0 && !k.current.op) request.deadline = deadlineOf(k, timeout, command === FutexOp.WaitBitset, realtime);
      return futexWait(k, request);
    }
    case FutexOp.Wake:
      return futexWake(k, va, shared, value | 0, FutexWord.BitsetMatchAny);
    case FutexOp.WakeBitset:
      return futexWake(k, va, shared, value | 0, value3);
    case FutexOp.Requeue:
      return futexRequeue(k, va, va2, shared, value | 0, timeout | 0, null);
    case FutexOp.CmpRequeue:
      return futexRequeue(k, va, va2, shared, value | 0, timeout | 0, value3);
    case FutexOp.WakeOp:
      return wakeOp(k, va, va2, shared, value | 0, timeout | 0, value3);
    default:
      throw ENOSYS;
  }
}

/** FUTEX_WAIT's timeout is relative; FUTEX_WAIT_BITSET's an absolute time of the monotonic or the wall clock. */
function deadlineOf(k: Kernel, timeout: number, absolute: boolean, realtime: boolean): number {
  const time = readTimespec(k, timeout);
  if (!absolute) return k.clock.monotonic(k) + time.sec * 1e9 + time.nsec;
  return realtime ? k.clock.monotonicOf(time) : time.sec * 1e9 + time.nsec;
}

/** FUTEX_WAKE_OP: changes the second word, wakes on the first, and on the second when its old value compares. Linux: futex_wake_op. */
function wakeOp(k: Kernel, va: number, va2: number, shared: boolean, count: number, count2: number, encoded: number): number {
  const key = futexKey(k, va, shared);
  const key2 = futexKey(k, va2, shared);
  const operation = (encoded >>> 28) & 7;
  const comparison = (encoded >>> 24) & 15;
  let operand = (encoded << 8) >> 20;
  const compareWith = (encoded << 20) >> 20;
  if ((encoded >>> 28) & FutexWakeOp.OpargShift) operand = 1 << (operand & 31);
  if (operation > FutexWakeOp.Xor) throw ENOSYS;
  const old = getU32(k, va2);
  putU32(k, va2, apply(operation, old, operand) >>> 0);
  const matches = compare(comparison, old | 0, compareWith);
  const woken = wakeKey(k, key, count);
  return matches ? woken + wakeKey(k, key2, count2) : woken;
}

function apply(operation: number, old: number, operand: number): number {
  switch (operation) {
    case FutexWakeOp.Set:
      return operand;
    case FutexWakeOp.Add:
      return old + operand;
    case FutexWakeOp.Or:
      return old | operand;
    case FutexWakeOp.AndNot:
      return old & ~operand;
    default:
      return old ^ operand;
  }
}

function compare(comparison: number, old: number, value: number): boolean {
  switch (comparison) {
    case FutexWakeOp.CmpEq:
      return old === value;
    case FutexWakeOp.CmpNe:
      return old !== value;
    case FutexWakeOp.CmpLt:
      return old < value;
    case FutexWakeOp.CmpLe:
      return old <= value;
    case FutexWakeOp.CmpGt:
      return old > value;
    case FutexWakeOp.CmpGe:
      return old >= value;
    default:
      throw ENOSYS;
  }
}

function setRobustList(k: Kernel, head: number, length: number): number {
  if (length !== FutexWord.RobustListHeadBytes) throw EINVAL;
  k.current.robustList = head;
  return 0;
}

function getRobustList(k: Kernel, pid: number, head: number, length: number): number {
  const task = pid === 0 ? k.current : k.pids.task(pid);
  if (!task) throw ESRCH;
  if (task.signal !== k.current.signal && task.cred.uid !== k.current.cred.uid && !k.current.cred.capable(Cap.SYS_PTRACE)) throw EPERM;
  putU64(k, length, FutexWord.RobustListHeadBytes);
  putU64(k, head, task.robustList);
  return 0;
}

/** kernel/futex.c. */
export const futexSyscalls: readonly SyscallRow[] = [
  {
    nr: Sys.futex,
    name: 'futex',
    args: ['addr', 'flags:FUTEX_', 'uint', 'ptr', 'addr', 'uint'],
    call: futex,
    done: 'no priority inheritance',
  },
  { nr: Sys.set_robust_list, name: 'set_robust_list', args: ['addr', 'size'], call: setRobustList, done: 'full' },
  { nr: Sys.get_robust_list, name: 'get_robust_list', args: ['pid', 'addr', 'addr'], call: getRobustList, done: 'full' },
];
