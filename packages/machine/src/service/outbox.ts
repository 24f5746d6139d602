import type { MachineEvent } from '../protocol.js';

/** Bytes of output after which a batch leaves before its turn is over. */
const FULL_BYTES = 128 * 1024;

/**
 * Gathers events and posts them as one message per turn: after each slice, and after each call that made some. Bytes of output are
 * moved, not copied.
 */
export class Outbox {
  private events: MachineEvent[] = [];
  private bytes = 0;

  constructor(private readonly post: (events: MachineEvent[], transfer: ArrayBuffer[]) => void) {}

  send(event: MachineEvent): void {
    if (event.type === 'output') {
      const last = this.events.at(-1);
      // Small writes in a row become one.
      if (last?.type === 'output' && last.stream === event.stream && last.bytes.length + event.bytes.length < 4096) {
        const joined = new Uint8Array(last.bytes.length + event.bytes.length);
        joined.set(last.bytes);
        joined.set(event.bytes, last.bytes.length);
        last.bytes = joined;
      } else {
        this.events.push(event);
      }
      this.bytes += event.bytes.length;
      if (this.bytes >= FULL_BYTES) this.flush();
      return;
    }
    this.events.push(event);
  }

  flush(): void {
    if (this.events.length === 0) return;
    const { events } = this;
    this.events = [];
    this.bytes = 0;
    this.post(
      events,
      events.flatMap((event) => (event.type === 'output' ? [event.bytes.buffer as ArrayBuffer] : [])),
    );
  }
}
