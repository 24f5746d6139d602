import { randomFillSync } from 'node:crypto';
import type { Platform } from '@ring3/kernel';
import { NodeHostFs } from './node-host-fs.js';
import { SeededRandom } from '../seeded-random.js';
import type { HostStreams } from '../host-streams.js';

export interface NodePlatformOptions {
  /** Seeds the guest's random numbers; absent: the host's entropy. */
  seed?: number;
  /** The guest's wall clock starts at a fixed time, so that runs are repeatable. */
  virtualClock: boolean;
  streams: HostStreams;
  /** Topics to report, as RING3_DEBUG names them: 'syscalls'. */
  debugTopics: ReadonlySet<string>;
}

/** 2020-01-01T00:00:00Z: the wall clock at boot under --clock virtual. */
const VIRTUAL_EPOCH = 1_577_836_800;

/** The kernel's host in Node. */
export class NodePlatform implements Platform {
  readonly hostFs = new NodeHostFs();
  private readonly seeded: SeededRandom | null;

  constructor(private readonly options: NodePlatformOptions) {
    this.seeded = options.seed === undefined ? null : new SeededRandom(options.seed);
  }

  monotonicNs(): number {
    return Math.floor(performance.now() * 1e6);
  }

  realtime(): { sec: number; nsec: number } {
    if (this.options.virtualClock) return { sec: VIRTUAL_EPOCH, nsec: 0 };
    const ms = performance.timeOrigin + performance.now();
    const sec = Math.floor(ms / 1000);
    return { sec, nsec: Math.floor((ms - sec * 1000) * 1e6) };
  }

  random(into: Uint8Array): void {
    if (this.seeded) this.seeded.fill(into);
    else randomFillSync(into);
  }

  streamWrite(handle: number, bytes: Uint8Array): boolean {
    return this.options.streams.write(handle, bytes);
  }

  streamWanted(handle: number): void {
    this.options.streams.wanted(handle);
  }

  streamConsumed(handle: number, bytes: number): void {
    this.options.streams.consumed(handle, bytes);
  }

  streamClosed(handle: number): void {
    this.options.streams.closed(handle);
  }

  debug(topic: string, line: string): void {
    if (this.options.debugTopics.has(topic)) process.stderr.write(`ring3: ${topic}: ${line}\n`);
  }
}
