import type { Kernel } from '../kernel.js';
import { registerState } from '../state.js';
import { DOUBLE_ZERO } from '../double-zero.js';

/** Something that happens at a point of monotonic time (struct hrtimer). Subclasses say what; instances are plain data. */
export abstract class TimerEntry {
  /** Absolute monotonic ns. */
  deadline = DOUBLE_ZERO;
  /** Order among equal deadlines; position in the heap, −1 when not queued. Both belong to the queue. */
  order = 0;
  slot = -1;

  get active(): boolean {
    return this.slot >= 0;
  }
  /** Called once when the deadline is past, already out of the queue; may queue itself again. */
  abstract expire(k: Kernel): void;
}

/** All timers of the machine: a binary heap by (deadline, order of arrival). */
export class TimerQueue {
  private readonly heap: TimerEntry[] = [];
  private arrivals = 0;

  /** Deadline of the earliest timer; Infinity when there is none. */
  get next(): number {
    return this.heap.length > 0 ? this.heap[0]!.deadline : Infinity;
  }

  /** Queues, or moves, an entry. */
  add(entry: TimerEntry, deadline: number): void {
    this.remove(entry);
    entry.deadline = deadline;
    entry.order = this.arrivals++;
    this.place(entry, this.heap.length);
    this.siftUp(entry.slot);
  }

  /** Takes an entry out; does nothing when it is not queued. */
  remove(entry: TimerEntry): void {
    const at = entry.slot;
    if (at < 0) return;
    entry.slot = -1;
    const last = this.heap.pop()!;
    if (last === entry) return;
    this.place(last, at);
    this.siftUp(at);
    this.siftDown(last.slot);
  }

  /** Lets everything expire that is due at `now`, in order. Linux: hrtimer_interrupt. */
  run(k: Kernel, now: number): void {
    while (this.heap.length > 0 && this.heap[0]!.deadline <= now) {
      const entry = this.heap[0]!;
      this.remove(entry);
      entry.expire(k);
    }
  }

  private place(entry: TimerEntry, at: number): void {
    this.heap[at] = entry;
    entry.slot = at;
  }

  private siftUp(at: number): void {
    const entry = this.heap[at]!;
    while (at > 0) {
      const up = (at - 1) >> 1;
      if (!before(entry, this.heap[up]!)) break;
      this.place(this.heap[up]!, at);
      at = up;
    }
    this.place(entry, at);
  }

  private siftDown(at: number): void {
    const entry = this.heap[at]!;
    for (;;) {
      let down = 2 * at + 1;
      if (down >= this.heap.length) break;
      if (down + 1 < this.heap.length && before(this.heap[down + 1]!, this.heap[down]!)) down++;
      if (!before(this.heap[down]!, entry)) break;
      this.place(this.heap[down]!, at);
      at = down;
    }
    this.place(entry, at);
  }
}
registerState('TimerQueue', TimerQueue);

function before(a: TimerEntry, b: TimerEntry): boolean {
  return a.deadline < b.deadline || (a.deadline === b.deadline && a.order < b.order);
}
