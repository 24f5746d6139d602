import { MemoryMap, PageFlag, PageSize, PageStruct } from '../../../abi/src/machine/memory-map';
import { Pte } from '../../../abi/src/x86/paging';
import { pageStruct, putFrame } from './frames';
import { holdsFrame, holeEnd, makePteTable, pteTable, tableEnd } from './page-tables';
import { flushPages } from './tlb';
import { entrySlot } from './walk';

/** Counted pages that the last zapRange took away, or the last copyRange added. */
export let zappedAnonPages: u32 = 0;
export let zappedFilePages: u32 = 0;

/** Is the frame of this entry counted in its struct page? */
function isCounted(low: u32): bool {
  if (low & Pte.SPECIAL) return false;
  return !(load<u32>(pageStruct(low & Pte.FRAME_MASK), PageStruct.Flags) & PageFlag.Reserved);
}

/** Copies the entries of [start, end) from src to dst (mm/memory.c: copy_page_range). false = out of frames. */
export function copyRange(dst: u32, src: u32, start: u64, end: u64, cow: bool): bool {
  zappedAnonPages = 0;
  zappedFilePages = 0;
  let lowered = false;
  let va = start;
  while (va < end) {
    const from = pteTable(src, va);
    if (!from) {
      va = holeEnd;
      continue;
    }
    const stop = tableEnd(va, end);
    let to: u32 = 0;
    for (; va < stop; va += PageSize.Bytes) {
      const slot = entrySlot(from, va, 12);
      let low = load<u32>(slot);
      if (!holdsFrame(low)) continue;
      if (!to) to = makePteTable(dst, va);
      if (!to) {
        if (lowered) flushPages(src, start, end);
        return false;
      }
      if (isCounted(low)) {
        const page = pageStruct(low & Pte.FRAME_MASK);
        if (load<u32>(page, PageStruct.Flags) & PageFlag.Anon) zappedAnonPages++;
        else zappedFilePages++;
        store<u32>(page, load<u32>(page, PageStruct.RefCount) + 1, PageStruct.RefCount);
        store<u32>(page, load<u32>(page, PageStruct.MapCount) + 1, PageStruct.MapCount);
      }
      if (cow && low & Pte.RW) {
        low &= ~Pte.RW;
        store<u32>(slot, low);
        lowered = true;
      }
      const copy = entrySlot(to, va, 12);
      // The child has not accessed it (pte_mkold).
      store<u32>(copy, low & ~Pte.A);
      store<u32>(copy, load<u32>(slot, 4), 4);
    }
  }
  if (lowered) flushPages(src, start, end);
  return true;
}

/**
 * Fills the empty ones of `count` entries from `slot` on, within one table, with the page-cache frames at MemoryMap.FrameList (0: none),
 * each with a reference; frames that are marked for readahead stay out (mm/filemap.c: filemap_map_pages). Returns how many it filled.
 */
export function mapFrames(slot: u32, count: u32, low: u32, high: u32): u32 {
  let mapped: u32 = 0;
  for (let i: u32 = 0; i < count; i++, slot += 8) {
    const frame = load<u32>(MemoryMap.FrameList + (i << 2));
    if (!frame || holdsFrame(load<u32>(slot))) continue;
    const page = pageStruct(frame);
    if (load<u32>(page, PageStruct.Flags) & PageFlag.Readahead) continue;
    store<u32>(page, load<u32>(page, PageStruct.RefCount) + 1, PageStruct.RefCount);
    store<u32>(page, load<u32>(page, PageStruct.MapCount) + 1, PageStruct.MapCount);
    store<u32>(slot, frame | low);
    store<u32>(slot, high, 4);
    mapped++;
  }
  return mapped;
}

/** Clears the entries of [start, end) and drops their references (mm/memory.c: zap_pte_range). */
export function zapRange(pgd: u32, start: u64, end: u64): void {
  zappedAnonPages = 0;
  zappedFilePages = 0;
  // Flushed first, so that no frame is freed while a TLB entry leads to it.
  flushPages(pgd, start, end);
  let va = start;
  while (va < end) {
    const table = pteTable(pgd, va);
    if (!table) {
      va = holeEnd;
      continue;
    }
    const stop = tableEnd(va, end);
    for (; va < stop; va += PageSize.Bytes) {
      const slot = entrySlot(table, va, 12);
      const low = load<u32>(slot);
      if (!low) continue;
      store<u64>(slot, 0);
      if (holdsFrame(low) && isCounted(low)) unmapFrame(low);
    }
  }
}

function unmapFrame(low: u32): void {
  const frame = low & Pte.FRAME_MASK;
  const page = pageStruct(frame);
  const flags = load<u32>(page, PageStruct.Flags);
  if (flags & PageFlag.Anon) zappedAnonPages++;
  else {
    zappedFilePages++;
    if (low & Pte.D) store<u32>(page, flags | PageFlag.Dirty, PageStruct.Flags);
  }
  store<u32>(page, load<u32>(page, PageStruct.MapCount) - 1, PageStruct.MapCount);
  putFrame(frame);
}

/** Changes the permission bits of the entries that hold a frame (mm/mprotect.c: change_pte_range). */
export function protectRange(pgd: u32, start: u64, end: u64, setLo: u32, clearLo: u32, nx: bool, keepReadonly: bool): void {
  let va = start;
  while (va < end) {
    const table = pteTable(pgd, va);
    if (!table) {
      va = holeEnd;
      continue;
    }
    const stop = tableEnd(va, end);
    for (; va < stop; va += PageSize.Bytes) {
      const slot = entrySlot(table, va, 12);
      const low = load<u32>(slot);
      if (!holdsFrame(low)) continue;
      let changed = (low & ~clearLo) | setLo;
      if (keepReadonly && !(low & Pte.RW)) changed &= ~Pte.RW;
      store<u32>(slot, changed);
      const high = load<u32>(slot, 4);
      store<u32>(slot, nx ? high | Pte.NX_HI : high & ~Pte.NX_HI, 4);
    }
  }
  flushPages(pgd, start, end);
}

/** Moves the entries of [from, from + length) to `to` (mm/mremap.c: move_page_tables). false = out of frames, nothing moved. */
export function moveRange(pgd: u32, from: u64, to: u64, length: u64): bool {
  if (!makeTables(pgd, from, to, length)) return false;
  for (let offset: u64 = 0; offset < length; ) {
    const table = pteTable(pgd, from + offset);
    if (!table) {
      offset = holeEnd - from;
      continue;
    }
    const stop = tableEnd(from + offset, from + length) - from;
    for (; offset < stop; offset += PageSize.Bytes) {
      const slot = entrySlot(table, from + offset, 12);
      let entry = load<u64>(slot);
      if (!entry) continue;
      if (holdsFrame(<u32>entry)) entry |= Pte.SOFT_DIRTY;
      store<u64>(entrySlot(makePteTable(pgd, to + offset), to + offset, 12), entry);
      store<u64>(slot, 0);
    }
  }
  flushPages(pgd, from, from + length);
  flushPages(pgd, to, to + length);
  return true;
}

/** Makes the tables that moveRange will need, so that it cannot fail half-way. */
function makeTables(pgd: u32, from: u64, to: u64, length: u64): bool {
  for (let offset: u64 = 0; offset < length; offset += PageSize.Bytes) {
    const table = pteTable(pgd, from + offset);
    if (!table) {
      offset = (holeEnd - from - PageSize.Bytes) & ~(<u64>PageSize.Mask);
      continue;
    }
    if (load<u64>(entrySlot(table, from + offset, 12)) && !makePteTable(pgd, to + offset)) return false;
  }
  return true;
}
