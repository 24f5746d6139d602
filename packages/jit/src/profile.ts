import { HotReason, MemoryMap, Profile, Site, Uop } from '@ring3/abi';
import type { Core } from '@ring3/core';

/** An address that the program is at often. */
export interface HotAddress {
  rip: number;
  why: HotReason;
}

const REASON_SHIFT = HotReason.Shift - 32;
/** Targets of one branch that are kept. */
const MAX_TARGETS = 400;
const WINDOW = 2 ** 32;
/** An access that was seen less often is not known; one that came to another page once in so many times does not stay in it. */
const SEEN = 8;
const CHANGING = 20;

/** What the core has noted of the running program (Profile). */
export class ProfileReader {
  private branches = 0;
  /** By address of the branch: where it went. Addresses of all address spaces are in it: hints, no more. */
  private readonly targets = new Map<number, Set<number>>();
  /** Addresses that calls and indirect jumps went to. */
  private readonly starts = new Set<number>();

  constructor(private readonly core: Core) {}

  /** Takes the hot addresses below 4 GiB. */
  take(): HotAddress[] {
    const { u32 } = this.core;
    const count = u32[(MemoryMap.Profile + Profile.HotCount) >>> 2]!;
    const hot: HotAddress[] = [];
    for (let i = 0; i < count; i++) {
      const at = (MemoryMap.Profile + Profile.Hot + 8 * i) >>> 2;
      const high = u32[at + 1]!;
      const why = high >>> REASON_SHIFT;
      if (high << (32 - REASON_SHIFT) === 0) hot.push({ rip: u32[at]!, why });
    }
    u32[(MemoryMap.Profile + Profile.HotCount) >>> 2] = 0;
    if (hot.length > 0) this.readBranches();
    return hot;
  }

  /** Where indirect branches went since it was asked last. */
  readBranches(): void {
    const { u32 } = this.core;
    const count = u32[(MemoryMap.Profile + Profile.BranchCount) >>> 2]!;
    const fresh = Math.min((count - this.branches) >>> 0, Profile.MaxBranches);
    for (let i = 1; i <= fresh; i++) {
      const at = (MemoryMap.Profile + Profile.Branches + (((count - i) >>> 0) % Profile.MaxBranches) * 16) >>> 2;
      this.note(u32[at]! + u32[at + 1]! * WINDOW, u32[at + 2]! + u32[at + 3]! * WINDOW);
    }
    this.branches = count;
  }

  /** A branch at `from` has gone to `to`. */
  note(from: number, to: number): void {
    let seen = this.targets.get(from);
    if (!seen) this.targets.set(from, (seen = new Set()));
    if (seen.size < MAX_TARGETS) seen.add(to);
    this.starts.add(to);
  }

  targetsOf(from: number): ReadonlySet<number> | undefined {
    return this.targets.get(from);
  }

  /** The last address at or before `rip` that a call or an indirect jump went to, less than `within` bytes away. */
  startBefore(rip: number, within: number): number | null {
    for (let at = rip; at > rip - within && at >= 0; at--) if (this.starts.has(at)) return at;
    return null;
  }

  /** Do accesses of the micro-op at a host address mostly stay in the page of the one before? null: it was hardly seen. */
  staysInPage(at: number): boolean | null {
    const { u32 } = this.core;
    const site = (MemoryMap.Profile + Profile.Sites + ((at / Uop.Bytes) % Profile.MaxSites) * Site.Bytes) >>> 2;
    if (u32[site] !== at) return null;
    const counts = u32[site + 1]!;
    const seen = counts & Site.SeenMask;
    const changed = (counts >>> Site.ChangedShift) & Site.ChangedMask;
    return seen < SEEN ? null : changed * CHANGING <= seen;
  }

  forget(): void {
    this.targets.clear();
    this.starts.clear();
  }
}
