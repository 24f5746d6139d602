import { fieldKinds, type Kernel, Trace, type TraceEventName, type TraceRecord, type TraceSink } from '@ring3/kernel';
import { fromByteString } from '../../engine/byte-string.js';
import { callName } from '../../strace/signatures/signature.js';
import { eventSources } from '../catalogue/sources.js';
import { decoded } from '../decoded.js';
import { ExecNesting } from '../exec-nesting.js';
import { TraceFilter } from '../filter.js';
import { TraceEventWriter } from './trace-events.js';

/** The processor's own track: no process of the guest has number 0. */
const CPU = { pid: 0, tid: 0 } as const;

/** ns between two samples of a process's memory. */
const SAMPLE_EVERY = 100_000;

/** Stages that contain others last until something follows that they do not contain; the others end when they are told of. */
const containers = new Set(Object.values(eventSources).flatMap(({ within = [] }) => within));

interface Thread {
  pid: number;
  tid: number;
  /** Names of open slices, the innermost last. */
  open: string[];
  nesting: ExecNesting;
  /** Of the open stages of execve, the outermost first: 'slice' where it is one. */
  stages: ('slice' | 'none')[];
  running: boolean;
}

/**
 * The events of a machine for a timeline: system calls and the stages of execve as nested slices on their thread, faults, signals and
 * changes of memory as instants, who has the processor on a track of its own and as a slice of each thread, resident memory as counters.
 * It listens synchronously and keeps only what is open.
 */
export class PerfettoTrace implements TraceSink {
  private readonly filter: TraceFilter;
  private readonly out: TraceEventWriter;
  private readonly threads = new Map<number, Thread>();
  private readonly named = new Map<number, string>();
  private readonly sampled = new Map<number, number>();
  /** Time of the last record, ns; and since when the processor is with its task. */
  private last: number | null = null;
  private switchedAt = 0;

  constructor(
    private readonly k: Kernel,
    expressions: readonly string[],
    write: (text: string) => void,
  ) {
    this.filter = new TraceFilter(expressions);
    this.out = new TraceEventWriter(write);
    this.out.event({ ph: 'M', name: 'process_name', ...CPU, ts: 0, args: { name: 'processor' } });
    this.out.event({ ph: 'M', name: 'thread_name', ...CPU, ts: 0, args: { name: 'cpu 0' } });
    // Names and ends of tasks are wanted whatever is shown.
    k.trace.attach(this.filter.groups | Trace.Task | Trace.Sched | Trace.Exec, this);
  }

  finish(): void {
    this.k.trace.detach(this);
    const now = this.last ?? 0;
    const { tid, comm } = this.k.current;
    if (this.filter.shows({ event: 'sched:sched_switch' })) this.ranUntil(now, tid, comm);
    for (const thread of this.threads.values()) this.close(thread, now);
    this.out.end();
  }

  record(raw: TraceRecord): void {
    if (!fieldKinds(raw.event)) return;
    const record = decoded(raw);
    const { event, time } = record;
    if (this.last === null) this.switchedAt = this.last = time;
    const thread = this.thread(record.pid, record.tid);
    if (event.startsWith('exec:')) this.stage(thread, record);
    else if (event === 'syscalls:sys_enter') this.enter(thread, record);
    else if (event === 'syscalls:sys_exit') this.exit(thread, record);
    else if (event === 'sched:sched_switch') this.switched(record);
    else this.instant(thread, record);
    if (event === 'sched:sched_process_exit') this.ended(record);
    this.sample(record);
    this.last = time;
  }

  private thread(pid: number, tid: number): Thread {
    let thread = this.threads.get(tid);
    if (!thread || thread.pid !== pid) {
      thread = { pid, tid, open: [], nesting: new ExecNesting(), stages: [], running: false };
      this.threads.set(tid, thread);
      this.name(pid, tid);
    }
    return thread;
  }

  /** Tells a task's name, where it is a new one. */
  private name(pid: number, tid: number): void {
    const comm = this.k.pids.task(tid)?.comm;
    if (comm === undefined) return;
    const name = fromByteString(comm);
    if (this.named.get(tid) === name) return;
    this.named.set(tid, name);
    if (tid === pid) this.out.event({ ph: 'M', name: 'process_name', pid, tid, ts: 0, args: { name } });
    this.out.event({ ph: 'M', name: 'thread_name', pid, tid, ts: 0, args: { name } });
  }

  private begin(thread: Thread, name: string, cat: string, time: number, args: Record<string, unknown>): void {
    const { pid, tid } = thread;
    thread.open.push(name);
    this.out.event({ ph: 'B', name, cat, pid, tid, ts: time / 1000, args });
  }

