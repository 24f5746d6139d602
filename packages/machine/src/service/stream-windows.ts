import type { HostStreams } from '../engine/host-streams.js';
import { type MachineEvent, WINDOW_BYTES } from '../protocol.js';

/** The window is open again once so much of it is free: not a message per byte. */
const REOPEN_BYTES = WINDOW_BYTES / 2;

/** An output stream: bytes under way to its reader. */
interface Window {
  underWay: number;
  full: boolean;
}

/**
 * The engine's end of the streams: output leaves as events, at most WINDOW_BYTES of a stream before its reader gave credit; then the
 * guest's write(2) waits. A stream whose number is 0 is dropped.
 */
export class StreamWindows implements HostStreams {
  private readonly windows = new Map<number, Window>();
  private readonly inputs = new Set<number>();
  /** Bytes written so far, by all. */
  written = 0;

  constructor(
    private readonly send: (event: MachineEvent) => void,
    private readonly events: {
      /** There is room for the guest's output again. */
      room(stream: number): void;
      /** So many bytes have been written in all. */
      written(total: number): void;
    },
  ) {}

  addInput(stream: number): void {
    this.inputs.add(stream);
  }

  addOutput(stream: number): void {
    this.windows.set(stream, { underWay: 0, full: false });
  }

  write(stream: number, bytes: Uint8Array): boolean {
    this.written += bytes.length;
    this.events.written(this.written);
    const window = this.windows.get(stream);
    if (!window) return true;
    this.send({ type: 'output', stream, bytes: bytes.slice() });
    window.underWay += bytes.length;
    window.full = window.underWay >= WINDOW_BYTES;
    return !window.full;
  }

  credit(stream: number, bytes: number): void {
    const window = this.windows.get(stream);
    if (!window) return;
    window.underWay -= bytes;
    if (!window.full || window.underWay > REOPEN_BYTES) return;
    window.full = false;
    this.events.room(stream);
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
