import { fieldKinds, type Kernel, Trace, type TraceEventName, type TraceRecord, type TraceSink } from '@ring3/kernel';
import { type Catalogue, sentenceOf } from './catalogue/catalogue.js';
import { eventSources } from './catalogue/sources.js';
import { decoded } from './decoded.js';
import { ExecNesting } from './exec-nesting.js';
import { type VmaChange, VmaWatch } from './vma-diff.js';

/** A line of a table that belongs to a stage: a program header, an entry of the auxiliary vector. */
export interface ExecDetail {
  event: string;
  fields: TraceRecord['fields'];
  text: string;
}

/** One stage of an execve. Field names are stable: `exec-trace --json` prints them. */
export interface ExecStep {
  /** From 1. */
  number: number;
  event: string;
  /** The kernel function, and the file of Linux 5.4 that has it. */
  function: string;
  source: string;
  /** How deep in the calls. */
  depth: number;
  /** Monotonic ns and retired instructions of the machine. */
  time: number;
  icount: number;
  fields: TraceRecord['fields'];
  /** What it read and decided, in the catalogue's language. */
  text: string;
  details: ExecDetail[];
  /** What changed in the new address space. */
  vmas: VmaChange[];
  /** Is it the point of no return? */
  commits: boolean;
}

/** A whole execve. */
export interface ExecTrace {
  pid: number;
  tid: number;
  path: string;
  /** 'unfinished': the machine stopped, or the call waits. */
  result: 'started' | 'refused' | 'unfinished';
  errno: string | null;
  refusedBy: string | null;
  committed: boolean;
  steps: ExecStep[];
}

interface Running {
  trace: ExecTrace;
  nesting: ExecNesting;
  watch: VmaWatch;
}

/** Listens to the stages of execve and puts each call together; hands it to `done` when it returns. */
export class ExecTracer implements TraceSink {
  private readonly running = new Map<number, Running>();

  constructor(
    private readonly k: Kernel,
    private readonly catalogue: Catalogue,
    private readonly done: (trace: ExecTrace) => void,
  ) {
    k.trace.attach(Trace.Exec, this);
  }

  /** Stops listening; what has not returned is handed over as it is. */
  finish(): void {
    this.k.trace.detach(this);
    for (const { trace } of this.running.values()) this.done(trace);
    this.running.clear();
  }

  record(raw: TraceRecord): void {
    const { event } = raw;
    if (!fieldKinds(event)) return;
    const starts = event === 'exec:sys_execve' || (event === 'exec:getname' && raw.fields['from_user'] === false);
    const running = starts ? this.begin(raw) : this.find(raw);
    if (!running) return;
    this.step(running, decoded(raw));
    if (event === 'exec:execve_return') this.end(running, raw);
  }

  private begin({ pid, tid }: TraceRecord): Running {
    const trace: ExecTrace = {
      pid,
      tid,
      path: '',
      result: 'unfinished',
      errno: null,
      refusedBy: null,
      committed: false,
      steps: [],
    };
    const running = { trace, nesting: new ExecNesting(), watch: new VmaWatch() };
    this.running.set(tid, running);
    return running;
  }

  /** By thread; a thread that was not the leader takes the leader's number on its way (de_thread). */
  private find({ pid, tid }: TraceRecord): Running | undefined {
    const own = this.running.get(tid);
    if (own) return own;
    for (const [key, running] of this.running) {
      if (running.trace.pid !== pid) continue;
      this.running.delete(key);
      this.running.set(tid, running);
      running.trace.tid = tid;
      return running;
    }
    return undefined;
  }

  private step(running: Running, record: TraceRecord): void {
    const { trace, nesting } = running;
    const { event, fields, time, icount } = record;
    const source = eventSources[event as TraceEventName];
    const text = sentenceOf(this.catalogue, record) ?? '';
    if (event === 'exec:getname') trace.path = String(fields['path']);
    const last = trace.steps[trace.steps.length - 1];
    if (source.detail && last) {
      last.details.push({ event, fields, text });
      return;
    }
    trace.steps.push({
      number: trace.steps.length + 1,
      event,
      function: source.function,
      source: source.file,
      depth: nesting.enter(event as TraceEventName).depth,
      time,
      icount,
      fields,
      text,
      details: [],
      vmas: this.changes(running, record),
      commits: event === 'exec:exec_mmap',
    });
  }

  /** Up to exec_mmap the new address space holds but the stack, which the stages tell of; from there on it is the task's. */
  private changes({ trace, watch }: Running, { event, fields }: TraceRecord): VmaChange[] {
    const { mm } = this.k.current;
    if (event === 'exec:exec_mmap') {
      trace.committed = true;
      if (mm) watch.changes(this.k, mm);
      return [];
    }
    if (trace.committed) return mm ? watch.changes(this.k, mm) : [];
    const { stack_start: start, stack_end: end } = fields;
    return typeof start === 'number' && typeof end === 'number' ? watch.stack(start, end) : [];
  }

  private end({ trace }: Running, { tid, fields }: TraceRecord): void {
    this.running.delete(tid);
    trace.errno = fields['errno'] as string | null;
    trace.refusedBy = fields['refused_by'] as string | null;
    trace.result = trace.errno === null ? 'started' : 'refused';
    this.done(trace);
  }
}
