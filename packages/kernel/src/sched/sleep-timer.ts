import type { Kernel } from '../kernel.js';
import type { Task } from '../task/task.js';
import { TimerEntry } from '../time/timer-queue.js';
import { registerState } from '../state.js';

/** Wakes a sleeping task at its operation's deadline (struct hrtimer_sleeper). */
export class SleepTimer extends TimerEntry {
  constructor(readonly task: Task) {
    super();
  }
  expire(k: Kernel): void {
    k.scheduler.wakeTask(k, this.task);
  }
}
registerState('SleepTimer', SleepTimer);
