import type { HostStreams } from '../engine/host-streams.js';
import { type MachineEvent, REOPEN_BYTES, WINDOW_BYTES } from '../protocol.js';

/** An output stream: bytes under way to its reader. */
interface Window {
  underWay: number;
  full: boolean;
  /** Nobody reads it any more. */
  cancelled: boolean;
}

/**
 * The engine's end of the streams: output leaves as events, at most WINDOW_BYTES of a stream before its reader gave credit; then the
 * guest's write(2) waits. A stream that was not added is dropped.
 */
export class StreamWindows implements HostStreams {
  private readonly windows = new Map<number, Window>();
  private readonly inputs = new Set<number>();
  /** Bytes written so far, by all. */
  private written = 0;
  /** Bytes that may be written by all. */
  limit = Infinity;

  constructor(
    private readonly send: (event: MachineEvent) => void,
    private readonly events: {
      /** There is room for the guest's output again. */
      room(stream: number): void;
      /** The guest has written to a stream that nobody reads. */
      broken(stream: number): void;
      /** The guest has tried to write more than the limit. */
      limitReached(): void;
    },
  ) {}

  addInput(stream: number): void {
    this.inputs.add(stream);
  }

  addOutput(stream: number): void {
    this.windows.set(stream, { underWay: 0, full: false, cancelled: false });
  }

  write(stream: number, bytes: Uint8Array): boolean {
    const window = this.windows.get(stream);
    if (window?.cancelled) {
      this.events.broken(stream);
      return true;
    }
    const kept = bytes.subarray(0, this.limit - this.written);
    this.written += kept.length;
    if (window && kept.length > 0) {
      this.send({ type: 'output', stream, bytes: kept.slice() });
      window.underWay += kept.length;
      window.full = window.underWay >= WINDOW_BYTES;
    }
    if (kept.length < bytes.length) {
      this.events.limitReached();
      return false;
    }
    return !window?.full;
  }

  credit(stream: number, bytes: number): void {
    const window = this.windows.get(stream);
    if (!window) return;
    window.underWay -= bytes;
    if (!window.full || window.underWay > REOPEN_BYTES) return;
    window.full = false;
    this.events.room(stream);
  }

  cancel(stream: number): void {
    const window = this.windows.get(stream);
    if (!window) return;
    window.cancelled = true;
    this.events.broken(stream);
  }

  /** Input is sent by whoever has it, within its window: nothing to ask for. */
  wanted(): void {}

  consumed(stream: number, bytes: number): void {
    this.send({ type: 'input-room', stream, bytes });
  }

  closed(stream: number): void {
    if (this.inputs.delete(stream)) this.send({ type: 'input-closed', stream });
    if (this.windows.delete(stream)) this.send({ type: 'output-end', stream });
  }
}
