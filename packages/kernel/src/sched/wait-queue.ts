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
  readonly waiters: Waiter[] = [];

  /** A task that waits for the same thing twice (poll) does so in one go, and stands here once. */
  add(waiter: Waiter): void {
    const { waiters } = this;
    if (waiters[waiters.length - 1] !== waiter) waiters.push(waiter);
  }

  remove(waiter: Waiter): void {
    const at = this.waiters.indexOf(waiter);
    if (at >= 0) this.waiters.splice(at, 1);
  }

  /** Wakes all (Linux: wake_up_all), or the first `limit`. Waiters look again at what they waited for. */
  wake(k: Kernel, limit = Infinity, events = 0): void {
    const { waiters } = this;
    if (waiters.length === 0) return;
    if (waiters.length === 1 && limit > 0) {
      waiters[0]!.wake(k, this, events);
      return;
    }
    let n = 0;
    for (const waiter of waiters.slice()) {
      if (n++ >= limit) break;
      waiter.wake(k, this, events);
    }
  }
}
registerState('WaitQueue', WaitQueue);
