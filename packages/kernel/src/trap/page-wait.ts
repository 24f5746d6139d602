import { EINTR, Errno } from '../errno.js';
import type { Kernel } from '../kernel.js';
import { TASK_SIZE_MAX } from '../mm/layout.js';
import { PageWait, type PageWaitOp } from '../mm/page-read.js';
import { faultIn } from '../mm/uaccess.js';
import { mappingOf, vmaAt } from '../mm/vma.js';
import { Vm } from '../mm/vm-flags.js';
import { Sleep, waitOn } from '../sched/wait.js';
import type { ArgKind } from '../syscalls/row.js';

/**
 * Parks the current task until its page may be there. A fault of user mode on a userfaultfd's memory is left by any signal, every
 * other wait only by a fatal one (lock_page_killable). False: such a signal is there already.
 */
export function parkForPage(k: Kernel, wait: PageWait, fromUser: boolean): boolean {
  const op: PageWaitOp = { kind: 'page', read: wait.read, started: wait.started, sleep: wait.sleep, inner: k.current.op };
  try {
    waitOn(k, wait.queue, op, EINTR, fromUser && wait.sleep ? Sleep.Interruptible : Sleep.Killable);
    return true;
  } catch (error) {
    wait.sleep?.left();
    if (error !== EINTR) throw error;
    return false;
  }
}

/** The task runs again: what it slept for is remembered until its fault or call is done, and its call's own operation is back. */
export function unparkFromPage(k: Kernel): void {
  const op = k.current.op as PageWaitOp;
  op.sleep?.left();
  k.current.pageWait = op;
  k.current.op = op.inner;
}

/** Arguments that a handler writes to, or reads, at the address itself. Buffers with a length are left to their transfer. */
function isStructure(kind: ArgKind): boolean {
  return kind === 'ptr' || (kind.endsWith(':out') && kind !== 'buf:out' && kind !== 'iovec:out');
}

/**
 * Before a call begins: the pages of the structures that it is given are made present where that may take long, so that it need not stop
 * after it has done something that cannot be done twice (reaped a child, taken a connection). Only while a slow source exists.
 */
export function prefaultStructures(k: Kernel, kinds: readonly ArgKind[], argument: (i: number) => number): void {
  const { mm } = k.current;
  if (!mm) return;
  for (let i = 0; i < kinds.length; i++) {
    if (!isStructure(kinds[i]!)) continue;
    const va = argument(i);
    if (!(va > 0 && va < TASK_SIZE_MAX)) continue;
    const vma = vmaAt(mm, va);
    if (!vma || !(vma.flags & Vm.Access)) continue;
    if (!vma.userfault && !mappingOf(vma)?.isSlow) continue;
    try {
      faultIn(k, mm, va, (vma.flags & Vm.Write) !== 0);
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
    }
  }
}
