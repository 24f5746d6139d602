import { type HostStreams, StreamHandle } from '../engine/host-streams.js';

/** Keeps what a job writes, as far as its limit of output allows. The guest never waits: how fast anybody reads has no influence on it. */
export class CapturedStreams implements HostStreams {
  private readonly chunks: Uint8Array[][] = [[], []];
  private room: number;
  private readonly cut = [false, false];
  /** Called once, when the limit is passed. */
  onOverflow: () => void = () => {};

  constructor(outputBytes: number) {
    this.room = outputBytes;
  }

  write(handle: number, bytes: Uint8Array): boolean {
    const which = handle === StreamHandle.Stderr ? 1 : 0;
    const kept = Math.min(bytes.length, this.room);
    if (kept > 0) this.chunks[which]!.push(bytes.slice(0, kept));
    this.room -= kept;
    if (kept < bytes.length) {
      if (!this.cut.includes(true)) this.onOverflow();
      this.cut[which] = true;
    }
    return true;
  }

  wanted(): void {}
  consumed(): void {}
  closed(): void {}

  get stdout(): Uint8Array {
    return Buffer.concat(this.chunks[0]!);
  }

  get stderr(): Uint8Array {
    return Buffer.concat(this.chunks[1]!);
  }

  isCut(name: 'stdout' | 'stderr'): boolean {
    return this.cut[name === 'stdout' ? 0 : 1]!;
  }
}
