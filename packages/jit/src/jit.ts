import { Cpu, Header, HotReason, MemoryMap, Profile, RegionPage, RegionSlot, Stat, Uop } from '@ring3/abi';
import type { Core } from '@ring3/core';
import type { InsnMark, JitObserver } from './observer.js';
import { type HotAddress, ProfileReader } from './profile.js';
import { buildRegion, CodeView, Enter, type Insn, isEnter, type RegionSource, waysOut } from './region.js';
import { isTranslatable } from './translate/classify.js';
import { NEAR_BYTES, nearConstants } from './translate/sse/near.js';
import { translate, type Translation } from './translate/region-translator.js';
import type { Callee } from './translate/transfers.js';
import { encodeModule, Import } from './wasm-encoder.js';

declare const performance: { now(): number };
declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: object) => { exports: Record<string, RegionFunction> };
};

type RegionFunction = (...parameters: unknown[]) => unknown;

/** What the core exports for translated code. */
export interface JitExports {
  /** The region table: slot 0 stays empty. */
  table: { readonly length: number; grow(by: number): number; get(slot: number): unknown; set(slot: number, value: unknown): void };
  stepUop(at: number): number;
  testCondition(code: number): number;
  goOn(rip: bigint, rsp: bigint, depth: number): bigint;
  resume(rip: bigint, depth: number): bigint;
  codeFlush(): void;
}

export interface JitStats {
  /** Modules made, regions in them, instructions in those, bytes of WebAssembly. */
  modules: number;
  regions: number;
  insns: number;
  bytes: number;
  /** Regions translated again, because the program goes other ways than it did. */
  again: number;
  /** Times that all was thrown away for want of room. */
  evictions: number;
  /** Milliseconds spent translating; of those, in V8. */
  time: number;
  compiling: number;
}

/** What is installed. */
export interface LiveCode {
  modules: number;
  regions: number;
  /** Places of the guest's code where control goes over to it. */
  entries: number;
}

/** Instructions of a region at most; of one with indirect jumps in it; of one that is made for its callers; of all that are made at once. */
const LIMIT = { region: 200, dispatch: 400, callee: 60, batch: 1500 };
/** Samples of a function that make it worth translating. */
const HOT_SAMPLES = 6;
/** Samples so near to each other are of one function. */
const SAMPLED_BYTES = 256;
/** How far before a hot address its function may begin. */
const FUNCTION_BYTES = 4096;
/** A region is made again so often: when that was asked for once, then four times more, 16 times more… */
const MAX_AGAIN = 3;
/** What fails in a region is mended so often. */
const MAX_MENDED = 6;
/** Entries of a region that were asked for one by one. */
const MAX_ALSO = 40;
/** A page whose code was dropped so often stays interpreted. */
const MAX_GENERATION = 30;
const SLOTS = (MemoryMap.RegionSlotsEnd - MemoryMap.RegionSlots) / RegionSlot.Bytes;

/** The constants of translated code are before it. */
const FIRST_TABLE = MemoryMap.RegionTables + NEAR_BYTES;

/** An instruction that fails once in so many, or more often, is the interpreter's. */
const OFTEN = 300;

/** Near checks that fail once in more instructions than so many are worth it. */
const FAR = 20_000;

/** How an access that keeps leaving its region is translated next time. */
const enum Care {
  /** Checked alone. */
  Alone = 1,
  /** By the interpreter's function. */
  Step = 2,
}

interface Region {
  source: RegionSource;
  fn: RegionFunction | null;
  /** Number of its module. */
  module: number;
  /** Slots by offset of the entry. */
  slots: Map<number, number>;
  entries: Map<number, number>;
  /** Addresses where control is to be able to enter besides. */
  also: Set<number>;
  grouped: ReadonlyMap<number, readonly number[]>;
  onTop: ReadonlySet<number>;
  /** Offsets of instructions that leave where a number is not near. */
  near: ReadonlySet<number>;
  /** How often that was told, since so many instructions had retired. */
  far: { times: number; since: number };
  /** How often it was made again, and how often that was asked for since. */
  again: number;
  asked: number;
  /** How often it was made again for an instruction that failed. */
  mended: number;
  /** What it takes the place of. */
  replaced: Region | null;
}

