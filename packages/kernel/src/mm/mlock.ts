import { Mcl, Mlock, PageSize } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import { EAGAIN, EINVAL, ENOMEM } from '../errno.js';
import { checkCanMlock, mlockAllows } from './account.js';
import { FaultResult } from './fault-result.js';
import type { Mm, Vma } from './mm.js';
import { pageAlign, pageBase, pageOffset } from './page.js';
import { populate, populateStrict } from './populate.js';
import { cutOut, findVma, findVmaIndex } from './vma.js';
import { attributesFrom, mergeVma, setVmaFlags } from './vma-merge.js';
import { Vm } from './vm-flags.js';

/** mm/mlock.c: do_mlock. @throws EPERM EINVAL ENOMEM EAGAIN */
export function doMlock(k: Kernel, mm: Mm, start: number, length: number, flags: number): void {
  if (flags & ~Mlock.OnFault) throw EINVAL;
  const vmFlags = flags & Mlock.OnFault ? Vm.Locked | Vm.LockOnFault : Vm.Locked;
  checkCanMlock(k);
  const from = pageBase(start);
  const size = alignedSize(start, length);
  let pages = size / PageSize.Bytes + mm.lockedVm;
  // What of the range is locked already does not count twice.
  if (!mlockAllows(k, pages)) pages -= lockedPages(mm, from, from + size);
  if (!mlockAllows(k, pages)) throw ENOMEM;
  applyLock(k, mm, from, size, vmFlags);
  if (vmFlags & Vm.LockOnFault) return;
  const result = populateStrict(k, mm, from, size);
  if (result === FaultResult.Oom) throw EAGAIN;
  if (result !== FaultResult.Ok) throw ENOMEM;
}

export function doMunlock(k: Kernel, mm: Mm, start: number, length: number): void {
  const from = pageBase(start);
  applyLock(k, mm, from, alignedSize(start, length), 0);
}

/** Whole pages of a range. What reaches beyond 64 bits wraps to nothing, as in Linux. */
function alignedSize(start: number, length: number): number {
  return pageAlign(length + pageOffset(start)) % 2 ** 64;
}

/** count_mm_mlocked_page_nr */
function lockedPages(mm: Mm, start: number, end: number): number {
  let bytes = 0;
  for (let i = findVmaIndex(mm, start); i < mm.vmas.length && mm.vmas[i]!.start < end; i++) {
    const vma = mm.vmas[i]!;
    if (vma.flags & Vm.Locked) bytes += Math.min(vma.end, end) - Math.max(vma.start, start);
  }
  return bytes / PageSize.Bytes;
}

/** apply_vma_lock_flags. Stops at a hole. @throws EINVAL ENOMEM */
function applyLock(k: Kernel, mm: Mm, start: number, length: number, lock: number): void {
  const end = start + length;
  if (end >= 2 ** 64) throw EINVAL;
  if (length === 0) return;
  let vma = findVma(mm, start);
  if (!vma || vma.start > start) throw ENOMEM;
  let prev = start > vma.start ? vma : mm.vmas[findVmaIndex(mm, vma.start) - 1];
  for (let at = start; ;) {
    const to = Math.min(vma.end, end);
    prev = mlockFixup(k, mm, vma, prev, at, to, (vma.flags & ~Vm.LockedMask) | lock);
    at = Math.max(to, prev.end);
    if (at >= end) return;
    vma = mm.vmas[findVmaIndex(mm, prev.start) + 1];
    if (!vma || vma.start !== at) throw ENOMEM;
  }
}

/** mlock_fixup. Returns the vma that now holds [start, end). */
function mlockFixup(k: Kernel, mm: Mm, vma: Vma, prev: Vma | undefined, start: number, end: number, flags: number): Vma {
  const oldFlags = vma.flags;
  if (flags === oldFlags || oldFlags & Vm.Special || vma.frames) return vma;
  const merged = mergeVma(k, mm, prev, start, end, attributesFrom(vma, start, flags));
  let target = merged;
  if (!target) {
    target = cutOut(k, mm, vma, start, end);
    setVmaFlags(target, flags);
  }
  const pages = (end - start) / PageSize.Bytes;
  if (flags & Vm.Locked && !(oldFlags & Vm.Locked)) mm.lockedVm += pages;
  if (!(flags & Vm.Locked) && oldFlags & Vm.Locked) mm.lockedVm -= pages;
  return target;
}

/** mm/mlock.c: mlockall(2). @throws EINVAL EPERM ENOMEM */
export function doMlockAll(k: Kernel, mm: Mm, flags: number): void {
  if (flags === 0 || flags & ~(Mcl.Current | Mcl.Future | Mcl.OnFault) || flags === Mcl.OnFault) throw EINVAL;
  checkCanMlock(k);
  if (flags & Mcl.Current && !mlockAllows(k, mm.totalVm)) throw ENOMEM;
  applyLockAll(k, mm, flags);
  if (!(flags & Mcl.Current)) return;
  for (const vma of mm.vmas) if (vma.flags & Vm.Locked) populate(k, mm, vma.start, vma.end - vma.start);
}

/** apply_mlockall_flags; 0 unlocks all. */
export function applyLockAll(k: Kernel, mm: Mm, flags: number): void {
  mm.defFlags &= ~Vm.LockedMask;
  const lock = flags & Mcl.OnFault ? Vm.Locked | Vm.LockOnFault : Vm.Locked;
  if (flags & Mcl.Future) {
    mm.defFlags |= lock;
    if (!(flags & Mcl.Current)) return;
  }
  const wanted = flags & Mcl.Current ? lock : 0;
  let prev: Vma | undefined;
  for (let vma = mm.vmas[0]; vma; vma = mm.vmas[findVmaIndex(mm, prev.start) + 1]) {
    prev = mlockFixup(k, mm, vma, prev, vma.start, vma.end, (vma.flags & ~Vm.LockedMask) | wanted);
  }
}
