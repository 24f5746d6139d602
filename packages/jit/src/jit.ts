import { Header, MemoryMap, RegionSlot, Uop } from '@ring3/abi';
import type { Core } from '@ring3/core';
import { opNames } from './op-names.generated.js';
import { buildBlocks, decodedAt, isBackward, isReturning, readInsn } from './region.js';
import { isTranslatable } from './translate/classify.js';
import { type Region, translate } from './translate/region-translator.js';
import { encodeModule } from './wasm-encoder.js';

declare const performance: { now(): number };
declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: object) => { exports: Record<string, () => void> };
};

/** What the core exports for translated code. */
export interface JitExports {
  /** The region table: slot 0 stays empty. */
  table: { readonly length: number; grow(by: number): number; set(slot: number, value: unknown): void };
  stepUop(at: number): number;
  testCondition(code: number): number;
}

export interface JitStats {
  regions: number;
  /** Instructions in them, and bytes of WebAssembly. */
  insns: number;
  bytes: number;
  /** Regions that were taken out again because entering them cost more than they gave. */
  dropped: number;
  /** Milliseconds spent translating. */
  time: number;
}

const ENTER = opNames.indexOf('Enter');
/** Fewer instructions are not worth a region. */
const LEAST_INSNS = 6;
const SLOTS = (MemoryMap.RegionSlotsEnd - MemoryMap.RegionSlots) / RegionSlot.Bytes;
/** A region that was entered so often, and retires fewer instructions each time, is slower than the interpreter. */
const JUDGED_AFTER = 2000;
const LEAST_RETIRED = 24;
/** Polls between two looks at what regions give. */
const JUDGE_EVERY = 8;

interface CodePage {
  generation: number;
  /** Offsets at which a region begins, or began. */
  entries: Set<number>;
}

/**
 * Translates what runs often. The core samples where the program is; pages of code that come up often are translated, region by region:
 * each gets a slot of the region table, and an Enter micro-op in place of its first one. A region counts instructions exactly and leaves
 * before anything that it does not do itself; the interpreter goes on there. So the guest cannot tell.
 */
export class Jit {
  readonly stats: JitStats = { regions: 0, insns: 0, bytes: 0, dropped: 0, time: 0 };
  private nextSlot = 1;
  private flushes = 0;
  private polls = 0;
  /** Host address of the Enter micro-op of each slot. */
  private readonly enters: number[] = [];
  private readonly pages = new Map<number, CodePage>();

  /** @param flushCount how often the decoded code was thrown away as a whole */
  constructor(
    private readonly core: Core,
    private readonly wasm: JitExports,
    private readonly flushCount: () => number,
  ) {
    core.u32[(MemoryMap.Header + Header.Translating) >>> 2] = 1;
  }

  /** Translates what has become hot, between two runs of the core. */
  poll(): void {
    const { core } = this;
    const flushes = this.flushCount();
    if (flushes !== this.flushes) {
      this.flushes = flushes;
      this.pages.clear();
      this.enters.length = 0;
      this.nextSlot = 1;
    }
    if (++this.polls % JUDGE_EVERY === 0) this.judge();
    const count = (MemoryMap.Header + Header.HotPageCount) >>> 2;
    if (core.u32[count] === 0) return;
    const began = performance.now();
    const first = (MemoryMap.Header + Header.HotPages) >>> 2;
    const hot = new Set(core.u32.subarray(first, first + core.u32[count]!));
    core.u32[count] = 0;
    for (const code of hot) this.translatePage(code);
    this.stats.time += performance.now() - began;
  }

  /** Translates the region at an offset of a code page now, whatever its size, into slot 1. False: it cannot be. */
  translateAt(code: number, entry: number): boolean {
    const at = decodedAt(this.core, code, entry);
    if (at === 0 || this.core.u16[at >>> 1] === ENTER) return false;
    const blocks = buildBlocks(this.core, code, entry, isTranslatable);
    if (!blocks.has(entry)) return false;
    this.nextSlot = 1;
    this.install([{ region: translate(blocks, entry), at }]);
    return true;
  }

  private translatePage(code: number): void {
    const { core } = this;
    const generation = core.u32[(code + 8) >>> 2]!;
    let page = this.pages.get(code);
    if (!page || page.generation !== generation) this.pages.set(code, (page = { generation, entries: new Set() }));
    const regions: { region: Region; at: number }[] = [];
    for (const entry of this.entries(code)) {
      if (page.entries.has(entry)) continue;
      const at = decodedAt(core, code, entry);
      if (at === 0 || core.u16[at >>> 1] === ENTER) continue;
      const blocks = buildBlocks(core, code, entry, isTranslatable);
      if (!blocks.has(entry)) continue;
      const region = translate(blocks, entry);
      if (region.insns < LEAST_INSNS) continue;
      page.entries.add(entry);
      regions.push({ region, at });
    }
    if (regions.length > 0 && this.nextSlot + regions.length <= SLOTS) this.install(regions);
  }

  private install(regions: readonly { region: Region; at: number }[]): void {
    const { core } = this;
    const { stepUop, testCondition, table } = this.wasm;
    const bytes = encodeModule(regions.map(({ region }) => region.fn));
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { e: { m: core.memory, s: stepUop, c: testCondition } });
    regions.forEach(({ at, region }, i) => {
      const slot = this.nextSlot++;
      if (slot >= table.length) table.grow(256);
      table.set(slot, exports[`f${i}`]);
      const place = MemoryMap.RegionSlots + slot * RegionSlot.Bytes;
      core.u8.fill(0, place, place + RegionSlot.Bytes);
      core.u8.copyWithin(place + RegionSlot.Original, at, at + Uop.Bytes);
      core.u16[at >>> 1] = ENTER;
      core.u32[(at + Uop.Imm) >>> 2] = slot;
      this.enters[slot] = at;
      this.stats.regions++;
      this.stats.insns += region.insns;
    });
    this.stats.bytes += bytes.length;
  }

  /** Puts the interpreter's micro-op back where a region does little between two ways out. */
  private judge(): void {
    const { core } = this;
    for (let slot = 1; slot < this.nextSlot; slot++) {
      const at = this.enters[slot];
      const place = MemoryMap.RegionSlots + slot * RegionSlot.Bytes;
      const entered = core.u32[(place + RegionSlot.Entered) >>> 2]!;
      if (!at || entered < JUDGED_AFTER) continue;
      const retired = core.u32[(place + RegionSlot.Retired) >>> 2]! + core.u32[(place + RegionSlot.Retired + 4) >>> 2]! * 2 ** 32;
      core.u32.fill(0, (place + RegionSlot.Entered) >>> 2, (place + RegionSlot.Bytes) >>> 2);
      if (retired >= entered * LEAST_RETIRED) continue;
      if (core.u16[at >>> 1] === ENTER && core.u32[(at + Uop.Imm) >>> 2] === slot) core.u8.copyWithin(at, place, place + Uop.Bytes);
      this.enters[slot] = 0;
      this.stats.dropped++;
    }
  }

  /** Where regions may begin: at targets of backward branches, at functions of the page, and where calls come back. */
  private entries(code: number): Set<number> {
    const entries = new Set<number>();
    for (let offset = 0; offset < 4096; offset++) {
      const at = decodedAt(this.core, code, offset);
      if (at === 0 || this.core.u16[at >>> 1]! <= 3) continue;
      const insn = readInsn(this.core, at);
      if (insn.offset !== offset) continue;
      if (isBackward(insn) || insn.name === 'call_J') entries.add(insn.imm);
      if (isReturning(insn)) entries.add(offset + insn.length);
    }
    return entries;
  }
}
