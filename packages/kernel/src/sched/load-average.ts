import type { Kernel } from '../kernel.js';
import { registerState } from '../state.js';
import { TaskState } from '../task/task.js';

/** 1.0 in the fixed-point numbers of the averages (FIXED_1). */
export const LOAD_ONE = 2048;
/** LOAD_FREQ: 5 seconds between samples, in ns. */
const PERIOD = 5_000_000_000;
/** e^(−5 s / 1, 5, 15 minutes) in fixed point (EXP_1, EXP_5, EXP_15). */
const DECAY = [1884, 2014, 2037] as const;

/**
 * The load averages (kernel/sched/loadavg.c): exponentially decaying means, sampled every 5 seconds, of the tasks that run, wait for
 * the CPU or sleep uninterruptibly. No timer drives it, as the machine sleeps when nothing runs: whole periods that passed without a
 * turn were idle (calc_load_n).
 */
export class LoadAverage {
  /** Of 1, 5 and 15 minutes (avenrun). */
  private readonly averages: [number, number, number] = [0, 0, 0];
  /** Monotonic ns of the next sample. */
  private due = PERIOD;

  /** Called at the end of every turn: takes the samples that are due at `now`, monotonic ns. */
  update(k: Kernel, now: number): void {
    if (now < this.due) return;
    const periods = 1 + Math.floor((now - this.due) / PERIOD);
    this.due += periods * PERIOD;
    // After some hundred idle periods every average is 0.
    for (let i = Math.min(periods - 1, 10_000); i > 0; i--) this.sample(0);
    this.sample(active(k) * LOAD_ONE);
  }

  /** The averages by now, in units of 1 / LOAD_ONE. */
  read(k: Kernel): readonly [number, number, number] {
    this.update(k, k.clock.monotonic(k));
    return this.averages;
  }

  /** calc_load: rises are rounded up, so that a steady load is reached. */
  private sample(load: number): void {
    DECAY.forEach((decay, i) => {
      const old = this.averages[i]!;
      const next = old * decay + load * (LOAD_ONE - decay) + (load >= old ? LOAD_ONE - 1 : 0);
      this.averages[i] = Math.floor(next / LOAD_ONE);
    });
  }
}
registerState('LoadAverage', LoadAverage);

/** nr_running + nr_uninterruptible */
function active(k: Kernel): number {
  let sleeping = 0;
  for (const task of k.pids.tasks()) if (task.state === TaskState.Uninterruptible) sleeping++;
  return k.scheduler.runnable(k) + sleeping;
}
