import { CoreTable, Header, Memo, MemoryMap, PageFlag, PageSize, PageStruct } from '../../../abi/src/machine/memory-map';
import { isFrame, pageStruct, takeTable } from './frames';

/**
 * A TLB context: three flat tables over the 4 GiB window, one u32 per page, 0 = not cached.
 *
 *   +0x000000  R  host address of a byte at va = va + entry + Bias
 *   +0x400000  W  the same, for pages that may be written without further ado
 *   +0x800000  X  host address of the page's code page (cpu/code-cache.ts)
 *
 * A bitmap tells which 4 KiB pages of the tables (4 MiB of va each) were ever written, so that clearing touches no others.
 * Contexts are given to address spaces like ASIDs, the least recently used one first.
 */
export const enum TlbLayout {
  Read = 0,
  Write = 0x40_0000,
  Execute = 0x80_0000,
  /** Entries are frame − page of va − Bias: never 0, and the rest is a load's offset, of one byte in the host's code. */
  Bias = 64,
  /** Entries in one 4 KiB page of a table. */
  PageEntriesShift = 10,
  BitmapBytes = 3 * 128,
}

/** Addresses of 4 GiB and above: direct-mapped, for the active address space only. */
export const enum Tagged {
  Entries = 1024,
  /** u64 page number (va >> 12), u32 read, u32 write, u32 execute; host page addresses, 0 = not cached. */
  Page = 0,
  Read = 8,
  Write = 12,
  Execute = 16,
  Bytes = 24,
}

/** Host address of its tables; 0 = it has none yet. The first has them from the start, the others when they are first needed. */
const contextBase: usize = memory.data(4 * MemoryMap.TlbContexts, 16);
const contextPgd: usize = memory.data(4 * MemoryMap.TlbContexts, 16);
const contextUsed: usize = memory.data(4 * MemoryMap.TlbContexts, 16);
const bitmaps: usize = memory.data(TlbLayout.BitmapBytes * MemoryMap.TlbContexts, 16);
const tagged: usize = memory.data(Tagged.Entries * Tagged.Bytes, 16);

/** Host address of the active context's R table. */
export let readTable: u32 = 0;
/** PML4 of the active address space. Cpu.Cr3 shows it, but belongs to a block that the kernel saves and restores. */
export let activePgd: u32 = 0;
let active: u32 = 0;
let clock: u32 = 0;
let taggedInUse: bool = false;

/** An address may lead to other code from now on. */
@inline
export function codeChanged(): void {
  store<u32>(MemoryMap.Header + Header.CodeEpoch, load<u32>(MemoryMap.Header + Header.CodeEpoch) + 1);
}

/** What translated code remembers of entries is forgotten. */
function forgetMemos(): void {
  if (!load<u32>(MemoryMap.Header + Header.MemosUsed)) return;
  store<u32>(MemoryMap.Header + Header.MemosUsed, 0);
  const top = load<u32>(MemoryMap.Header + Header.MemosTop);
  let at: u32 = MemoryMap.Memos + Memo.First;
  do {
    memory.fill(at, 0, Memo.UsedBytes);
    at += PageSize.Bytes;
  } while (at < top);
}

@inline
function base(context: u32): u32 {
  return load<u32>(contextBase + (context << 2));
}

/** The tables of the first context. */
export function initTlb(tables: u32): void {
  store<u32>(contextBase, tables);
  readTable = tables;
}

/** Gives a context its tables. False: the host has no memory for them. */
export function placeContext(context: u32): bool {
  if (base(context)) return true;
  const tables = takeTable(CoreTable.TlbContext + context, MemoryMap.TlbContextBytes);
  store<u32>(contextBase + (context << 2), tables);
  return tables != 0;
}

/** The least recently used context of the first `count`. */
function leastUsed(count: u32): u32 {
  let context: u32 = 0;
  for (let i: u32 = 1; i < count; i++) {
    if (load<u32>(contextUsed + (i << 2)) < load<u32>(contextUsed + (context << 2))) context = i;
  }
  return context;
}

/** The context for one more address space. */
function nextContext(): u32 {
  const context = leastUsed(MemoryMap.TlbContexts);
  if (placeContext(context)) return context;
  // Those that have tables come first.
  return leastUsed(context);
}

/** The context of an address space, or −1. */
export function contextOf(pgd: u32): i32 {
  for (let i: u32 = 0; i < <u32>MemoryMap.TlbContexts; i++) {
    if (load<u32>(contextPgd + (i << 2)) == pgd && base(i)) return i;
  }
  return -1;
}

/** Makes an address space the active one. */
export function activateContext(pgd: u32): void {
  clock++;
  let context = contextOf(pgd);
  if (context < 0) {
    context = nextContext();
    clearContext(context);
    store<u32>(contextPgd + (<u32>context << 2), pgd);
  }
  store<u32>(contextUsed + (<u32>context << 2), clock);
  if (<u32>context != active) {
    clearTagged();
    codeChanged();
    forgetMemos();
  }
  active = context;
  activePgd = pgd;
  readTable = base(context);
  store<u32>(MemoryMap.Header + Header.ReadTable, readTable);
  store<u64>(MemoryMap.Header + Header.PlaceMask, 0xffff_ffff_0000_0000 | PageSize.Mask);
}

export function releaseContext(pgd: u32): void {
  const context = contextOf(pgd);
  if (context < 0) return;
  clearContext(context);
  store<u32>(contextPgd + (<u32>context << 2), 0);
  store<u32>(contextUsed + (<u32>context << 2), 0);
  if (<u32>context == active) clearTagged();
}