/** The place of an instruction, whatever address it is mapped at: code page and offset. */
function keyOf(view: CodeView, offset: number): number {
  return view.codePage(offset & ~4095) * 4096 + (offset & 4095);
}

/**
 * Translates what runs often. The core tells where the program is (Profile); regions are made from there, several to a module, and
 * installed as Enter micro-ops. A region counts instructions exactly and leaves before anything that it does not do itself; the
 * interpreter goes on there. So the guest cannot tell.
 */
export class Jit {
  readonly stats: JitStats = { modules: 0, regions: 0, insns: 0, bytes: 0, again: 0, evictions: 0, time: 0, compiling: 0 };
  observer: JitObserver | null = null;
  /** May regions check numbers for being near (translate/sse/near.ts)? Else all of them do as those where that fails often. */
  checksNear = true;
  private readonly profile: ProfileReader;
  private nextSlot = 1;
  private tableTop: number = FIRST_TABLE;
  private flushes = 0;
  /** Host address of the Enter micro-op of each slot. */
  private enters: number[] = [];
  /** Newest region of each instruction, by keyOf. */
  private readonly owners = new Map<number, Region>();
  /** Of an address: a region that knows a way there, but did not have it when it was made. */
  private readonly ways = new Map<number, Region>();
  /** Instructions that want care, by keyOf. */
  private readonly cares = new Map<number, Care>();
  /** Instructions at which the top of the stack was often in another page than StackMemo had, by keyOf. */
  private readonly offTop = new Set<number>();
  /** Instructions that translated code had retired when an instruction was last told to fail often, by keyOf. */
  private readonly failures = new Map<number, number>();
  /** Entries of regions whose numbers are often not near, by keyOf: their checks are plain. */
  private readonly plain = new Set<number>();
  /** Samples, by keyOf the bytes that they fall into. */
  private readonly samples = new Map<number, number>();
  /** Where regions were left for. */
  private readonly gone = new Set<number>();
  /** Where no region may begin. */
  private readonly refused = new Set<number>();

  /** @param flushCount how often the decoded code was thrown away as a whole */
  constructor(
    private readonly core: Core,
    private readonly wasm: JitExports,
    private readonly flushCount: () => number,
  ) {
    this.profile = new ProfileReader(core);
    this.flushes = flushCount();
    core.u32[(MemoryMap.Header + Header.Translating) >>> 2] = 1;
    core.onHot = () => this.poll();
  }

  /** Translates what has become hot, between two runs of the core; or because Profile.Hot is full. */
  poll(): void {
    this.noticeFlush();
    const hot = this.profile.take();
    if (hot.length === 0) return;
    const began = performance.now();
    if (this.nextSlot + 1000 > SLOTS || this.tableTop + 0x4_0000 > MemoryMap.RegionTablesEnd) this.evictAll();
    const wanted = new Map<number, Region | null>();
    for (const address of hot) this.want(address, wanted);
    if (wanted.size > 0) this.make(wanted);
    this.stats.time += performance.now() - began;
  }

  /** Throws all translated (and decoded) code away. */
  evictAll(): void {
    this.stats.evictions++;
    this.wasm.codeFlush();
    this.noticeFlush();
  }

  private noticeFlush(): void {
    const flushes = this.flushCount();
    if (flushes === this.flushes) return;
    this.flushes = flushes;
    this.enters = [];
    this.nextSlot = 1;
    this.tableTop = FIRST_TABLE;
    this.owners.clear();
    this.ways.clear();
    this.cares.clear();
    this.offTop.clear();
    this.failures.clear();
    this.plain.clear();
    this.refused.clear();
    this.samples.clear();
    this.gone.clear();
    this.profile.forget();
  }

  /** Translates the region at an address now, whatever its size, into the first slot. False: it cannot be. */
  translateAt(va: number): boolean {
    this.profile.readBranches();
    this.nextSlot = 1;
    this.tableTop = FIRST_TABLE;
    this.owners.clear();
    this.cares.clear();
    return this.make(new Map([[va, null]])) > 0;
  }

  private keyAt(va: number): number {
    return keyOf(this.view(va), va % 4096);
  }

