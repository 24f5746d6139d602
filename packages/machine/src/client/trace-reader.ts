import type { TraceRecord } from '@ring3/kernel';
import { MachineError } from '../engine/options.js';

/** Records that are kept while nobody has begun to read. */
const UNREAD_RECORDS = 200_000;
/** Records that are read before the engine is told. */
const TELL_RECORDS = 1024;

/**
 * Records of tracepoints as an async iterator; leaving a `for await` ends the subscription. Once it is read, the guest waits for its
 * reader. Before, the guest goes on (who awaits an exit and reads then would wait for ever): UNREAD_RECORDS are kept, the rest is dropped,
 * and after what was kept the reader throws `output-lost`.
 */
export class TraceReader implements AsyncIterableIterator<TraceRecord> {
  private records: TraceRecord[] = [];
  private at = 0;
  private begun = false;
  /** Records that were read and not told yet; of those that wait: told before they were read. */
  private untold = 0;
  private told = 0;
  private wake: (() => void) | null = null;
  private done = false;
  private failure: unknown = null;
  /** Records that were dropped, after those that can be read. */
  lost = 0;

  constructor(
    private readonly unsubscribe: () => void,
    private readonly taken: (records: number) => void,
  ) {}

  receive(records: readonly TraceRecord[]): void {
    if (this.done) return;
    if (!this.begun) this.tell(records.length);
    const room = this.begun ? Infinity : UNREAD_RECORDS - this.records.length;
    const kept = this.lost > 0 ? [] : records.slice(0, room);
    this.lost += records.length - kept.length;
    if (!this.begun) this.told += kept.length;
    for (const record of kept) this.records.push(record);
    this.wake?.();
  }

  end(failure: unknown = null): void {
    this.done = true;
    this.failure ??= failure;
    this.wake?.();
  }

  async next(): Promise<IteratorResult<TraceRecord>> {
    this.begun = true;
    for (;;) {
      if (this.at < this.records.length) return { done: false, value: this.take() };
      if (this.lost > 0) {
        await this.return();
        throw new MachineError('output-lost', `${this.lost} records were dropped: nobody read them`);
      }
      if (this.failure) throw this.failure;
      if (this.done) return { done: true, value: undefined };
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
  }

  private take(): TraceRecord {
    const record = this.records[this.at++]!;
    if (this.at === this.records.length) {
      this.records = [];
      this.at = 0;
    }
    if (this.told > 0) this.told--;
    else this.untold++;
    if (this.untold >= TELL_RECORDS || (this.untold > 0 && this.records.length === 0)) {
      this.tell(this.untold);
      this.untold = 0;
    }
    return record;
  }

  private tell(records: number): void {
    if (!this.done) this.taken(records);
  }

  async return(): Promise<IteratorResult<TraceRecord>> {
    if (!this.done) {
      this.end();
      this.records = [];
      this.at = 0;
      this.unsubscribe();
    }
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
