import { PageSize, Pte } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import type { AddressSpace } from './address-space.js';
import { clearPte, pteFrame, pteHasFrame, readPteLow } from './pte.js';
import { Vm } from './vm-flags.js';

/** The reverse map of page-cache pages: every entry that maps page `index` of a file is found through the file's vmas. */

/** mm/rmap.c: page_mkclean. Write-protects the page in shared mappings, so that the next write is noticed again. */
export function makeClean(k: Kernel, mapping: AddressSpace, index: number, frame: number): void {
  for (const vma of mapping.vmas) {
    if (!(vma.flags & Vm.Shared) || !vma.mm) continue;
    const va = vma.start + (index - vma.pgoff) * PageSize.Bytes;
    if (va < vma.start || va >= vma.end) continue;
    const slot = k.core.pteSlot(vma.mm.pgd, va, false);
    if (slot === 0) continue;
    const low = readPteLow(k, slot);
    if (!pteHasFrame(low) || pteFrame(low) !== frame || (low & (Pte.RW | Pte.D)) === 0) continue;
    k.core.u32[slot >>> 2] = (low & ~(Pte.RW | Pte.D)) >>> 0;
    k.core.invlpg(vma.mm.pgd, va);
  }
}

/** mm/rmap.c: try_to_unmap. Takes the page out of every address space. */
export function unmapPage(k: Kernel, mapping: AddressSpace, index: number, frame: number): void {
  for (const vma of mapping.vmas) {
    if (!vma.mm) continue;
    const va = vma.start + (index - vma.pgoff) * PageSize.Bytes;
    if (va < vma.start || va >= vma.end) continue;
    const slot = k.core.pteSlot(vma.mm.pgd, va, false);
    if (slot === 0) continue;
    const low = readPteLow(k, slot);
    if (!pteHasFrame(low) || pteFrame(low) !== frame) continue;
    clearPte(k, vma.mm, vma, slot);
    k.core.invlpg(vma.mm.pgd, va);
  }
}