/** Stores an entry for va < 4 GiB in the active context. */
export function setEntry(table: u32, low: u32, entry: u32): void {
  const page = low >>> PageSize.Shift;
  const at = readTable + table + (page << 2);
  const before = load<u32>(at);
  if (before && before != entry) forgetMemos();
  store<u32>(at, entry);
  const bit = (table >>> 12) + (page >>> TlbLayout.PageEntriesShift);
  const word = bitmaps + active * TlbLayout.BitmapBytes + ((bit >>> 5) << 2);
  store<u32>(word, load<u32>(word) | (1 << (bit & 31)));
}

/** The R or W entry of a page of the window that lies in `frame`. */
@inline
export function entryFor(low: u32, frame: u32): u32 {
  return frame - (low & ~PageSize.Mask) - TlbLayout.Bias;
}

/** The tagged slot of a page (va >> 12), claimed for it. */
export function claimTagged(page: u64): usize {
  const slot = tagged + (<u32>page & (Tagged.Entries - 1)) * Tagged.Bytes;
  if (load<u64>(slot) != page) {
    store<u64>(slot, page);
    store<u64>(slot, 0, Tagged.Read);
    store<u32>(slot, 0, Tagged.Execute);
    taggedInUse = true;
  }
  return slot;
}

/** Host page address cached for (page, field), 0 = none. */
export function findTagged(page: u64, field: u32): u32 {
  const slot = tagged + (<u32>page & (Tagged.Entries - 1)) * Tagged.Bytes;
  return load<u64>(slot) == page ? load<u32>(slot + field) : 0;
}

function clearTagged(): void {
  if (!taggedInUse) return;
  memory.fill(tagged, 0, Tagged.Entries * Tagged.Bytes);
  taggedInUse = false;
}

function isTouched(context: u32, bit: u32): bool {
  return (load<u32>(bitmaps + context * TlbLayout.BitmapBytes + ((bit >>> 5) << 2)) & (1 << (bit & 31))) != 0;
}

/** Empties the tables of a context from byte `first` on: 0 = all, TlbLayout.Execute = X alone. */
function clearTables(context: u32, first: u32): void {
  const bits = bitmaps + context * TlbLayout.BitmapBytes;
  codeChanged();
  if (first < <u32>TlbLayout.Execute) forgetMemos();
  for (let word = first >>> 17; word < <u32>TlbLayout.BitmapBytes / 4; word++) {
    let mask = load<u32>(bits + (word << 2));
    if (!mask) continue;
    store<u32>(bits + (word << 2), 0);
    while (mask) {
      const bit = ctz<u32>(mask);
      mask &= mask - 1;
      memory.fill(base(context) + (((word << 5) + bit) << 12), 0, PageSize.Bytes);
    }
  }
}

function clearContext(context: u32): void {
  clearTables(context, 0);
}

export function flushContext(pgd: u32): void {
  const context = contextOf(pgd);
  if (context < 0) return;
  clearContext(context);
  if (<u32>context == active) clearTagged();
}

export function flushEverything(): void {
  for (let i: u32 = 0; i < <u32>MemoryMap.TlbContexts; i++) clearContext(i);
  clearTagged();
}

/** Forgets every X entry: the code arena is reused. */
export function flushExecute(): void {
  for (let i: u32 = 0; i < <u32>MemoryMap.TlbContexts; i++) clearTables(i, TlbLayout.Execute);
  clearTagged();
}

/** Forgets the pages of [start, end) of an address space. */
export function flushPages(pgd: u32, start: u64, end: u64): void {
  const context = contextOf(pgd);
  if (context < 0) return;
  if (end > 0x1_0000_0000 && <u32>context == active) clearTagged();
  if (start >= 0x1_0000_0000) return;
  let page = <u32>(start >> PageSize.Shift);
  const last: u32 = end >= 0x1_0000_0000 ? 0x10_0000 : <u32>((end + PageSize.Mask) >> PageSize.Shift);
  while (page < last) {
    const group = page >>> TlbLayout.PageEntriesShift;
    let stop = (group + 1) << TlbLayout.PageEntriesShift;
    if (stop > last) stop = last;
    for (let table: u32 = 0; table < 3; table++) {
      const bit = (table << 10) + group;
      if (!isTouched(context, bit)) continue;
      memory.fill(base(context) + (table << 22) + (page << 2), 0, (stop - page) << 2);
      if (table == 2) codeChanged();
      else forgetMemos();
    }
    page = stop;
  }
}

/** Clears every W entry of a frame, in all contexts: it is about to hold decoded code, or to be write-protected. */
export function forgetWrites(frame: u32): void {
  forgetMemos();
  for (let context: u32 = 0; context < <u32>MemoryMap.TlbContexts; context++) {
    for (let group: u32 = 0; group < 1024; group++) {
      if (!isTouched(context, 1024 + group)) continue;
      const first = base(context) + TlbLayout.Write + (group << 12);
      const bias = frame - TlbLayout.Bias - (group << 22);
      for (let i: u32 = 0; i < 1024; i++) {
        if (load<u32>(first + (i << 2)) == bias - (i << 12)) store<u32>(first + (i << 2), 0);
      }
    }
  }
  clearTagged();
  if (!isFrame(frame)) return;
  const page = pageStruct(frame);
  store<u32>(page, load<u32>(page, PageStruct.Flags) & ~PageFlag.WriteCached, PageStruct.Flags);
}
