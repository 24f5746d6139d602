import type { Kernel, TraceRecord, TraceSink } from '@ring3/kernel';
import { decoded } from './decoded.js';
import { TraceFilter } from './filter.js';

export interface TraceSettings {
  /** Groups and events (TraceFilter); none: everything. */
  expressions: readonly string[];
  /** Records per call of the receiver. 1: each at once, while the machine is still in that state. */
  batch: number;
}

/** Gets the records in their order, at most a batch at a time. */
export type TraceReceiver = (records: readonly TraceRecord[]) => void;

/** A subscription to the tracepoints of a machine. Texts of the records are decoded; nothing else of the machine is referred to. */
export class TraceSession implements TraceSink {
  private readonly filter: TraceFilter;
  private pending: TraceRecord[] = [];

  /** @throws TraceExpressionError */
  constructor(
    private readonly k: Kernel,
    private readonly settings: TraceSettings,
    private readonly receive: TraceReceiver,
  ) {
    this.filter = new TraceFilter(settings.expressions);
    k.trace.attach(this.filter.groups, this);
  }

  record(record: TraceRecord): void {
    if (!this.filter.shows(record)) return;
    this.pending.push(decoded(record));
    if (this.pending.length >= this.settings.batch) this.flush();
  }

  /** Hands over what has gathered. */
  flush(): void {
    if (this.pending.length === 0) return;
    const records = this.pending;
    this.pending = [];
    this.receive(records);
  }

  /** Hands over the rest and stops listening. */
  finish(): void {
    this.k.trace.detach(this);
    this.flush();
  }
}
