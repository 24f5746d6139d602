import type { HostFs, Platform } from '../platform.js';

/** A host for tests: a clock that is moved by hand, counted "random" bytes, output collected by stream, debug lines kept. */
export class FakePlatform implements Platform {
  now = 0;
  wall = { sec: 1_700_000_000, nsec: 0 };
  readonly output = new Map<number, string>();
  readonly debugLines: string[] = [];
  /** Bytes until a stream says that its window is full; absent: never. */
  readonly windows = new Map<number, number>();
  /** What the kernel asked a slow source for and has not been given yet, by id. */
  readonly blockReads = new Map<number, { handle: number; node: number; offset: number; length: number }>();
  private seed = 1;

  constructor(readonly hostFs?: HostFs) {}

  monotonicNs(): number {
    return this.now;
  }

  realtime(): { sec: number; nsec: number } {
    return this.wall;
  }

  /** A linear congruential sequence: the same in every run. */
  random(into: Uint8Array): void {
    for (let i = 0; i < into.length; i++) {
      this.seed = (Math.imul(this.seed, 1_103_515_245) + 12_345) >>> 0;
      into[i] = this.seed >>> 16;
    }
  }

  /** Always takes all; says "full" when the stream's window is used up. */
  streamWrite(handle: number, bytes: Uint8Array): boolean {
    this.output.set(handle, (this.output.get(handle) ?? '') + String.fromCharCode(...bytes));
    const window = this.windows.get(handle);
    if (window === undefined) return true;
    this.windows.set(handle, window - bytes.length);
    return window > bytes.length;
  }

  blockRead(handle: number, node: number, offset: number, length: number, id: number): void {
    this.blockReads.set(id, { handle, node, offset, length });
  }

  streamWanted(): void {}

  streamConsumed(): void {}

  streamClosed(): void {}

  debug(topic: string, line: string): void {
    this.debugLines.push(`${topic}: ${line}`);
  }
}
