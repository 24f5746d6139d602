import { MemoryMap, RegionPage, RegionSlot, Uop } from '@ring3/abi';
import type { Core } from '@ring3/core';
import { isOriginal } from './copies.js';
import type { JitExports, LiveCode } from './jit.js';
import { keyOf, type Region, type RegionFunction } from './live-region.js';
import { Memos } from './memos.js';
import { type Block, CodeView, Enter, isEnter, waysOut } from './region.js';
import { NEAR_BYTES, nearConstants } from './translate/sse/near.js';

const SLOTS = (MemoryMap.RegionSlotsEnd - MemoryMap.RegionSlots) / RegionSlot.Bytes;
/** Slots, and bytes of tables, that there must be room for before more is translated. */
const SPARE = { slots: 1000, bytes: 0x4_0000 };
/** Bytes of a call. */
const LONGEST_CALL = 8;
/** The constants of translated code are before it. */
const FIRST_TABLE = MemoryMap.RegionTables + NEAR_BYTES;

/** Host address of a slot. */
export function placeOf(slot: number): number {
  return MemoryMap.RegionSlots + slot * RegionSlot.Bytes;
}

/** The regions that stand in the guest's code: their slots and tables in the core's memory, their Enter micro-ops, whose each instruction is. */
export class Installation {
  private nextSlot = 1;
  private tableTop: number = FIRST_TABLE;
  /** Host address of the Enter micro-op of each slot. */
  private enters: number[] = [];
  /** Newest region of each instruction, by keyOf. */
  private readonly owners = new Map<number, Region>();
  /** By the key of an instruction: regions that have it in the copy of a function, the newest of each entry, by the key of that. */
  private readonly copies = new Map<number, Map<number, Region>>();
  /** Of an address: a region that knows a way there, but did not have it when it was made. */
  private readonly ways = new Map<number, Region>();
  readonly memos: Memos;

  constructor(
    private readonly core: Core,
    private readonly entries: JitExports['table'],
  ) {
    this.memos = new Memos(core);
  }

  get isFull(): boolean {
    return this.nextSlot + SPARE.slots > SLOTS || this.tableTop + SPARE.bytes > MemoryMap.RegionTablesEnd;
  }

  /** All is gone. */
  forget(): void {
    this.enters = [];
    this.nextSlot = 1;
    this.tableTop = FIRST_TABLE;
    this.owners.clear();
    this.copies.clear();
    this.ways.clear();
    this.memos.forget();
  }

  view(va: number): CodeView {
    return new CodeView(this.core, va - (va % 4096));
  }

  /** The newest region that has the instruction with this key. */
  ownerOf(key: number): Region | undefined {
    return this.owners.get(key);
  }

  /** The regions that have the instruction with this key, as their own or in the copy of a function. */
  allWith(key: number): Region[] {
    const owner = this.owners.get(key);
    const others = [...(this.copies.get(key)?.values() ?? [])].filter((region) => region !== owner);
    return owner ? [owner, ...others] : others;
  }

  /** A region that would go on at an address, but had nothing there when it was made. */
  wayTo(rip: number): Region | undefined {
    return this.ways.get(rip);
  }

  get live(): LiveCode {
    const regions = new Set<Region>();
    let count = 0;
    for (const region of new Set(this.owners.values())) {
      for (const slot of region.slots.values()) {
        if (!this.holds(slot) || this.entries.get(slot) !== region.fn) continue;
        count++;
        regions.add(region);
      }
    }
    return { modules: new Set([...regions].map(({ module }) => module)).size, regions: regions.size, entries: count };
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

  /** The region whose own entry is at an address, if it is installed. */
  regionAt(va: number): Region | null {
    const view = this.view(va);
    const at = view.at(va % 4096);
    if (at === 0 || !isEnter(this.core, at)) return null;
    const region = this.owners.get(keyOf(view, va % 4096));
    return region?.fn && region.source.view.base + region.source.entry === va ? region : null;
  }

  /** The newest region with a call that comes back to `va`. */
  callerBefore(va: number): Region | null {
    for (let length = 2; length <= LONGEST_CALL; length++) {
      const view = this.view(va - length);
      if (view.codePage(0) === 0) continue;
      const region = this.owners.get(keyOf(view, (va - length) % 4096));
      const isCall = ({ end }: Block, base: number): boolean =>
        end.kind === 'call' && base + end.insn.offset === va - length && base + end.next === va;
      if (region && [...region.source.body.values()].some((block) => isCall(block, region.source.view.base))) return region;
    }
    return null;
  }

  /** The slot of an entry of a region. */
  slotFor(region: Region, offset: number): number {
    let slot = region.slots.get(offset);
    if (slot !== undefined) return slot;
    while ((this.nextSlot * RegionSlot.Bytes) % 4096 < RegionSlot.Apart) this.nextSlot++;
    slot = this.nextSlot++;
    region.slots.set(offset, slot);
    return slot;
  }

  /** The constants that translated code loads. */
  writeConstants(): void {
    this.core.u8.set(nearConstants(), MemoryMap.RegionTables);
  }

  /** Room for a table of translated code; 0: there is none. */
  table(bytes: number): number {
    const at = (this.tableTop + 7) & ~7;
    if (at + bytes > MemoryMap.RegionTablesEnd) return 0;
    this.tableTop = at + bytes;
    this.core.u8.fill(0, at, at + bytes);
    return at;
  }

  /** Puts a function in the guest's code, at the entries of its region. */
  install(region: Region, fn: RegionFunction): void {
    const { core, entries: table } = this;
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
      const place = placeOf(slot);
      const original = isEnter(core, at) ? placeOf(core.u32[(at + Uop.Imm) >>> 2]!) + RegionSlot.Original : at;
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
      core.u32[(placeOf(slot) + RegionSlot.ValidEpoch) >>> 2] = 0;
      core.u32[(placeOf(slot) + RegionSlot.Replaced) >>> 2] = 1;
    }
    region.replaced = null;
    for (const { insns, end } of source.blocks.values()) {
      for (const insn of insns) this.owners.set(keyOf(view, insn.offset), region);
      if ('insn' in end) this.owners.set(keyOf(view, end.insn.offset), region);
      for (const to of waysOut(end)) if (!source.blocks.has(to)) this.ways.set(view.base + to, region);
    }
    const entry = keyOf(view, source.entry);
    for (const { start, insns, end } of source.body.values()) {
      if (isOriginal(start)) continue;
      for (const { offset } of 'insn' in end ? [...insns, end.insn] : insns) {
        const key = keyOf(view, offset);
        const regions = this.copies.get(key) ?? new Map<number, Region>();
        this.copies.set(key, regions.set(entry, region));
      }
    }
  }
}
