import { WINDOW_BYTES } from '../protocol.js';

/** The writing end of a guest's input: a write waits until what lies unread in the guest leaves room for it. */
export class InputStream {
  private underWay = 0;
  private closed: unknown = null;
  private wake: (() => void) | null = null;
  private controller: WritableStreamDefaultController | null = null;
  readonly writable: WritableStream<Uint8Array>;

  constructor(send: (bytes: Uint8Array) => Promise<void>, sendEnd: () => Promise<void>) {
    this.writable = new WritableStream<Uint8Array>(
      {
        start: (controller) => {
          this.controller = controller;
        },
        write: async (chunk) => {
          if (!(chunk instanceof Uint8Array)) throw new TypeError('the input of a process is made of Uint8Arrays');
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
  close(reason: unknown): void {
    if (this.closed) return;
    this.closed = reason;
    this.controller?.error(reason);
    this.wake?.();
  }
}
