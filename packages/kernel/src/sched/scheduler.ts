import { SchedPolicy } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import { Trace, emit } from '../trace/tracer.js';
import { TaskState, type Task } from '../task/task.js';
import { registerState } from '../state.js';
import { sliceWeight } from './nice.js';
import { switchTo } from './switch.js';

/** Of so many turns that real-time tasks took while others waited, the next is the others' (sched_rt_runtime_us: 95 %). */
const RT_TURNS = 19;

/**
 * The run queue of the one CPU: round robin, a turn being options.quantum retired instructions weighted by nice. Real-time tasks come
 * before all others, by priority: SCHED_FIFO until it sleeps or yields, SCHED_RR in turns. Every runnable task except the one on the
 * CPU is in the queue exactly once; pid 1, which sleeps for ever, stands on the CPU when nothing else can.
 */
export class Scheduler {
  /** By falling real-time priority (0: none), then by order of arrival. */
  private readonly queue: Task[] = [];
  /** Instructions left of the current turn. */
  turnLeft = 0;
  needResched = false;
  /** The current task gives up its turn (sched_yield). */
  private yielding = false;
  /** Instructions of the current turn when it began, and those that real-time tasks have had since another task ran. */
  private turn = 0;
  private realtimeUsed = 0;
  /** This turn is one that real-time tasks left to the others. */
  private throttled = false;
  /** Context switches and forks since boot (/proc/stat). */
  switches = 0;
  forks = 0;

  /** Runnable tasks, with the one on the CPU. */
  runnable(k: Kernel): number {
    return this.queue.length + (k.current.state === TaskState.Running ? 1 : 0);
  }

  /** A new task, or one whose turn is over, waits for its next turn; `first`: before those of its priority, as it was preempted. */
  enqueue(task: Task, first = false): void {
    const { rtPriority } = task;
    if (rtPriority === 0) {
      this.queue.push(task);
      return;
    }
    const at = this.queue.findIndex((other) => (first ? other.rtPriority <= rtPriority : other.rtPriority < rtPriority));
    this.queue.splice(at < 0 ? this.queue.length : at, 0, task);
  }

  /** Its policy or priority has changed. */
  requeue(k: Kernel, task: Task): void {
    const at = this.queue.indexOf(task);
    if (at >= 0) this.queue.splice(at, 1);
    if (at >= 0) this.enqueue(task);
    if ((this.queue[0]?.rtPriority ?? 0) > k.current.rtPriority) this.needResched = true;
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
    if (task === k.current) return;
    this.enqueue(task);
    if (task.rtPriority > k.current.rtPriority && !this.throttled) this.needResched = true;
  }

  /** A fork: with more than one CPU the child would run soon, so the parent's turn becomes short. */
  shareTurn(k: Kernel): void {
    this.turnLeft = Math.min(this.turnLeft, Math.max(1, k.options.quantum >> 4));
  }

  /** sched_yield: the current task goes behind the others. */
  yield(): void {
    this.needResched = true;
    this.yielding = true;
  }

  /**
   * schedule(): puts the next task on the CPU, pid 1 when none can run.
   * @returns false when nothing is runnable
   */
  schedule(k: Kernel): boolean {
    this.needResched = false;
    const previous = k.current;
    const runnable = previous.state === TaskState.Running;
    const next = this.pickNext(k, previous, runnable);
    if (next !== previous) {
      if (runnable) {
        this.enqueue(previous, !this.yielding && (previous.policy === SchedPolicy.Fifo || this.turnLeft > 0));
        previous.nivcsw++;
      } else {
        previous.nvcsw++;
      }
      this.switches++;
      if (k.trace.on(Trace.Sched)) {
        emit(k, Trace.Sched, 'sched:sched_switch', {
          prev_comm: previous.comm,
          prev_pid: previous.tid,
          prev_prio: kernelPriority(previous),
          prev_state: runnable ? 'R' : previous.state,
          next_comm: next.comm,
          next_pid: next.tid,
          next_prio: kernelPriority(next),
        });
      }
      switchTo(k, next);
    }
    k.load.update(k, k.clock.monotonic(k));
    this.yielding = false;
    this.turn = this.turnLeft =
      next.rtPriority > 0 ? k.options.quantum : sliceWeight(k.options.quantum, next.nice, next.policy === SchedPolicy.Idle);
    return next.state === TaskState.Running;
  }

  /** pick_next_task: takes the next task out of the queue, or leaves the current one where it is. */
  private pickNext(k: Kernel, previous: Task, runnable: boolean): Task {
    const { queue } = this;
    this.throttled = false;
    if (previous.rtPriority === 0) this.realtimeUsed = 0;
    else this.realtimeUsed += this.turn - this.turnLeft;
    const head = queue[0];
    if (!head) return runnable ? previous : k.init;
    const realtime = head.rtPriority > 0 || (runnable && previous.rtPriority > 0);
    if (realtime && this.realtimeUsed >= RT_TURNS * k.options.quantum) {
      const other = queue.findIndex(({ rtPriority }) => rtPriority === 0);
      if (other >= 0) {
        this.throttled = true;
        return queue.splice(other, 1)[0]!;
      }
    }
    if (runnable && !this.yielding && previous.rtPriority > 0) {
      const turnIsOver = previous.policy === SchedPolicy.RoundRobin && this.turnLeft <= 0;
      if (head.rtPriority < previous.rtPriority || (head.rtPriority === previous.rtPriority && !turnIsOver)) return previous;
    }
    // One that yields does not give way to lower priorities.
    if (runnable && head.rtPriority < previous.rtPriority) return previous;
    return queue.shift()!;
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

/** task_struct.prio: 0 … 98 for real-time tasks, 100 … 139 for the others. */
function kernelPriority(task: Task): number {
  return task.rtPriority > 0 ? 99 - task.rtPriority : 120 + task.nice;
}

/** finish_wait on every queue, and the deadline's timer. */
export function leaveQueues(k: Kernel, task: Task): void {
  const { sleepingOn } = task;
  for (let queue = sleepingOn.pop(); queue; queue = sleepingOn.pop()) queue.remove(task);
  k.timers.remove(task.sleepTimer);
}
