import { type Kernel, signalName, Trace, type TraceRecord, type TraceSink } from '@ring3/kernel';
import { TraceFilter } from '../trace/filter.js';
import type { TraceExpectation } from './job.js';

/** Counts what assertions on the trace ask for; nothing is traced that they do not. */
export class TraceCounts implements TraceSink {
  readonly syscalls = new Map<string, number>();
  readonly signals = new Map<string, number>();
  readonly events = new Map<string, number>();

  constructor(k: Kernel, expected: TraceExpectation) {
    let mask = 0;
    if (expected.syscalls || expected.onlySyscalls) mask |= Trace.Syscalls;
    if (expected.signals) mask |= Trace.Signal;
    if (expected.events) mask |= new TraceFilter(Object.keys(expected.events)).groups;
    if (mask !== 0) k.trace.attach(mask, this);
  }

  record({ event, fields }: TraceRecord): void {
    add(this.events, event);
    if (event === 'syscalls:sys_enter') add(this.syscalls, String(fields['name'] ?? `syscall_${fields['nr']}`));
    else if (event === 'signal:signal_deliver') add(this.signals, signalName(Number(fields['sig'])));
  }
}

function add(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
