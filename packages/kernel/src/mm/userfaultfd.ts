import type { Kernel } from '../kernel.js';
import { WaitQueue } from '../sched/wait-queue.js';
import { registerState } from '../state.js';
import type { Mm } from './mm.js';
import type { FaultSleep } from './page-read.js';

/** struct userfaultfd_wait_queue: a task that sleeps in a fault until somebody fills the page, or wakes it. */
export class UserfaultWait implements FaultSleep {
  readonly queue = new WaitQueue();
  /** Its message has been read: it has moved from fault_pending_wqh to fault_wqh. */
  isRead = false;
  /** It was woken by the userfaultfd, not by a signal. */
  woken = false;
  constructor(
    readonly owner: Userfaultfd,
    /** The page. */
    readonly address: number,
    readonly write: boolean,
    readonly tid: number,
  ) {}
  left(): void {
    this.owner.waits.delete(this);
  }
}
registerState('UserfaultWait', UserfaultWait);

/** struct userfaultfd_ctx: who is told of missing pages in parts of an address space. fs/userfaultfd.c */
export class Userfaultfd {
  /** UFFDIO_API has been called (UFFD_STATE_RUNNING). */
  running = false;
  /** UffdFeature bits that were asked for. */
  features = 0;
  released = false;
  /** Faults that wait, in the order in which they came. */
  readonly waits = new Set<UserfaultWait>();
  /** Who waits for messages (fd_wqh). */
  readonly readers = new WaitQueue();
  constructor(readonly mm: Mm) {}

  /** The first fault whose message nobody has read. */
  get pending(): UserfaultWait | null {
    for (const wait of this.waits) if (!wait.isRead) return wait;
    return null;
  }

  /** wake_userfault: who waits for a page of [start, end) looks again. */
  wake(k: Kernel, start: number, end: number): void {
    for (const wait of [...this.waits]) {
      if (wait.address < start || wait.address >= end) continue;
      this.waits.delete(wait);
      wait.woken = true;
      wait.queue.wake(k);
    }
  }
}
registerState('Userfaultfd', Userfaultfd);
