import { PageFlag, PageSize, Pte } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import { couldWrite } from './could-write.js';
import { frameFlags, mapCount, refCount } from './frames.js';
import { dropFrom } from './lazy-free.js';
import type { Mm, Vma } from './mm.js';
import { nextMappedPage } from './page-tables.js';
import { clearPte, pteFrame, readPteLow } from './pte.js';
import { linearIndex, mappingOf } from './vma.js';

/** MADV_COLD: pages that nobody else maps count as not used lately. Linux: mm/madvise.c: madvise_cold_or_pageout_pte_range. */
export function makeCold(k: Kernel, mm: Mm, start: number, end: number): void {
  for (let va = nextMappedPage(k, mm, start, end); va < end; va = nextMappedPage(k, mm, va + PageSize.Bytes, end)) {
    const slot = k.core.pteSlot(mm.pgd, va, false);
    const low = readPteLow(k, slot);
    if (mapCount(k, pteFrame(low)) !== 1) continue;
    k.core.u32[slot >>> 2] = (low & ~Pte.A) >>> 0;
    k.core.invlpg(mm.pgd, va);
  }
}

/**
 * MADV_PAGEOUT: what can be had again goes at once: clean pages of a file that the program could write, and lazily freed memory.
 * Other memory would go to swap, which there is none of. Linux: mm/madvise.c: madvise_pageout; mm/vmscan.c: reclaim_pages.
 */
export function pageOut(k: Kernel, mm: Mm, vma: Vma, start: number, end: number): void {
  const mapping = mappingOf(vma);
  if (!mapping && vma.frames) return;
  if (mapping && !couldWrite(k, vma.file!.inode)) return;
  makeCold(k, mm, start, end);
  dropFrom(k, mm, vma, start, end, Infinity);
  if (!mapping?.evictable) return;
  for (let va = nextMappedPage(k, mm, start, end); va < end; va = nextMappedPage(k, mm, va + PageSize.Bytes, end)) {
    const slot = k.core.pteSlot(mm.pgd, va, false);
    const low = readPteLow(k, slot);
    const frame = pteFrame(low);
    const busy = low & Pte.D || frameFlags(k, frame) & (PageFlag.Dirty | PageFlag.Writeback);
    // Besides the entry only the cache holds it.
    if (busy || !(frameFlags(k, frame) & PageFlag.PageCache) || mapCount(k, frame) !== 1 || refCount(k, frame) !== 2) continue;
    clearPte(k, mm, vma, slot);
    k.core.invlpg(mm.pgd, va);
    k.pageCache.drop(k, mapping, linearIndex(vma, va));
  }
}
