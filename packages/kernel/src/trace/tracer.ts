import { Cpu } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import { getReg } from '../task/regs.js';
import type { Task } from '../task/task.js';

/**
 * The tracepoint sink. Kernel code asks `k.trace.on(Trace.X)` (one bit test) before it builds a record, so that tracing costs nothing when off.
 * Events are named as Linux names them: 'syscalls:sys_enter', 'exceptions:page_fault_user', 'signal:signal_deliver', 'exec:load_elf_binary'.
 */
export const enum Trace {
  Syscalls = 1 << 0,
  Exec = 1 << 1,
  Mm = 1 << 2,
  Exceptions = 1 << 3,
  Signal = 1 << 4,
  Sched = 1 << 5,
  Task = 1 << 6,
}

export interface TraceRecord {
  /** 'group:event' */
  event: string;
  /** Retired instructions of the machine at this point, and monotonic ns. */
  icount: number;
  time: number;
  pid: number;
  tid: number;
  fields: Record<string, number | string | boolean | null>;
}

export interface TraceSink {
  record(record: TraceRecord): void;
}

/** How a followed thread goes on. */
export const enum Follow {
  /** Not at all: the slice ends. */
  Stop,
  /** By one instruction. */
  Single,
  /** Until something else ends it: a breakpoint, a trap. */
  Run,
}

/** Follows one thread from instruction to instruction: a debugger's step. */
export interface ThreadFollower {
  /** null: the first that gets the CPU. */
  readonly task: Task | null;
  /**
   * The thread, which is the current one, is about to execute an instruction of user mode: all that the kernel had to do for it is done,
   * handlers of signals are entered. `retired`: its instructions since this was asked last.
   */
  next(k: Kernel, retired: number): Follow;
}

export class Tracer {
  private mask = 0;
  /**
   * Somebody who watches wants the machine to stand still: the slice ends before the next instruction of user mode, and before a system
   * call that has just been entered does anything. Whoever asked clears it.
   */
  stopRequested = false;
  /** Addresses at whose instruction the machine is to stand still; told by `onBreakpoint`. Header.Breakpoints holds the same. */
  readonly breakpoints = new Set<number>();
  onBreakpoint: ((address: number) => void) | null = null;
  /** Threads that stand at a breakpoint that has been told, until they have executed its instruction. */
  readonly passes = new Map<Task, number>();
  follower: ThreadFollower | null = null;
  /** Instructions of the followed thread since it was asked. */
  followed = 0;
  private sinks: { mask: number; sink: TraceSink }[] = [];
  on(group: Trace): boolean {
    return (this.mask & group) !== 0;
  }
  attach(mask: number, sink: TraceSink): void {
    this.sinks.push({ mask, sink });
    this.mask |= mask;
  }
  detach(sink: TraceSink): void {
    this.sinks = this.sinks.filter((s) => s.sink !== sink);
    this.mask = this.sinks.reduce((mask, s) => mask | s.mask, 0);
  }
  emit(group: Trace, record: TraceRecord): void {
    for (const { mask, sink } of this.sinks) if (mask & group) sink.record(record);
  }
}

/** Emits a record of the current task; ask `k.trace.on(group)` first. Sinks run at once, so they may read the task's memory as it is now. */
export function emit(k: Kernel, group: Trace, event: string, fields: TraceRecord['fields']): void {
  k.trace.emit(group, {
    event,
    icount: getReg(k, Cpu.Icount),
    time: k.clock.monotonic(k),
    pid: k.current.tgid,
    tid: k.current.tid,
    fields,
  });
}