  private view(va: number): CodeView {
    return new CodeView(this.core, va - (va % 4096));
  }

  /** Decides what to translate for a hot address: addresses of entries, with the region to make again. */
  private want({ rip, why }: HotAddress, wanted: Map<number, Region | null>): void {
    const view = this.view(rip);
    const offset = rip % 4096;
    if (view.codePage(0) === 0 || view.pages.get(0)!.generation > MAX_GENERATION) return;
    const key = keyOf(view, offset);
    const owner = this.owners.get(key);
    if (why === HotReason.Ended) this.gone.add(key);
    if (why === HotReason.Failed && owner) {
      const { source } = owner;
      const start = source.view.base + source.entry;
      if (owner.near.has(rip - source.view.base)) {
        // It may be told several times before that is done.
        if (!this.isSeldomNear(owner)) return;
        this.plain.add(this.keyAt(start));
        wanted.set(start, owner);
        return;
      }
      // It is translated, and left all the same: an access that its check does not suit.
      const at = rip - owner.source.view.base;
      if (owner.onTop.has(at)) {
        this.offTop.add(key);
        this.mend(owner, wanted);
      } else if (this.takeCare(key, owner.grouped.get(at)?.map((member) => keyOf(owner.source.view, member)) ?? []))
        this.mend(owner, wanted);
      return;
    }
    if (owner) {
      // It is translated, but control cannot enter there.
      const va = owner.source.view.base + owner.source.entry;
      const { also } = wanted.get(va) ?? owner;
      if (!isEnter(this.core, view.at(offset)) && also.size < MAX_ALSO && this.again(owner, wanted)) {
        also.add(rip);
        return;
      }
    }
    if (why !== HotReason.Sampled && !owner) {
      const from = this.ways.get(rip);
      // A region that is as large as it may be leads no further when it is made again.
      if (from && !from.source.isCut && this.again(from, wanted)) return;
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

  /** Do near checks of a region fail so often that plain ones are less work? */
  private isSeldomNear(region: Region): boolean {
    const retired = this.retired();
    const { far } = region;
    far.times++;
    if (retired - far.since < far.times * Profile.HotFailures * FAR) return true;
    // The newer counts for more.
    far.since += (retired - far.since) / 2;
    far.times /= 2;
    return false;
  }

  /** Instructions that translated code has retired. */
  private retired(): number {
    const { u32 } = this.core;
    const at = (MemoryMap.Cpu + Cpu.Stats + 8 * Stat.RegionInstructions) >>> 2;
    return u32[at]! + u32[at + 1]! * 2 ** 32;
  }

  /** Has an instruction that fails to be translated in another way? `group`: what its check was made for. */
  private takeCare(key: number, group: readonly number[]): boolean {
    const retired = this.retired();
    const since = retired - (this.failures.get(key) ?? -Infinity);
    this.failures.set(key, retired);
    const care = this.cares.get(key);
    if (group.length > 0 && care === undefined) {
      for (const member of group) if (!this.cares.has(member)) this.cares.set(member, Care.Alone);
    } else if (care !== Care.Step && since <= Profile.HotFailures * OFTEN) this.cares.set(key, Care.Step);
    else return false;
    return true;
  }

  /**
   * Where the loops around an address begin: what comes back to it, from the lowest address on. A region that is entered in the midst of a
   * loop has no structure.
   */
  private headOf(rip: number): number {
    const source = this.build(rip, new Set(), null);
    if (!source || source.isCut) return rip;
    const { blocks, entry } = source;
    const before = new Map<number, number[]>();
    for (const { start, end } of blocks.values())
      for (const to of [...waysOut(end), ...(end.kind === 'indirect' ? end.targets : [])])
        before.set(to, [...(before.get(to) ?? []), start]);
    // All of them are reached from the entry.
    const around = new Set<number>([entry]);
    for (const start of around) for (const from of before.get(start) ?? []) around.add(from);
    return source.view.base + Math.min(...around);
  }

  /** Could a region begin there that is not there yet? */
  private begins(va: number): boolean {
    const view = this.view(va);
    const at = view.at(va % 4096);
    return at !== 0 && !isEnter(this.core, at) && !this.refused.has(keyOf(view, va % 4096));
  }

  private again(region: Region, wanted: Map<number, Region | null>): boolean {
    if (region.again >= MAX_AGAIN) return false;
    // What is missing comes one by one: later there is more of it at a time.
    if (++region.asked < 1 << (2 * region.again)) return true;
    region.again++;
    this.remake(region, wanted);
    return true;
  }

  /** Has a region made again where something in it is to be done in another way. */
  private mend(region: Region, wanted: Map<number, Region | null>): void {
    if (region.mended++ < MAX_MENDED) this.remake(region, wanted);
  }

  private remake(region: Region, wanted: Map<number, Region | null>): void {
    wanted.set(region.source.view.base + region.source.entry, region);
  }

  private build(va: number, also: ReadonlySet<number>, remade: Region | null): RegionSource | null {
    const view = this.view(va);
    const options = {
      also: [...also].map((to) => to - view.base),
      translatable: isTranslatable,
      begins: (offset: number): boolean => {
        const at = view.at(offset);
        return at !== 0 && isEnter(this.core, at) && this.owners.get(keyOf(view, offset)) !== remade;
      },
      goes: (offset: number): boolean => this.gone.has(keyOf(view, offset)),
      targets: (insn: Insn): readonly number[] => [...(this.profile.targetsOf(view.base + insn.offset) ?? [])].map((to) => to - view.base),
    };
    let source = buildRegion(view, va % 4096, { ...options, limit: LIMIT.region });
    if (source && source.isCut && [...source.blocks.values()].some(({ end }) => end.kind === 'indirect' && end.targets.length > 2))
      source = buildRegion(view, va % 4096, { ...options, limit: LIMIT.dispatch });
    return source;
  }

  /** Makes a module of the regions at these addresses, and of functions that they call; how many regions. */
  private make(wanted: ReadonlyMap<number, Region | null>): number {
    const made = new Map<number, Region>();
    let insns = 0;
    const queue = [...wanted.keys()];
    for (let i = 0; i < queue.length && insns < LIMIT.batch; i++) {
      const va = queue[i]!;
      if (made.has(va)) continue;
      const also = wanted.get(va)?.also ?? new Set<number>();
      const source = this.build(va, also, wanted.get(va) ?? null);
      if (source && !wanted.has(va) && source.insns > LIMIT.callee) continue;
      if (!source) {
        const view = this.view(va);
        if (view.codePage(0) !== 0) this.refused.add(keyOf(view, va % 4096));
        continue;
      }
      insns += source.insns;
      const replaced = wanted.get(va) ?? null;
      const { again, mended } = replaced ?? { again: 0, mended: 0 };
      made.set(va, {
        source,
        fn: null,
        module: 0,
        slots: new Map(),
        entries: new Map(),
        also,
        grouped: new Map(),
        onTop: new Set(),
        near: new Set(),
        far: { times: 0, since: this.retired() },
        again,
        asked: 0,
        mended,
        replaced,
      });
      for (const { end } of source.blocks.values()) {
        if (end.kind !== 'call') continue;
        for (const offset of end.to) {
          const to = source.view.base + offset;
          if (!made.has(to) && this.begins(to)) queue.push(to);
        }
      }
    }
    if (made.size > 0) this.translateAll(made);
    return made.size;
  }

  private translateAll(made: ReadonlyMap<number, Region>): void {
    const { core, stats } = this;
    const { goOn, resume, stepUop, testCondition, table } = this.wasm;
    const imports: Record<string, unknown> = { m: core.memory, s: stepUop, c: testCondition, g: goOn, r: resume };
    core.u8.set(nearConstants(), MemoryMap.RegionTables);
    const others = new Map<Region, number>();
    const numbers = new Map<Region, number>();
    for (const region of made.values()) numbers.set(region, numbers.size);
    for (const { source } of made.values()) {
      for (const { end } of source.blocks.values()) {
        if (end.kind !== 'call') continue;
        for (const offset of end.to) {
          const to = source.view.base + offset;
          const region = made.has(to) ? null : this.regionAt(to);
          if (!region || others.has(region)) continue;
          imports[`${others.size}`] = region.fn;
          others.set(region, others.size);
        }
      }
    }
    // Callees' slots are known before they are translated.
    for (const region of made.values()) this.slotFor(region, region.source.entry);
    const translations: Translation[] = [];
    for (const region of made.values()) {
      const { source } = region;
      const { view } = source;
      const callee = (offset: number): Callee | null => {
        const va = view.base + offset;
        const to = made.get(va) ?? this.regionAt(va);
        if (!to) return null;
        const number = numbers.get(to);
        const other = others.get(to);
        if (number === undefined && other === undefined) return null;
        const entryOffset = va - to.source.view.base;
        const slot = to.slots.get(entryOffset);
        // The number of an entry that has no translation yet: the dispatcher's first is the region's own.
        const entry = to.entries.get(entryOffset) ?? (number !== undefined && entryOffset === to.source.entry ? OWN_ENTRY : undefined);
        if (slot === undefined || entry === undefined) return null;
        const base = to.source.view.base - view.base;
        const within = [...to.source.view.pages].every(([page, { code }]) => view.pages.get(page + base)?.code === code);
        return {
          fn: Import.Count + (number === undefined ? other! : others.size + number),
          base,
          entry,
          slot: this.placeOf(slot),
          within,
        };
      };
      const isOffTop = ({ offset }: Insn): boolean => this.offTop.has(keyOf(view, offset));
      const translation = translate(source, {
        callee,
        table: (bytes) => this.table(bytes),
        mayBeOnTop: ![...source.blocks.values()].some(({ insns, end }) => insns.some(isOffTop) || ('insn' in end && isOffTop(end.insn))),
        mayGroup: (insn) => !this.cares.has(keyOf(view, insn.offset)),
        mustStep: (insn) => this.cares.get(keyOf(view, insn.offset)) === Care.Step,
        near: this.checksNear && !this.plain.has(keyOf(view, source.entry)),
        u8: core.u8,
        marked: this.observer !== null,
      });
      region.entries = translation.entries;
      region.grouped = translation.grouped;
      region.onTop = translation.onTop;
      region.near = translation.near;
      translations.push(translation);
    }
    const { bytes, marks } = encodeModule(
      translations.map(({ fn }) => fn),
      others.size,
    );
    const began = performance.now();
    const exports = this.instantiate(bytes, imports);
    if (!exports) return;
    stats.compiling += performance.now() - began;
    stats.modules++;
    stats.bytes += bytes.length;
    let i = 0;
    for (const region of made.values()) {
      const fn = exports[`f${i++}`]!;
      region.fn = fn;
      region.module = stats.modules;
      stats.regions++;
      stats.insns += region.source.insns;
      if (region.again + region.mended > 0) stats.again++;
      this.install(region, fn, table);
    }
    core.u32[(MemoryMap.Header + Header.CodeEpoch) >>> 2]!++;
    this.observer?.translated({ bytes, marks: marks as readonly { at: number; tag: InsnMark }[], regions: [...made.values()] });
  }

  get live(): LiveCode {
    const regions = new Set<Region>();
    let entries = 0;
    for (const region of new Set(this.owners.values())) {
      for (const slot of region.slots.values()) {
        if (!this.holds(slot) || this.wasm.table.get(slot) !== region.fn) continue;
        entries++;
        regions.add(region);
      }
    }
    return { modules: new Set([...regions].map(({ module }) => module)).size, regions: regions.size, entries };
  }

  /** Functions of regions that are there. */
  get functions(): readonly RegionFunction[] {
    return [...new Set(this.owners.values())].flatMap(({ fn }) => fn ?? []);
  }

  /** Does the entry of a slot stand? */
  private holds(slot: number): boolean {
    const at = this.enters[slot];
    return at !== undefined && at !== 0 && isEnter(this.core, at) && this.core.u32[(at + Uop.Imm) >>> 2] === slot;
  }

  /** null: the host has no room for more code; nothing is translated any more, and what is there goes on. @throws when it is no module. */
  private instantiate(bytes: Uint8Array, imports: object): Record<string, RegionFunction> | null {
    try {
      return new WebAssembly.Instance(new WebAssembly.Module(bytes), { e: imports }).exports;
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.core.u32[(MemoryMap.Header + Header.Translating) >>> 2] = 0;
      this.core.onHot = null;
      return null;
    }
  }

  /** The region whose own entry is at an address, if it is installed. */
  private regionAt(va: number): Region | null {
    const view = this.view(va);
    const at = view.at(va % 4096);
    if (at === 0 || !isEnter(this.core, at)) return null;
    const region = this.owners.get(keyOf(view, va % 4096));
    return region?.fn && region.source.view.base + region.source.entry === va ? region : null;
  }

  private placeOf(slot: number): number {
    return MemoryMap.RegionSlots + slot * RegionSlot.Bytes;
  }

  private slotFor(region: Region, offset: number): number {
    let slot = region.slots.get(offset);
    if (slot !== undefined) return slot;
    while ((this.nextSlot * RegionSlot.Bytes) % 4096 < RegionSlot.Apart) this.nextSlot++;
    slot = this.nextSlot++;
    region.slots.set(offset, slot);
    return slot;
  }

  /** Room for a table of translated code; 0: there is none. */
  private table(bytes: number): number {
    const at = (this.tableTop + 7) & ~7;
    if (at + bytes > MemoryMap.RegionTablesEnd) return 0;
    this.tableTop = at + bytes;
    this.core.u8.fill(0, at, at + bytes);
    return at;
  }

  private install(region: Region, fn: RegionFunction, table: JitExports['table']): void {
    const { core } = this;
    const { source, entries } = region;
    const { view } = source;
    const pages = this.table(view.pages.size * RegionPage.Bytes);
    if (pages === 0) return;
    let page = pages;
    for (const [offset, { code, generation }] of view.pages) {
      core.i32[(page + RegionPage.Delta) >>> 2] = offset / 4096;
      core.u32[(page + RegionPage.Code) >>> 2] = code;
      core.u32[(page + RegionPage.Generation) >>> 2] = generation;
      page += RegionPage.Bytes;
    }
    for (const [offset, number] of entries) {
      const at = view.at(offset);
      // The first half of an instruction over a page's end is no place for an entry.
      if (at === 0 || core.u16[at >>> 1]! < 4) continue;
      const slot = this.slotFor(region, offset);
      if (slot >= SLOTS) return;
      while (slot >= table.length) table.grow(256);
      table.set(slot, fn);
      const place = this.placeOf(slot);
      const original = isEnter(core, at) ? this.placeOf(core.u32[(at + Uop.Imm) >>> 2]!) + RegionSlot.Original : at;
      core.u8.copyWithin(place + RegionSlot.Original, original, original + Uop.Bytes);
      core.u8.fill(0, place + Uop.Bytes, place + RegionSlot.Bytes);
      core.u32[(place + RegionSlot.Offset) >>> 2] = offset;
      core.u32[(place + RegionSlot.Entry) >>> 2] = number;
      core.u32[(place + RegionSlot.Pages) >>> 2] = pages;
      core.u32[(place + RegionSlot.PageCount) >>> 2] = view.pages.size;
      core.u16[at >>> 1] = Enter;
      core.u32[(at + Uop.Imm) >>> 2] = slot;
      this.enters[slot] = at;
    }
    // Who calls the function that was there directly is to notice.
    for (const slot of region.replaced?.slots.values() ?? []) {
      core.u32[(this.placeOf(slot) + RegionSlot.ValidEpoch) >>> 2] = 0;
      core.u32[(this.placeOf(slot) + RegionSlot.Replaced) >>> 2] = 1;
    }
    region.replaced = null;
    for (const { insns, end } of source.blocks.values()) {
      for (const insn of insns) this.owners.set(keyOf(view, insn.offset), region);
      const branch = end.kind === 'call' || end.kind === 'indirect' || end.kind === 'ret' ? end.insn : null;
      if (branch) this.owners.set(keyOf(view, branch.offset), region);
      for (const to of waysOut(end)) if (!source.blocks.has(to)) this.ways.set(view.base + to, region);
    }
  }
}

/** Number of a region's own entry: the dispatcher counts from 1, what has none ignores it. */
const OWN_ENTRY = 1;
