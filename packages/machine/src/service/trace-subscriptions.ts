import type { Kernel } from '@ring3/kernel';
import { MachineError } from '../engine/options.js';
import type { MachineEvent } from '../protocol.js';
import { TraceExpressionError } from '../trace/filter.js';
import { TraceSession } from '../trace/session.js';

/** Who listens to tracepoints on the other side. Records leave in batches: when one is full, and after each slice. */
export class TraceSubscriptions {
  private readonly sessions = new Map<number, TraceSession>();
  private nextId = 1;

  constructor(
    private readonly k: Kernel,
    private readonly send: (event: MachineEvent) => void,
  ) {}

  /** @throws MachineError bad-option for an event that is not there */
  add(expressions: readonly string[], batch: number): number {
    const id = this.nextId++;
    try {
      this.sessions.set(
        id,
        new TraceSession(this.k, { expressions, batch }, (records) => this.send({ type: 'trace', id, records: [...records] })),
      );
    } catch (error) {
      if (error instanceof TraceExpressionError) throw new MachineError('bad-option', error.message);
      throw error;
    }
    return id;
  }

  remove(id: number): void {
    this.sessions.get(id)?.finish();
    this.sessions.delete(id);
  }

  flush(): void {
    for (const session of this.sessions.values()) session.flush();
  }
}
