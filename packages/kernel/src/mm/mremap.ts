import { MapFlag, Mremap, PageSize } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import { EAGAIN, EFAULT, EINVAL, ENOMEM } from '../errno.js';
import { commitMemory, mayExpandVm, mlockAllows, statAccount, uncommitMemory } from './account.js';
import { TASK_SIZE_MAX } from './layout.js';
import { traceMm } from '../trace/mm-trace.js';
import { Trace } from '../trace/tracer.js';
import type { Mm, Vma } from './mm.js';
import { doMunmap } from './munmap.js';
import { pageAlign, pageOffset } from './page.js';
import { populate } from './populate.js';
import { getUnmappedArea } from './unmapped-area.js';
import { copyVma, findVma, findVmaIndex, insertVma, linearIndex, mappingOf } from './vma.js';
import { attributesFrom, mergeVma } from './vma-merge.js';
import { Vm } from './vm-flags.js';

/** mm/mremap.c: mremap(2). Returns where the mapping is now. @throws EINVAL EFAULT EAGAIN ENOMEM */
export function doMremap(k: Kernel, mm: Mm, addr: number, oldLength: number, newLength: number, flags: number, newAddr: number): number {
  if (flags & ~(Mremap.MayMove | Mremap.Fixed)) throw EINVAL;
  if (flags & Mremap.Fixed && !(flags & Mremap.MayMove)) throw EINVAL;
  if (pageOffset(addr)) throw EINVAL;
  oldLength = pageAlign(oldLength);
  newLength = pageAlign(newLength);
  if (newLength === 0) throw EINVAL;
  if (flags & Mremap.Fixed) return traced(k, addr, oldLength, mremapTo(k, mm, addr, oldLength, newAddr, newLength), newLength);
  if (oldLength >= newLength) {
    if (oldLength > newLength) doMunmap(k, mm, addr + newLength, oldLength - newLength);
    return traced(k, addr, oldLength, addr, newLength);
  }
  const vma = vmaToResize(k, mm, addr, oldLength, newLength);
  if (oldLength === vma.end - addr && growInPlace(k, mm, vma, addr, oldLength, newLength)) {
    return traced(k, addr, oldLength, addr, newLength);
  }
  if (!(flags & Mremap.MayMove)) throw ENOMEM;
  const mapFlags = vma.flags & Vm.MayShare ? MapFlag.Shared : 0;
  const target = getUnmappedArea(k, mm, 0, newLength, mapFlags);
  return traced(k, addr, oldLength, moveVma(k, mm, vma, addr, oldLength, newLength, target), newLength);
}

function traced(k: Kernel, from: number, oldLength: number, to: number, newLength: number): number {
  if (k.trace.on(Trace.Mm)) traceMm(k, 'mm:mremap', { old_start: from, old_end: from + oldLength, start: to, end: to + newLength });
  return to;
}

/** mremap_to: MREMAP_FIXED. */
function mremapTo(k: Kernel, mm: Mm, addr: number, oldLength: number, newAddr: number, newLength: number): number {
  if (pageOffset(newAddr)) throw EINVAL;
  if (newLength > TASK_SIZE_MAX || newAddr > TASK_SIZE_MAX - newLength) throw EINVAL;
  if (addr + oldLength > newAddr && newAddr + newLength > addr) throw EINVAL;
  if (mm.vmas.length + 2 >= k.vm.maxMapCount - 3) throw ENOMEM;
  doMunmap(k, mm, newAddr, newLength);
  if (oldLength >= newLength) {
    if (oldLength > newLength) doMunmap(k, mm, addr + newLength, oldLength - newLength);
    oldLength = newLength;
  }
  const vma = vmaToResize(k, mm, addr, oldLength, newLength);
  const target = getUnmappedArea(k, mm, newAddr, newLength, MapFlag.Fixed | (vma.flags & Vm.MayShare ? MapFlag.Shared : 0));
  return moveVma(k, mm, vma, addr, oldLength, newLength, target);
}

