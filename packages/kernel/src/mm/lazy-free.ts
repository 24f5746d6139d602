import { PageFlag, PageSize, Pte } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import { changeFrameFlags, frameFlags, mapCount, refCount } from './frames.js';
import type { Mm, Vma } from './mm.js';
import { nextMappedPage } from './page-tables.js';
import { clearPte, pteFrame, readPteLow } from './pte.js';
import { Vm } from './vm-flags.js';

/**
 * MADV_FREE: anonymous pages whose content the program can do without. They stay until memory is short, and go before anything else
 * does; a write takes a page back, which shows in its entry as dirty. Linux: mm/madvise.c: madvise_free_pte_range; mm/rmap.c:
 * try_to_unmap_one.
 */
export function freeLazily(k: Kernel, mm: Mm, start: number, end: number): void {
  for (let va = nextMappedPage(k, mm, start, end); va < end; va = nextMappedPage(k, mm, va + PageSize.Bytes, end)) {
    const slot = k.core.pteSlot(mm.pgd, va, false);
    const low = readPteLow(k, slot);
    const frame = pteFrame(low);
    if (!(frameFlags(k, frame) & PageFlag.Anon)) continue;
    if (!(frameFlags(k, frame) & PageFlag.LazyFree)) {
      changeFrameFlags(k, frame, PageFlag.LazyFree, 0);
      k.vm.pagesLazyFree++;
    }
    k.core.u32[slot >>> 2] = (low & ~(Pte.A | Pte.D)) >>> 0;
    k.core.invlpg(mm.pgd, va);
  }
  mm.hasLazyFree = true;
}

/** Memory is short: drops up to `wanted` such pages of all address spaces. Returns how many. */
export function dropLazilyFreed(k: Kernel, wanted: number): number {
  let freed = 0;
  for (const mm of addressSpaces(k)) {
    if (!mm.hasLazyFree || freed >= wanted) continue;
    // Until the whole of it has been seen.
    mm.hasLazyFree = false;
    for (const vma of mm.vmas) {
      if (vma.anonVma === 0 || vma.flags & Vm.Locked) continue;
      freed += dropFrom(k, mm, vma, vma.start, vma.end, wanted - freed);
      if (freed >= wanted) {
        mm.hasLazyFree = true;
        break;
      }
    }
  }
  return freed;
}

/** Drops lazily freed pages of [start, end), a part of `vma`. Returns how many. */
export function dropFrom(k: Kernel, mm: Mm, vma: Vma, start: number, end: number, wanted: number): number {
  let freed = 0;
  for (let va = nextMappedPage(k, mm, start, end); va < end && freed < wanted; va = nextMappedPage(k, mm, va + PageSize.Bytes, end)) {
    const slot = k.core.pteSlot(mm.pgd, va, false);
    const low = readPteLow(k, slot);
    const frame = pteFrame(low);
    if (!(frameFlags(k, frame) & PageFlag.LazyFree)) continue;
    if (low & Pte.D) changeFrameFlags(k, frame, 0, PageFlag.LazyFree);
    // Shared with a child, or in use by who asks for memory: it stays.
    if (low & Pte.D || mapCount(k, frame) !== 1 || refCount(k, frame) !== 1) continue;
    clearPte(k, mm, vma, slot);
    k.core.invlpg(mm.pgd, va);
    k.vm.pagesLazyFreed++;
    freed++;
  }
  return freed;
}

function addressSpaces(k: Kernel): Set<Mm> {
  const all = new Set<Mm>();
  for (const leader of k.pids.processes()) for (const { mm } of leader.signal.threads) if (mm) all.add(mm);
  return all;
}
