import type { TraceRecord } from '@ring3/kernel';

/** Records as an async iterator; `return` (leaving a for await) ends the subscription. */
export class TraceReader implements AsyncIterableIterator<TraceRecord> {
  private readonly records: TraceRecord[] = [];
  private wake: (() => void) | null = null;
  private done = false;
  private id: Promise<number> | null = null;
  private failure: unknown = null;

  constructor(private readonly unsubscribe: (id: number) => void) {}

  start(id: Promise<number>): void {
    this.id = id;
    id.catch((error: unknown) => {
      this.failure = error;
      this.end();
    });
  }

  receive(records: readonly TraceRecord[]): void {
    for (const record of records) this.records.push(record);
    this.wake?.();
  }

  end(): void {
    this.done = true;
    this.wake?.();
  }

  async next(): Promise<IteratorResult<TraceRecord>> {
    await this.id?.catch(() => {});
    for (;;) {
      const value = this.records.shift();
      if (value) return { done: false, value };
      if (this.failure) throw this.failure;
      if (this.done) return { done: true, value: undefined };
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
  }

  async return(): Promise<IteratorResult<TraceRecord>> {
    if (!this.done) {
      this.end();
      this.records.length = 0;
      void this.id?.then(this.unsubscribe);
    }
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
