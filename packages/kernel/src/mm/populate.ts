import { PageSize } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import { countFault, FaultResult, handleVmaFault } from './fault.js';
import { faultNote } from './fault-record.js';
import type { Mm, Vma } from './mm.js';
import { findVmaIndex } from './vma.js';
import { Vm } from './vm-flags.js';

/** mm/gup.c: populate_vma_page_range, for [start, end) within `vma`. */
function populateVma(k: Kernel, mm: Mm, vma: Vma, start: number, end: number): FaultResult {
  // Memory that is locked as it comes (MLOCK_ONFAULT) is left to faults.
  if (vma.flags & (Vm.Io | Vm.PfnMap | Vm.LockOnFault)) return FaultResult.Ok;
  if (!(vma.flags & Vm.Access)) return FaultResult.SigsegvAccerr;
  // Private writable memory is copied right away, shared memory is not made dirty.
  const write = (vma.flags & (Vm.Write | Vm.Shared)) === Vm.Write;
  for (let va = start; va < end; va += PageSize.Bytes) {
    if (k.core.translateIn(mm.pgd, va, write ? 1 : 0) !== 0) continue;
    const result = populatePage(k, mm, vma, va, write);
    if (result !== FaultResult.Ok && result !== FaultResult.Major) return result;
  }
  return FaultResult.Ok;
}

/** faultin_page */
function populatePage(k: Kernel, mm: Mm, vma: Vma, va: number, write: boolean): FaultResult {
  faultNote.pages = 0;
  const result = handleVmaFault(k, mm, vma, va, write);
  k.vm.pagesMapped += faultNote.pages;
  countFault(k, result);
  return result;
}

/** mm/gup.c: __mm_populate. Faults pages in; what fails is left (MAP_POPULATE), or ends it (`strict`: mlock, which reports it). */
function populateRange(k: Kernel, mm: Mm, start: number, end: number, strict: boolean): FaultResult {
  for (let i = findVmaIndex(mm, start); i < mm.vmas.length && mm.vmas[i]!.start < end; i++) {
    const vma = mm.vmas[i]!;
    const result = populateVma(k, mm, vma, Math.max(vma.start, start), Math.min(vma.end, end));
    if (strict && result !== FaultResult.Ok) return result;
  }
  return FaultResult.Ok;
}

/**
 * What a call does last that has changed the mappings already. It cannot run again from its start, as one that waits for a page does:
 * pages that would have to be waited for are left to their first touch.
 */
export function populate(k: Kernel, mm: Mm, start: number, length: number): void {
  const { mayWait } = k.vm;
  k.vm.mayWait = false;
  try {
    populateRange(k, mm, start, start + length, false);
  } finally {
    k.vm.mayWait = mayWait;
  }
}

export function populateStrict(k: Kernel, mm: Mm, start: number, length: number): FaultResult {
  return populateRange(k, mm, start, start + length, true);
}
