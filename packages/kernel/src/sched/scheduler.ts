import type { Kernel } from '../kernel.js';
import { Trace, emit } from '../trace/tracer.js';
import { TaskState, type Task } from '../task/task.js';
import { registerState } from '../state.js';
import { sliceWeight } from './nice.js';
import { switchTo } from './switch.js';

/**
 * The run queue of the one CPU: round robin, a turn being options.quantum retired instructions weighted by nice. Every runnable task
 * except the one on the CPU is in the queue exactly once; pid 1, which sleeps for ever, stands on the CPU when nothing else can.
 */
export class Scheduler {
  private readonly queue: Task[] = [];
  /** Instructions left of the current turn. */
  turnLeft = 0;
  needResched = false;
  /** Context switches and forks since boot (/proc/stat). */
  switches = 0;
  forks = 0;

  /** Runnable tasks, with the one on the CPU. */
  runnable(k: Kernel): number {
    return this.queue.length + (k.current.state === TaskState.Running ? 1 : 0);
  }

  /** A new task, or one that was preempted, waits for its turn. */
  enqueue(task: Task): void {
    this.queue.push(task);
  }

  /** try_to_wake_up: ends a sleep or stop of any kind. Does nothing for a task that runs, or is dead. */
  wakeTask(k: Kernel, task: Task): void {
    switch (task.state) {
      case TaskState.Running:
      case TaskState.Zombie:
      case TaskState.Dead:
        return;
    }
    leaveQueues(k, task);
    task.state = TaskState.Running;
    task.killable = false;
    if (task !== k.current) this.enqueue(task);
  }

  /** A fork: with more than one CPU the child would run soon, so the parent's turn becomes short. */
  shareTurn(k: Kernel): void {
    this.turnLeft = Math.min(this.turnLeft, Math.max(1, k.options.quantum >> 4));
  }

  /** sched_yield: the current task goes behind the others. */
  yield(): void {
    this.needResched = true;
  }

  /**
   * schedule(): puts the next task on the CPU, pid 1 when none can run.
   * @returns false when nothing is runnable
   */
  schedule(k: Kernel): boolean {
    this.needResched = false;
    const previous = k.current;
    const runnable = previous.state === TaskState.Running;
    const next = this.queue.shift() ?? (runnable ? previous : k.init);
    if (next !== previous) {
      if (runnable) {
        this.enqueue(previous);
        previous.nivcsw++;
      } else {
        previous.nvcsw++;
      }
      this.switches++;
      if (k.trace.on(Trace.Sched)) {
        emit(k, Trace.Sched, 'sched:sched_switch', {
          prev_comm: previous.comm, prev_pid: previous.tid, prev_prio: 120 + previous.nice, prev_state: runnable ? 'R' : previous.state,
          next_comm: next.comm, next_pid: next.tid, next_prio: 120 + next.nice,
        });
      }
      switchTo(k, next);
    }
    k.load.update(k, k.clock.monotonic(k));
    this.turnLeft = sliceWeight(k.options.quantum, next.nice);
    return next.state === TaskState.Running;
  }

  /** How long the host may sleep while nothing is runnable: ms to the next timer, Infinity when there is none. */
  msUntilNextTimer(k: Kernel): number {
    return Math.max(0, (k.timers.next - k.clock.monotonic(k)) / 1e6);
  }

  /** Takes a task that is being put on the CPU by other means (spawn) out of the queue. */
  dequeue(task: Task): void {
    const at = this.queue.indexOf(task);
    if (at >= 0) this.queue.splice(at, 1);
  }
}
registerState('Scheduler', Scheduler);

/** finish_wait on every queue, and the deadline's timer. */
export function leaveQueues(k: Kernel, task: Task): void {
  for (const queue of task.sleepingOn) queue.remove(task);
  if (task.sleepingOn.length > 0) task.sleepingOn = [];
  k.timers.remove(task.sleepTimer);
}