  private end(thread: Thread, time: number, args?: Record<string, unknown>): void {
    const { pid, tid } = thread;
    const name = thread.open.pop();
    if (name !== undefined) this.out.event({ ph: 'E', name, pid, tid, ts: time / 1000, ...(args ? { args } : {}) });
  }

  private enter(thread: Thread, { event, time, fields }: TraceRecord): void {
    if (!this.filter.shows({ event })) return;
    const args: Record<string, string> = {};
    for (const name of ['a0', 'a1', 'a2', 'a3', 'a4', 'a5']) args[name] = `0x${Number(fields[name]).toString(16)}`;
    this.begin(thread, callName(Number(fields['nr'])), 'syscalls', time, args);
  }

  private exit(thread: Thread, { event, time, fields }: TraceRecord): void {
    if (!this.filter.shows({ event }) || thread.open.length === 0) return;
    this.end(thread, time, { ret: fields['ret'] });
  }

  /** A stage of execve. Those that are done when they are told of reach back to the record before them. */
  private stage(thread: Thread, record: TraceRecord): void {
    const { event, time, fields } = record;
    const from = this.last ?? time;
    const { ended } = thread.nesting.enter(event as TraceEventName);
    for (let i = 0; i < ended; i++) if (thread.stages.pop() === 'slice') this.end(thread, from);
    const isContainer = containers.has(event as TraceEventName);
    const shown = this.filter.shows(record);
    if (event !== 'exec:load_binary') thread.stages.push(shown && isContainer ? 'slice' : 'none');
    else if (thread.stages.pop() === 'slice') this.end(thread, time, { errno: fields['errno'] });
    if (event === 'exec:execve_return') this.name(record.pid, record.tid);
    if (!shown) return;
    const { function: name } = eventSources[event as TraceEventName];
    if (isContainer) this.begin(thread, name, 'exec', time, fields);
    else this.slice(thread, name, from, time, fields);
  }

  private slice({ pid, tid }: Thread, name: string, from: number, to: number, args: Record<string, unknown>): void {
    this.out.event({ ph: 'X', name, cat: 'exec', pid, tid, ts: from / 1000, dur: Math.max(0, to - from) / 1000, args });
  }

  private instant({ pid, tid }: Thread, record: TraceRecord): void {
    if (!this.filter.shows(record)) return;
    const { event, time, fields } = record;
    const group = event.slice(0, event.indexOf(':'));
    this.out.event({ ph: 'i', name: event.slice(group.length + 1), cat: group, pid, tid, ts: time / 1000, s: 't', args: fields });
  }

  private switched(record: TraceRecord): void {
    if (!this.filter.shows(record)) return;
    const { time, fields } = record;
    this.ranUntil(time, Number(fields['prev_pid']), String(fields['prev_comm']));
    const next = Number(fields['next_pid']);
    const task = this.k.pids.task(next);
    if (!task) return;
    const thread = this.thread(task.tgid, next);
    thread.running = true;
    this.out.event({ ph: 'b', name: 'running', cat: 'sched', id: String(next), pid: thread.pid, tid: next, ts: time / 1000 });
  }

  /** The processor was with this task since the last switch. */
  private ranUntil(time: number, tid: number, comm: string): void {
    const from = this.switchedAt;
    this.switchedAt = time;
    this.out.event({
      ph: 'X',
      name: `${comm} (${tid})`,
      cat: 'sched',
      ...CPU,
      ts: from / 1000,
      dur: Math.max(0, time - from) / 1000,
    });
    const thread = this.threads.get(tid);
    if (thread?.running) this.stopRunning(thread, time);
  }

  private stopRunning(thread: Thread, time: number): void {
    thread.running = false;
    this.out.event({ ph: 'e', name: 'running', cat: 'sched', id: String(thread.tid), pid: thread.pid, tid: thread.tid, ts: time / 1000 });
  }

  private ended({ time, fields }: TraceRecord): void {
    const tid = Number(fields['exiting']);
    const thread = this.threads.get(tid);
    if (!thread) return;
    this.close(thread, time);
    this.threads.delete(tid);
    this.named.delete(tid);
    this.sampled.delete(tid);
  }

  private close(thread: Thread, time: number): void {
    while (thread.open.length > 0) this.end(thread, time);
    if (thread.running) this.stopRunning(thread, time);
  }

  /** Resident memory of the current process, in KiB. */
  private sample({ pid, time }: TraceRecord): void {
    const { mm, tgid } = this.k.current;
    if (!mm || tgid !== pid || time - (this.sampled.get(pid) ?? -Infinity) < SAMPLE_EVERY) return;
    this.sampled.set(pid, time);
    const args = { anon: mm.rssAnon * 4, file: mm.rssFile * 4, shmem: mm.rssShmem * 4 };
    this.out.event({ ph: 'C', name: 'rss (KiB)', cat: 'mm', pid, tid: pid, ts: time / 1000, args });
  }
}
