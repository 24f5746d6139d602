import type { Platform } from '@ring3/kernel';
import type { EngineHost, MountableHostFs } from './host.js';
import type { HostStreams } from './host-streams.js';
import { SeededRandom } from './seeded-random.js';

export interface HostPlatformOptions {
  now: EngineHost['now'];
  wallClock: EngineHost['wallClock'];
  random: EngineHost['random'];
  /** Seeds the guest's random numbers; absent: the host's entropy. */
  seed?: number;
  /** The guest's wall clock starts at a fixed time, so that runs are repeatable. */
  virtualClock: boolean;
  streams: HostStreams;
  /** Folders of the host; null in a page. */
  hostFs: MountableHostFs | null;
  /** Reads bytes of a slow source; answers later through k.pageCache.blockReadDone. */
  blockRead: (handle: number, node: number, offset: number, length: number, id: number) => void;
  /** Receives messages for developers, by topic (RING3_DEBUG). */
  debug: (topic: string, line: string) => void;
}

/** 2020-01-01T00:00:00Z: the wall clock at boot under --clock virtual. */
const VIRTUAL_EPOCH = 1_577_836_800;
/** Times begin beyond the small integers, so that code which was compiled for those is not thrown away after two seconds. */
const TIME_BASE = 2 ** 32;

/** The kernel's host, of what Node and pages have in common. */
export class HostPlatform implements Platform {
  readonly hostFs?: MountableHostFs;
  private readonly seeded: SeededRandom | null;

  constructor(private readonly options: HostPlatformOptions) {
    this.seeded = options.seed === undefined ? null : new SeededRandom(options.seed);
    if (options.hostFs) this.hostFs = options.hostFs;
  }

  monotonicNs(): number {
    return TIME_BASE + Math.floor(this.options.now() * 1e6);
  }

  realtime(): { sec: number; nsec: number } {
    if (this.options.virtualClock) return { sec: VIRTUAL_EPOCH, nsec: 0 };
    const ms = this.options.wallClock();
    const sec = Math.floor(ms / 1000);
    return { sec, nsec: Math.floor((ms - sec * 1000) * 1e6) };
  }

  random(into: Uint8Array<ArrayBuffer>): void {
    if (this.seeded) this.seeded.fill(into);
    else this.options.random(into);
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

  blockRead(handle: number, node: number, offset: number, length: number, id: number): void {
    this.options.blockRead(handle, node, offset, length, id);
  }

  debug(topic: string, line: string): void {
    this.options.debug(topic, line);
  }
}
