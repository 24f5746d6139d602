import { HotReason, Profile } from '@ring3/abi';
import type { Core } from '@ring3/core';
import { Cares } from './cares.js';
import type { Installation } from './installation.js';
import { keyOf, type Region } from './live-region.js';
import { type HotAddress, ProfileReader } from './profile.js';
import { CALLEE, inlineCalls, isInlinable } from './inline.js';
import { type BuildOptions, buildRegion, CodeView, isEnter, type RegionSource, allWaysOut } from './region.js';
import { loopsAround } from './translate/loops.js';
import { isTranslatable } from './translate/classify.js';

/** Instructions of a region at most. */
const LIMIT = 1500;
/** Samples of a function that make it worth translating. */
const HOT_SAMPLES = 6;
/** Samples so near to each other are of one function. */
const SAMPLED_BYTES = 256;
/** How far before a hot address its function may begin. */
const FUNCTION_BYTES = 4096;
/** A region is made again for more ways so often: when that was asked for once, then four times more, 16 times more… */
const MAX_EXTENDED = 3;
/** What fails in a region is mended so often. */
const MAX_MENDED = 6;
/** Entries of a region that were asked for one by one. */
const MAX_ALSO = 40;
/** A page whose code was dropped so often stays interpreted. */
const MAX_GENERATION = 30;
/** Of one whose code was dropped so often callers have no copies. */
const MAX_COPIED = 2;
/** Calls through the core that cost as much as the translation of one instruction. A region is made again for them so often. */
const WORTH_LINKING = 4_000;
const MAX_LINKED = 4;

/** Addresses to translate regions from, with those to make again. */
export type Wanted = Map<number, Region | null>;

/** Decides what is translated, and how: from the profile, and from what became of it. */
export class Policy {
  readonly profile: ProfileReader;
  readonly cares: Cares;
  /** Samples, by keyOf the bytes that they fall into. */
  private readonly samples = new Map<number, number>();
  /** Where regions were left for. */
  private readonly gone = new Set<number>();
  /** Where regions begin that lead from the midst of a loop to where it begins, in another region. */
  private readonly bridges = new Set<number>();
  /** Where no region may begin. */
  private readonly refused = new Set<number>();

  constructor(
    private readonly core: Core,
    private readonly installation: Installation,
  ) {
    this.profile = new ProfileReader(core);
    this.cares = new Cares(core);
  }

  /** All code is gone. */
  forget(): void {
    this.cares.forget();
    this.refused.clear();
    this.bridges.clear();
    this.samples.clear();
    this.gone.clear();
    this.profile.forget();
  }

  /** No region can begin there. */
  refuse(va: number): void {
    const view = this.installation.view(va);
    if (view.codePage(0) !== 0) this.refused.add(keyOf(view, va % 4096));
  }

  /** Decides what to translate for a hot address: addresses of entries, with the region to make again. */
  want({ rip, why }: HotAddress, wanted: Wanted): void {
    if (why === HotReason.Unlinked) return this.unlinked(rip, wanted);
    const view = this.installation.view(rip);
    const offset = rip % 4096;
    if (view.codePage(0) === 0 || view.pages.get(0)!.generation > MAX_GENERATION) return;
    const key = keyOf(view, offset);
    const owner = this.installation.ownerOf(key);
    if (why === HotReason.Ended) this.gone.add(key);
    if (why >= HotReason.Failed) {
      const regions = this.installation.allWith(key);
      if (why === HotReason.Far) for (const region of this.cares.far(rip, regions)) this.remake(region, wanted);
      else for (const region of this.cares.failed(rip, key, regions)) this.mend(region, wanted);
      if (regions.length > 0) return;
    }
    if (owner) {
      // It is translated, but control cannot enter there.
      if (isEnter(this.core, view.at(offset))) {
        // Other code is where it was made from.
        if (why === HotReason.Ended) this.refusedAt(owner, wanted);
      } else if (this.enter(owner, rip, why, wanted)) return;
    }
    if (why !== HotReason.Sampled && !owner) {
      const from = this.installation.wayTo(rip);
      // A region that is as large as it may be leads no further when it is made again.
      if (from && !from.source.isCut && this.extend(from, wanted)) return;
    }
    if (why === HotReason.Sampled) {
      const around = key - (key % SAMPLED_BYTES);
      const samples = (this.samples.get(around) ?? 0) + 1;
      this.samples.set(around, samples);
      if (samples < HOT_SAMPLES) return;
      const start = this.profile.startBefore(rip, FUNCTION_BYTES);
      if (start !== null && start !== rip && this.begins(start)) {
        wanted.set(start, null);
        return;
      }
    }
    if (!this.begins(rip)) return;
    const head = this.headOf(rip);
    wanted.set(this.begins(head) ? head : rip, null);
  }

