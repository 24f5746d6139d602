import { PageFlag, PageSize } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import type { AddressSpace } from './address-space.js';
import type { Mm, Vma } from './mm.js';
import { frameFlags } from './frames.js';
import { countUnused } from './paging-policy.js';
import { clearPte, countFile, pteFrame, pteHasFrame, readPteLow } from './pte.js';

/** mm/memory.c: zap_page_range. Unmaps the pages of [start, end), which lies in `vma`. */
export function zapRange(k: Kernel, mm: Mm, vma: Vma, start: number, end: number): void {
  if (k.vm.countUnused) countUnused(k, mm, start, end);
  k.core.zapRange(mm.pgd, start, end);
  mm.rssAnon -= k.core.zappedAnon();
  countFile(mm, vma, -k.core.zappedFile());
}

/** Unmaps only what came from the page cache; private copies stay. */
function zapCachePages(k: Kernel, mm: Mm, vma: Vma, start: number, end: number): void {
  for (let va = start; va < end; va += PageSize.Bytes) {
    const slot = k.core.pteSlot(mm.pgd, va, false);
    if (slot === 0) continue;
    const low = readPteLow(k, slot);
    if (!pteHasFrame(low) || frameFlags(k, pteFrame(low)) & PageFlag.Anon) continue;
    clearPte(k, mm, vma, slot);
    k.core.invlpg(mm.pgd, va);
  }
}

/**
 * mm/memory.c: unmap_mapping_pages. Unmaps file pages first … last (last may be Infinity) from every address space;
 * `evenCows`: private copies too, as truncation does.
 */
export function unmapMapping(k: Kernel, mapping: AddressSpace, first: number, last: number, evenCows: boolean): void {
  for (const vma of mapping.vmas) {
    const mm = vma.mm;
    if (!mm) continue;
    const pages = (vma.end - vma.start) / PageSize.Bytes;
    const from = Math.max(first - vma.pgoff, 0);
    const to = Math.min(last + 1 - vma.pgoff, pages);
    if (from >= to) continue;
    const start = vma.start + from * PageSize.Bytes;
    const end = vma.start + to * PageSize.Bytes;
    if (evenCows) zapRange(k, mm, vma, start, end);
    else zapCachePages(k, mm, vma, start, end);
  }
}
