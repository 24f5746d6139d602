import type { Kernel } from '../kernel.js';
import { registerState } from '../state.js';

/** Whoever can sleep on a wait queue: a task, an epoll item. */
export abstract class Waiter {
  /**
   * Called for each waiter of a queue that is woken; the waiter removes itself where it wants no more. `events`: the POLL* that came
   * about, 0 where the waker does not tell.
   */
  abstract wake(k: Kernel, queue: WaitQueue, events: number): void;
}

/** wait_queue_head. Waiters in order of arrival. */
export class WaitQueue {
  readonly waiters = new Set<Waiter>();

  add(waiter: Waiter): void {
    this.waiters.add(waiter);
  }

  remove(waiter: Waiter): void {
    this.waiters.delete(waiter);
  }

  /** Wakes all (Linux: wake_up_all), or the first `limit`. Waiters look again at what they waited for. */
  wake(k: Kernel, limit = Infinity, events = 0): void {
    if (this.waiters.size === 0) return;
    let n = 0;
    for (const waiter of Array.from(this.waiters)) {
      if (n++ >= limit) break;
      waiter.wake(k, this, events);
    }
  }
}
registerState('WaitQueue', WaitQueue);
