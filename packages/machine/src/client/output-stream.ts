import { MachineError } from '../engine/options.js';
import { REOPEN_BYTES } from '../protocol.js';

/** Bytes that are kept for a reader who does not come while somebody waits for the exit. */
export const HOLD_BYTES = 16 << 20;
/** How long a reader that has begun may pause before somebody who waits for the exit comes first. */
export const STALL_MS = 1000;

/**
 * The reading end of a guest's output. Bytes are taken from the engine as they are read: a slow reader makes the guest wait, as a pipe
 * does, and memory does not grow beyond the window.
 *
 * A guest that waits for a reader who never comes would never end. So once somebody waits for its exit (`awaitExit`), a full stream that
 * nobody has read from so far, or that was not read for STALL_MS, gives the guest room: up to HOLD_BYTES are kept for who still comes,
 * the rest is dropped, and after what was kept the stream fails with `output-lost`. Reading goes back to one byte for another.
 */
export class OutputStream {
  private readonly chunks: Uint8Array[] = [];
  /** Bytes in `chunks`; those of them that room was given for before they were read. */
  private held = 0;
  private credited = 0;
  private ended = false;
  private cancelled = false;
  private exitAwaited = false;
  /** The guest goes on whatever is read. */
  private relaxed = false;
  private stall: ReturnType<typeof setTimeout> | undefined;
  private wake: (() => void) | null = null;
  private failure: unknown = null;
  private stream: ReadableStream<Uint8Array> | null = null;
  /** Bytes that were dropped. */
  lost = 0;

  constructor(
    private readonly credit: (bytes: number) => void,
    private readonly cancel: () => void,
  ) {}

  get readable(): ReadableStream<Uint8Array> {
    this.stream ??= new ReadableStream<Uint8Array>(
      {
        pull: (controller) => this.pull(controller),
        cancel: () => {
          this.cancelled = true;
          this.chunks.length = 0;
          this.endStall();
          if (!this.ended) this.cancel();
          this.wake?.();
        },
      },
      { highWaterMark: 0 },
    );
    return this.stream;
  }

  receive(bytes: Uint8Array): void {
    if (this.cancelled) return;
    if (this.lost > 0 || (this.relaxed && this.held + bytes.length > HOLD_BYTES)) {
      this.lost += bytes.length;
      this.credit(bytes.length);
      return;
    }
    this.chunks.push(bytes);
    this.held += bytes.length;
    if (this.relaxed) this.creditHeld();
    else this.watch();
    this.wake?.();
  }

  /** Somebody waits for the process to end. */
  awaitExit(): void {
    this.exitAwaited = true;
    this.watch();
  }

  end(failure: unknown = null): void {
    this.ended = true;
    this.failure ??= failure;
    this.endStall();
    this.wake?.();
  }

  /** The guest may be waiting for room. */
  private get full(): boolean {
    return this.held - this.credited > REOPEN_BYTES;
  }

  private watch(): void {
    if (!this.exitAwaited || this.ended || this.relaxed || this.stall !== undefined || !this.full) return;
    if (!this.stream) {
      this.relax();
      return;
    }
    this.stall = setTimeout(() => {
      this.stall = undefined;
      this.relax();
    }, STALL_MS);
  }

  private endStall(): void {
    clearTimeout(this.stall);
    this.stall = undefined;
  }

  private relax(): void {
    this.relaxed = true;
    this.creditHeld();
  }

  private creditHeld(): void {
    const rest = this.held - this.credited;
    this.credited = this.held;
    this.credit(rest);
  }

  private async pull(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    this.relaxed = false;
    this.endStall();
    while (this.chunks.length === 0) {
      if (this.cancelled) return;
      if (this.lost > 0) throw new MachineError('output-lost', `${this.lost} bytes of output were dropped: nobody read them`);
      if (this.failure) throw this.failure;
      if (this.ended) {
        controller.close();
        return;
      }
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
    const chunk = this.chunks.shift()!;
    this.held -= chunk.length;
    controller.enqueue(chunk);
    const early = Math.min(this.credited, chunk.length);
    this.credited -= early;
    if (chunk.length > early) this.credit(chunk.length - early);
    this.watch();
  }
}
