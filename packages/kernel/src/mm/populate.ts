import { PageSize } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import { FaultResult, handleVmaFault } from './fault.js';
import type { Mm } from './mm.js';
import { findVmaIndex } from './vma.js';
import { Vm } from './vm-flags.js';

/** mm/gup.c: populate_vma_page_range. What ended it, if anything did. */
function populateRange(k: Kernel, mm: Mm, start: number, end: number): FaultResult {
  for (let i = findVmaIndex(mm, start); i < mm.vmas.length && mm.vmas[i]!.start < end; i++) {
    const vma = mm.vmas[i]!;
    if (vma.frames || !(vma.flags & Vm.Access)) continue;
    // Private writable memory is copied right away, shared memory is not made dirty.
    const write = (vma.flags & (Vm.Write | Vm.Shared)) === Vm.Write;
    for (let va = Math.max(vma.start, start); va < Math.min(vma.end, end); va += PageSize.Bytes) {
      if (k.core.translateIn(mm.pgd, va, write ? 1 : 0) !== 0) continue;
      const result = handleVmaFault(k, mm, vma, va, write);
      if (result !== FaultResult.Ok && result !== FaultResult.Major) return result;
    }
  }
  return FaultResult.Ok;
}

/** mm/gup.c: __mm_populate with ignore_errors: faults pages in as far as it goes (MAP_POPULATE, locked memory). */
export function populate(k: Kernel, mm: Mm, start: number, length: number): void {
  populateRange(k, mm, start, start + length);
}

/** The same for mlock, which reports what stopped it. */
export function populateStrict(k: Kernel, mm: Mm, start: number, length: number): FaultResult {
  return populateRange(k, mm, start, start + length);
}
