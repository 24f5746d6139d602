import { Trace, type TraceRecord, type TraceSink } from '@ring3/kernel';
import type { MachineEngine } from '../engine/engine.js';
import { MachineError } from '../engine/options.js';
import type { MachineEvent } from '../protocol.js';

/** Trace bits by the group that an event's name begins with. */
const groups: Readonly<Record<string, Trace>> = {
  syscalls: Trace.Syscalls,
  exec: Trace.Exec,
  mm: Trace.Mm,
  exceptions: Trace.Exceptions,
  signal: Trace.Signal,
  sched: Trace.Sched,
  task: Trace.Task,
};

class Subscription implements TraceSink {
  private records: TraceRecord[] = [];

  constructor(
    private readonly names: ReadonlySet<string>,
    private readonly batch: number,
    private readonly deliver: (records: TraceRecord[]) => void,
  ) {}

  record(record: TraceRecord): void {
    if (!this.names.has(record.event) && !this.names.has(record.event.slice(0, record.event.indexOf(':')))) return;
    this.records.push(record);
    if (this.records.length >= this.batch) this.flush();
  }

  flush(): void {
    if (this.records.length === 0) return;
    const { records } = this;
    this.records = [];
    this.deliver(records);
  }
}

/** Who listens to tracepoints on the other side. Records leave in batches: when one is full, and after each slice. */
export class TraceSubscriptions {
  private readonly subscriptions = new Map<number, Subscription>();
  private nextId = 1;

  constructor(
    private readonly engine: MachineEngine,
    private readonly send: (event: MachineEvent) => void,
  ) {}

  /** @throws MachineError bad-option for a group that is not there */
  add(events: readonly string[], batch: number): number {
    let mask = 0;
    for (const name of events) {
      const group = groups[name.split(':', 1)[0]!];
      if (group === undefined) throw new MachineError('bad-option', `no tracepoints '${name}': groups are ${Object.keys(groups).join(', ')}`);
      mask |= group;
    }
    const id = this.nextId++;
    const subscription = new Subscription(new Set(events), batch, (records) => this.send({ type: 'trace', id, records }));
    this.subscriptions.set(id, subscription);
    this.engine.attachTrace(mask, subscription);
    return id;
  }

  remove(id: number): void {
    const subscription = this.subscriptions.get(id);
    if (!subscription) return;
    subscription.flush();
    this.engine.detachTrace(subscription);
    this.subscriptions.delete(id);
  }

  flush(): void {
    for (const subscription of this.subscriptions.values()) subscription.flush();
  }
}