  /** Has control enter a region at one of its instructions, or soon behind that, or by another one. False: it cannot. */
  private enter(owner: Region, rip: number, why: HotReason, wanted: Wanted): boolean {
    const { base } = owner.source.view;
    const headers = loopsAround(owner.source, rip - base).map((header) => base + header);
    // By itself the interpreter soon comes to where the innermost loop begins.
    const at = why === HotReason.Sampled ? (headers.at(-1) ?? rip) : rip;
    if (at !== rip && !this.begins(at)) return true;
    // A loop that is entered elsewhere as well has no structure.
    if (headers.length > 0 && at !== headers[0]) {
      if (at === rip) this.bridges.add(keyOf(this.installation.view(rip), rip % 4096));
      if (this.begins(at)) wanted.set(at, null);
      return true;
    }
    const { also } = wanted.get(base + owner.source.entry) ?? owner;
    if (also.size === MAX_ALSO || !this.extend(owner, wanted)) return false;
    also.add(at);
    return true;
  }

  /** A call that comes back to `rip` goes from region to region through the core. */
  private unlinked(rip: number, wanted: Wanted): void {
    const caller = this.installation.callerBefore(rip);
    if (!caller || caller.linked === MAX_LINKED) return;
    caller.unlinked += Profile.Unlinked * Profile.HotUnlinked;
    if (caller.unlinked < caller.source.insns * WORTH_LINKING * 2 ** caller.linked) return;
    caller.linked++;
    caller.unlinked = 0;
    this.remake(caller, wanted);
  }

  /**
   * Where the loops around an address begin: what comes back to it, from the lowest address on. A region that is entered in the midst of a
   * loop has no structure.
   */
  private headOf(rip: number): number {
    const source = this.buildOwn(rip, new Set(), null);
    if (!source || source.isCut) return rip;
    const { blocks, entry } = source;
    const before = new Map<number, number[]>();
    for (const { start, end } of blocks.values()) for (const to of allWaysOut(end)) before.set(to, [...(before.get(to) ?? []), start]);
    // All of them are reached from the entry.
    const around = new Set<number>([entry]);
    for (const start of around) for (const from of before.get(start) ?? []) around.add(from);
    return source.view.base + Math.min(...around);
  }

  /** Could a region begin there that is not there yet? */
  begins(va: number): boolean {
    const view = this.installation.view(va);
    const at = view.at(va % 4096);
    return at !== 0 && !isEnter(this.core, at) && !this.refused.has(keyOf(view, va % 4096));
  }

  private refusedAt(region: Region, wanted: Wanted): void {
    if (region.copies) {
      region.copies = false;
      this.remake(region, wanted);
    } else this.extend(region, wanted);
  }

  private extend(region: Region, wanted: Wanted): boolean {
    if (region.extended >= MAX_EXTENDED) return false;
    // What is missing comes one by one: later there is more of it at a time.
    if (++region.asked < 1 << (2 * region.extended)) return true;
    region.extended++;
    this.remake(region, wanted);
    return true;
  }

  /** Has a region made again where something in it is to be done in another way. */
  private mend(region: Region, wanted: Wanted): void {
    if (region.mended++ < MAX_MENDED) this.remake(region, wanted);
  }

  private remake(region: Region, wanted: Wanted): void {
    wanted.set(region.source.view.base + region.source.entry, region);
  }

  /** The region from an address on, with entries besides; `remade`: what it takes the place of. null: there is none. */
  build(va: number, also: ReadonlySet<number>, remade: Region | null): RegionSource | null {
    const source = this.buildOwn(va, also, remade);
    if (!source || remade?.copies === false) return source;
    const { view } = source;
    const known = new Map<number, RegionSource | null>();
    const inlinable = (offset: number): RegionSource | null => {
      let callee = known.get(offset);
      if (callee === undefined) known.set(offset, (callee = this.inlinableAt(view, offset)));
      return callee;
    };
    const { blocks, surplus, copied } = inlineCalls(source.blocks, inlinable);
    for (const callee of copied) for (const [page, code] of callee.view.pages) view.pages.set(page, code);
    return { ...source, body: blocks, insns: source.insns + surplus };
  }

  /** A function that can be copied into a caller, at an offset from its base. Its pages are not yet the caller's. */
  private inlinableAt({ base }: CodeView, offset: number): RegionSource | null {
    const view = new CodeView(this.core, base);
    const callee = buildRegion(view, offset, {
      ...this.optionsFor(view),
      also: [],
      begins: () => false,
      isBridge: false,
      limit: CALLEE + 1,
    });
    const isSteady = (): boolean => [...view.pages.values()].every(({ generation }) => generation <= MAX_COPIED);
    return callee && isInlinable(callee) && isSteady() ? callee : null;
  }

  private optionsFor(view: CodeView): Pick<BuildOptions, 'translatable' | 'goes' | 'targets'> {
    return {
      translatable: isTranslatable,
      goes: (offset) => this.gone.has(keyOf(view, offset)),
      targets: ({ offset }) => [...(this.profile.targetsOf(view.base + offset) ?? [])].map((to) => to - view.base),
    };
  }

  private buildOwn(va: number, also: ReadonlySet<number>, remade: Region | null): RegionSource | null {
    const view = this.installation.view(va);
    const options = {
      ...this.optionsFor(view),
      also: [...also].map((to) => to - view.base),
      isBridge: this.bridges.has(keyOf(view, va % 4096)),
      begins: (offset: number): boolean => {
        const at = view.at(offset);
        return at !== 0 && isEnter(this.core, at) && this.installation.ownerOf(keyOf(view, offset)) !== remade;
      },
    };
    return buildRegion(view, va % 4096, { ...options, limit: LIMIT });
  }
}
