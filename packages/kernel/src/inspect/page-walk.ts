import { Header, MemoryMap, PageFlag, PageSize, PageStruct, Pte } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import { pageStruct } from '../mm/frames.js';
import type { Mm } from '../mm/mm.js';
import { vmaAt } from '../mm/vma.js';
import { inspectMapping, type MappingView } from './maps.js';

/** An entry of a page table on the way to an address (SDM volume 3, 4.5). */
export interface TableEntryView {
  /** 4 … 1 */
  level: number;
  /** The table's name in the manual: 'PML4', 'PDPT', 'PD', 'PT'. */
  table: string;
  /** Physical address of the table, and of this entry in it. */
  tableAddress: number;
  index: number;
  address: number;
  /** All 64 bits, 16 hexadecimal digits. */
  raw: string;
  /** Names of the bits that are set: 'P', 'RW', 'US', 'PWT', 'PCD', 'A', 'D', 'PS', 'G', 'NX', and Linux's own ones. */
  bits: string[];
  /** Is there a table or a page behind it that the processor may go on to? */
  present: boolean;
  /** Where it points to; 0 when it is empty. */
  frame: number;
}

/** What mem_map says of a frame (struct page). */
export interface FrameView {
  address: number;
  /** Its index in mem_map. */
  number: number;
  flags: string[];
  /** References (page_count), and how many page tables map it (page_mapcount). */
  count: number;
  mapCount: number;
}

export interface PageWalkView {
  /** The virtual address. */
  address: number;
  /** The mapping that it lies in. */
  mapping: MappingView | null;
  /** From level 4 down to the first entry that is not present, or the last. */
  entries: TableEntryView[];
  /** The page's frame, also of one that may not be accessed (PROT_NONE). */
  frame: FrameView | null;
  /** The physical address, where the processor would reach it. */
  physical: number | null;
}

const tables = ['PT', 'PD', 'PDPT', 'PML4'];

/** Bits of an entry, the low half from bit 0. Linux's own are the last two: pages that are not counted, and written since clear_refs. */
const bitNames: readonly (readonly [number, string])[] = [
  [Pte.P, 'P'],
  [Pte.RW, 'RW'],
  [Pte.US, 'US'],
  [Pte.PWT, 'PWT'],
  [Pte.PCD, 'PCD'],
  [Pte.A, 'A'],
  [Pte.D, 'D'],
  [0x80, 'PS'],
  [0x100, 'G'],
  [Pte.SPECIAL, 'SPECIAL'],
  [Pte.SOFT_DIRTY, 'SOFT_DIRTY'],
  [Pte.SOFT2, 'SOFT2'],
];

const flagNames: readonly (readonly [number, string])[] = [
  [PageFlag.Anon, 'anonymous'],
  [PageFlag.PageCache, 'page cache'],
  [PageFlag.PageTable, 'page table'],
  [PageFlag.Reserved, 'reserved'],
  [PageFlag.Uptodate, 'up to date'],
  [PageFlag.Dirty, 'dirty'],
  [PageFlag.Writeback, 'writeback'],
  [PageFlag.HasCode, 'decoded code'],
  [PageFlag.WriteCached, 'in a write TLB'],
];

/**
 * The way from cr3 to an address through the four levels, as the processor's MMU would go it. Reads only: no table is made, no A or D
 * bit set.
 */
export function inspectPageWalk(k: Kernel, mm: Mm, address: number): PageWalkView {
  const vma = vmaAt(mm, address);
  const view: PageWalkView = { address, mapping: vma ? inspectMapping(k, mm, vma) : null, entries: [], frame: null, physical: null };
  let table = mm.pgd;
  for (let level = 4; level >= 1; level--) {
    const entry = tableEntry(k, table, level, address);
    view.entries.push(entry);
    if (level === 1 && entry.frame !== 0) view.frame = frameView(k, entry.frame);
    if (!entry.present) return view;
    table = entry.frame;
  }
  view.physical = table + (address % PageSize.Bytes);
  return view;
}

function tableEntry(k: Kernel, table: number, level: number, address: number): TableEntryView {
  const index = Math.floor(address / 2 ** (12 + 9 * (level - 1))) % 512;
  const at = table + 8 * index;
  const low = k.core.u32[at >>> 2]!;
  const high = k.core.u32[(at >>> 2) + 1]!;
  const present = (low & Pte.P) !== 0;
  const kept = !present && (low & Pte.PROTNONE) !== 0;
  return {
    level,
    table: tables[level - 1]!,
    tableAddress: table,
    index,
    address: at,
    raw: high.toString(16).padStart(8, '0') + low.toString(16).padStart(8, '0'),
    bits: bitsOf(low, high, kept),
    present,
    frame: present || kept ? (low & Pte.FRAME_MASK) >>> 0 : 0,
  };
}

/** `kept`: bit 8 is _PAGE_PROTNONE where P is clear. */
function bitsOf(low: number, high: number, kept: boolean): string[] {
  const names = bitNames.filter(([bit]) => low & bit).map(([bit, name]) => (kept && bit === Pte.PROTNONE ? 'PROTNONE' : name));
  return high & Pte.NX_HI ? [...names, 'NX'] : names;
}

function frameView(k: Kernel, frame: number): FrameView {
  const { u32 } = k.core;
  const page = pageStruct(k, frame) >>> 2;
  const field = (offset: PageStruct): number => u32[page + (offset >>> 2)]!;
  const flags = field(PageStruct.Flags);
  return {
    address: frame,
    number: (frame - u32[(MemoryMap.Header + Header.FrameBase) >>> 2]!) / PageSize.Bytes,
    flags: flagNames.filter(([bit]) => flags & bit).map(([, name]) => name),
    count: field(PageStruct.RefCount),
    mapCount: field(PageStruct.MapCount),
  };
}