/** vma_to_resize: the vma at addr, if it may become newLength long. */
function vmaToResize(k: Kernel, mm: Mm, addr: number, oldLength: number, newLength: number): Vma {
  const vma = findVma(mm, addr);
  if (!vma || vma.start > addr) throw EFAULT;
  // Length 0 duplicates a shared mapping; a private one cannot be.
  if (oldLength === 0 && !(vma.flags & (Vm.Shared | Vm.MayShare))) throw EINVAL;
  if (oldLength > vma.end - addr) throw EFAULT;
  if (newLength === oldLength) return vma;
  if (vma.flags & (Vm.DontExpand | Vm.PfnMap)) throw EFAULT;
  const more = (newLength - oldLength) / PageSize.Bytes;
  if (vma.flags & Vm.Locked && !mlockAllows(k, mm.lockedVm + more)) throw EAGAIN;
  if (!mayExpandVm(k, mm, vma.flags, more)) throw ENOMEM;
  return vma;
}

/** vma_expandable and what follows: the space behind is free. Linux 5.4 grows the vma alone, without merging. */
function growInPlace(k: Kernel, mm: Mm, vma: Vma, addr: number, oldLength: number, newLength: number): boolean {
  const more = newLength - oldLength;
  const next = mm.vmas[findVmaIndex(mm, vma.start) + 1];
  if ((next && next.start < vma.end + more) || vma.end + more > TASK_SIZE_MAX) return false;
  const pages = more / PageSize.Bytes;
  if (vma.flags & Vm.Account) commitMemory(k, mm, pages);
  vma.end = addr + newLength;
  statAccount(mm, vma.flags, pages);
  if (vma.flags & Vm.Locked) {
    mm.lockedVm += pages;
    populate(k, mm, addr + oldLength, more);
  }
  return true;
}

/** move_vma: a copy of the vma at `target`, its pages moved there, the old place unmapped. */
function moveVma(k: Kernel, mm: Mm, vma: Vma, addr: number, oldLength: number, newLength: number, target: number): number {
  if (mm.vmas.length >= k.vm.maxMapCount - 3) throw ENOMEM;
  const { flags } = vma;
  // vdso_mremap: as a whole or not at all.
  if (vma.start === mm.vdsoBase && newLength !== vma.end - vma.start) throw EINVAL;
  const newPages = newLength / PageSize.Bytes;
  const oldPages = oldLength / PageSize.Bytes;
  // Moved memory is charged already: only what is new is.
  if (flags & Vm.Account) commitMemory(k, mm, newPages - oldPages);
  copyForMove(k, mm, vma, addr, target, newLength);
  if (!k.core.moveRange(mm.pgd, addr, target, oldLength)) {
    doMunmap(k, mm, target, newLength);
    throw ENOMEM;
  }
  const { hiwaterVm } = mm;
  statAccount(mm, flags, newPages);
  // The old range is no longer charged on its own when it goes.
  if (oldLength > 0) unmapMoved(k, mm, addr, oldLength, flags);
  // For a moment both places counted: that is no peak.
  mm.hiwaterVm = Math.max(hiwaterVm, mm.totalVm);
  if (flags & Vm.Locked) {
    mm.lockedVm += newPages;
    if (newLength > oldLength) populate(k, mm, target + oldLength, newLength - oldLength);
  }
  return target;
}

function unmapMoved(k: Kernel, mm: Mm, addr: number, length: number, flags: number): void {
  doMunmap(k, mm, addr, length);
  // munmap gave the charge of these pages back, but they live on at the new place.
  if (flags & Vm.Account) uncommitMemory(k, -length / PageSize.Bytes);
}

/** mremap_userfaultfd_prep: no event of it is offered, so the new place is ordinary memory. */
function forgetUserfault(vma: Vma): void {
  if (!vma.userfault) return;
  vma.userfault = null;
  vma.flags &= ~Vm.UffdMissing;
}

/** mm/mmap.c: copy_vma. */
function copyForMove(k: Kernel, mm: Mm, vma: Vma, addr: number, target: number, length: number): Vma {
  const untouched = !mappingOf(vma) && !vma.frames && vma.anonVma === 0;
  // Anonymous memory without pages yet takes its offset from where it is; otherwise the old one must stay with its pages.
  const pgoff = untouched ? target / PageSize.Bytes : linearIndex(vma, addr);
  const prev = mm.vmas[findVmaIndex(mm, target) - 1];
  const merged = mergeVma(k, mm, prev, target, target + length, { ...attributesFrom(vma, addr, vma.flags), pgoff });
  if (merged) {
    forgetUserfault(merged);
    return merged;
  }
  const copy = copyVma(vma, target, target + length, pgoff);
  forgetUserfault(copy);
  // vdso_mremap
  if (vma.start === mm.vdsoBase) mm.vdsoBase = target;
  insertVma(mm, copy);
  return copy;
}
