import type { Kernel, TraceRecord } from '@ring3/kernel';
import { MachineError } from '../engine/options.js';
import { type MachineEvent, TRACE_WINDOW } from '../protocol.js';
import { TraceExpressionError } from '../trace/filter.js';
import { TraceSession } from '../trace/session.js';

interface Subscription {
  session: TraceSession;
  /** Records that were sent and not taken yet. */
  underWay: number;
}

/** Who listens to tracepoints on the other side. Records leave in batches: when one is full, and after each slice. */
export class TraceSubscriptions {
  private readonly subscriptions = new Map<number, Subscription>();

  constructor(
    private readonly k: Kernel,
    private readonly send: (event: MachineEvent) => void,
  ) {}

  /** @throws MachineError bad-option for an event that is not there */
  add(id: number, expressions: readonly string[], batch: number): void {
    const deliver = (records: readonly TraceRecord[]): void => {
      const subscription = this.subscriptions.get(id);
      if (subscription) subscription.underWay += records.length;
      this.send({ type: 'trace', id, records: [...records] });
    };
    try {
      this.subscriptions.set(id, { session: new TraceSession(this.k, { expressions, batch }, deliver), underWay: 0 });
    } catch (error) {
      if (error instanceof TraceExpressionError) throw new MachineError('bad-option', error.message);
      throw error;
    }
  }

  /** A reader is so far behind that the guest has to wait. */
  get full(): boolean {
    for (const { underWay } of this.subscriptions.values()) if (underWay >= TRACE_WINDOW) return true;
    return false;
  }

  taken(id: number, records: number): void {
    const subscription = this.subscriptions.get(id);
    if (subscription) subscription.underWay -= records;
  }

  remove(id: number): void {
    this.subscriptions.get(id)?.session.finish();
    this.subscriptions.delete(id);
  }

  flush(): void {
    for (const { session } of this.subscriptions.values()) session.flush();
  }
}
