import { Cpu, MemoryMap, Profile, Stat } from '@ring3/abi';
import type { Core } from '@ring3/core';
import { keyOf, type Region } from './live-region.js';
import type { CodeView, Insn, RegionSource } from './region.js';

/** An instruction that fails once in so many, or more often, is the interpreter's. */
const OFTEN = 300;

/** Accesses that are checked together fail together, at the ends of pages. Once in so many instructions is worth it; and if two pages will do. */
const SHARED = 10_000;
const ACROSS = 400_000;

/** Near checks that fail once in more instructions than so many are worth it. */
const FAR = 20_000;

/** How an access that keeps leaving its region is translated next time. */
const enum Care {
  /** What is checked with others may go on in another page. */
  Across = 1,
  /** Checked alone. */
  Alone = 2,
  /** By the interpreter's function. */
  Step = 3,
}

/** What keeps leaving its regions though it is translated, and how it is translated next time. */
export class Cares {
  /** Instructions that want care, by keyOf. */
  private readonly cares = new Map<number, Care>();
  /** Instructions at which the top of the stack was often in another page than StackMemo had, by keyOf. */
  private readonly offTop = new Set<number>();
  /** Instructions that translated code had retired when an instruction was last told to fail often, by keyOf. */
  private readonly failures = new Map<number, number>();
  /** Entries of regions whose numbers are often not near, by keyOf: their checks are plain. */
  private readonly plain = new Set<number>();

  constructor(private readonly core: Core) {}

  /** All code is gone. */
  forget(): void {
    this.forgetInsns();
    this.offTop.clear();
    this.failures.clear();
    this.plain.clear();
  }

  /** No instruction wants care any more. */
  forgetInsns(): void {
    this.cares.clear();
  }

  /** May what an access is checked for together with others go on in another page? */
  mayCross(view: CodeView, { offset }: Insn): boolean {
    return this.cares.get(keyOf(view, offset)) === Care.Across;
  }

  /** May an access be checked together with others? */
  mayGroup(view: CodeView, { offset }: Insn): boolean {
    return (this.cares.get(keyOf(view, offset)) ?? Care.Across) === Care.Across;
  }

  /** Is an instruction left to the interpreter? */
  mustStep(view: CodeView, { offset }: Insn): boolean {
    return this.cares.get(keyOf(view, offset)) === Care.Step;
  }

  /** Is the top of the stack mostly in one page while a region runs? */
  mayBeOnTop({ view, body }: RegionSource): boolean {
    if (this.offTop.size === 0) return true;
    const isOff = ({ offset }: Insn): boolean => this.offTop.has(keyOf(view, offset));
    return ![...body.values()].some(({ insns, end }) => insns.some(isOff) || ('insn' in end && isOff(end.insn)));
  }

  /** Are a region's numbers mostly near (translate/sse/near.ts)? */
  isNear({ view, entry }: RegionSource): boolean {
    return !this.plain.has(keyOf(view, entry));
  }

  /** A number was not near, again. Those of `regions` that are to be made again with plain checks. */
  far(rip: number, regions: readonly Region[]): readonly Region[] {
    // It may be told several times before that is done.
    const seldomNear = regions.filter((region) => region.near.has(rip - region.source.view.base) && this.isSeldomNear(region));
    for (const { source } of seldomNear) this.plain.add(keyOf(source.view, source.entry));
    return seldomNear;
  }

  /** The check of an access failed, again. Those of `regions` that are to be made again with another one. */
  failed(rip: number, key: number, regions: readonly Region[]): readonly Region[] {
    const onTop = regions.filter(({ source, onTop: offsets }) => offsets.has(rip - source.view.base));
    if (onTop.length > 0) {
      this.offTop.add(key);
      return onTop;
    }
    const group = regions.flatMap(({ source, grouped }) =>
      (grouped.get(rip - source.view.base) ?? []).map((member) => keyOf(source.view, member)),
    );
    return this.takeCare(key, group) ? regions : [];
  }

  /** Do near checks of a region fail so often that plain ones are less work? */
  private isSeldomNear({ far }: Region): boolean {
    const retired = this.retired();
    far.times++;
    if (retired - far.since < far.times * Profile.HotFailures * FAR) return true;
    // The newer counts for more.
    far.since += (retired - far.since) / 2;
    far.times /= 2;
    return false;
  }

  /** Has an instruction that fails to be translated in another way? `group`: what its check was made for. */
  private takeCare(key: number, group: readonly number[]): boolean {
    const retired = this.retired();
    const since = retired - (this.failures.get(key) ?? 0);
    this.failures.set(key, retired);
    const care = this.cares.get(key);
    if (group.length > 0 && (care ?? Care.Across) === Care.Across) {
      const better = care === undefined ? Care.Across : Care.Alone;
      if (since > Profile.HotFailures * (better === Care.Across ? ACROSS : SHARED)) return false;
      for (const member of group) if ((this.cares.get(member) ?? 0) < better) this.cares.set(member, better);
    } else if (care !== Care.Step && since <= Profile.HotFailures * OFTEN) this.cares.set(key, Care.Step);
    else return false;
    return true;
  }

  /** Instructions that translated code has retired. */
  retired(): number {
    const { u32 } = this.core;
    const at = (MemoryMap.Cpu + Cpu.Stats + 8 * Stat.RegionInstructions) >>> 2;
    return u32[at]! + u32[at + 1]! * 2 ** 32;
  }
}
