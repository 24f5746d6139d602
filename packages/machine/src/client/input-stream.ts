import { WINDOW_BYTES } from '../protocol.js';

/** The writing end of a guest's input: a write waits until what lies unread in the guest leaves room for it. */
export class InputStream {
  private underWay = 0;
  private closed: Error | null = null;
  private wake: (() => void) | null = null;
  readonly writable: WritableStream<Uint8Array>;

  constructor(send: (bytes: Uint8Array) => Promise<void>, sendEnd: () => Promise<void>) {
    this.writable = new WritableStream<Uint8Array>(
      {
        write: async (chunk) => {
          for (let at = 0; at < chunk.length;) {
            while (this.underWay >= WINDOW_BYTES && !this.closed) {
              await new Promise<void>((resolve) => {
                this.wake = resolve;
              });
            }
            if (this.closed) throw this.closed;
            const part = chunk.slice(at, at + WINDOW_BYTES - this.underWay);
            this.underWay += part.length;
            at += part.length;
            await send(part);
          }
        },
        close: sendEnd,
        abort: sendEnd,
      },
      new ByteLengthQueuingStrategy({ highWaterMark: WINDOW_BYTES }),
    );
  }

  room(bytes: number): void {
    this.underWay -= bytes;
    this.wake?.();
  }

  /** Nobody reads any more: writes fail, as with EPIPE. */
  close(reason: Error): void {
    this.closed ??= reason;
    this.wake?.();
  }
}
