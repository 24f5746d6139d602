import { WINDOW_BYTES } from '../protocol.js';

/**
 * The reading end of a guest's output. Bytes are taken from the engine as they are read, so a slow reader makes the guest wait, never
 * memory grow. While nobody has asked for the stream, its first WINDOW_BYTES are kept and the rest is dropped, so that a guest whose
 * output nobody wants still comes to its end.
 */
export class OutputStream {
  private readonly chunks: Uint8Array[] = [];
  private bytes = 0;
  private ended = false;
  private cancelled = false;
  private wake: (() => void) | null = null;
  private failure: Error | null = null;
  private stream: ReadableStream<Uint8Array> | null = null;
  /** Bytes of `chunks` that were given credit for before anybody asked for them. */
  private credited = 0;
  /** Bytes that nobody asked for. */
  dropped = 0;

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
          this.cancel();
        },
      },
      { highWaterMark: 0 },
    );
    return this.stream;
  }

  receive(bytes: Uint8Array): void {
    const unwanted = this.stream === null;
    if (unwanted || this.cancelled) this.credit(bytes.length);
    if (this.cancelled) return;
    if (unwanted && this.bytes + bytes.length > WINDOW_BYTES) {
      this.dropped += bytes.length;
      return;
    }
    if (unwanted) this.credited += bytes.length;
    this.chunks.push(bytes);
    this.bytes += bytes.length;
    this.wake?.();
  }

  end(failure: Error | null = null): void {
    this.ended = true;
    this.failure ??= failure;
    this.wake?.();
  }

  private async pull(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    while (this.chunks.length === 0) {
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
    this.bytes -= chunk.length;
    controller.enqueue(chunk);
    const early = Math.min(this.credited, chunk.length);
    this.credited -= early;
    if (chunk.length > early) this.credit(chunk.length - early);
  }
}
