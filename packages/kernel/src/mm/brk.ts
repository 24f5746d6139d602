import { MapFlag, PageSize } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import { ENOMEM, Errno } from '../errno.js';
import { checkMlockFuture, commitMemory, dataRlimitAllows, mayExpandVm, statAccount } from './account.js';
import { traceMm } from '../trace/mm-trace.js';
import { Trace } from '../trace/tracer.js';
import { Vma, type Mm } from './mm.js';
import { doMunmap } from './munmap.js';
import { pageAlign } from './page.js';
import { populate } from './populate.js';
import { getUnmappedArea } from './unmapped-area.js';
import { findIntersection, findVma, findVmaIndex, insertVma, startGap } from './vma.js';
import { mergeVma } from './vma-merge.js';
import { dataDefaultFlags, Vm } from './vm-flags.js';

/** mm/mmap.c: brk(2). Returns the break that holds afterwards; it never fails otherwise. */
export function doBrk(k: Kernel, mm: Mm, brk: number): number {
  if (brk < mm.startBrk) return mm.brk;
  if (!dataRlimitAllows(k, brk - mm.startBrk + mm.endData - mm.startData)) return mm.brk;
  const newEnd = pageAlign(brk);
  const oldEnd = pageAlign(mm.brk);
  if (newEnd === oldEnd) {
    mm.brk = brk;
    return brk;
  }
  try {
    if (brk <= mm.brk) {
      doMunmap(k, mm, newEnd, oldEnd - newEnd);
      mm.brk = brk;
      if (k.trace.on(Trace.Mm)) traceMm(k, 'mm:brk', { start_brk: mm.startBrk, brk });
      return brk;
    }
    const next = findVma(mm, oldEnd);
    if (next && newEnd + PageSize.Bytes > startGap(next)) return mm.brk;
    vmBrkFlags(k, mm, oldEnd, newEnd - oldEnd, false);
  } catch (error) {
    if (error instanceof Errno) return mm.brk;
    throw error;
  }
  mm.brk = brk;
  if (k.trace.on(Trace.Mm)) traceMm(k, 'mm:brk', { start_brk: mm.startBrk, brk });
  if (mm.defFlags & Vm.Locked) populate(k, mm, oldEnd, newEnd - oldEnd);
  return brk;
}

/**
 * mm/mmap.c: do_brk_flags, vm_brk_flags. Anonymous private memory at a fixed place: the heap, and the bss of an ELF segment
 * (`exec`: executable). Replaces what is there. @throws ENOMEM EAGAIN EINVAL
 */
export function vmBrkFlags(k: Kernel, mm: Mm, start: number, length: number, exec: boolean): void {
  length = pageAlign(length);
  if (length === 0) return;
  const flags = dataDefaultFlags(k) | Vm.Account | mm.defFlags | (exec ? Vm.Exec : 0);
  const pages = length / PageSize.Bytes;
  const end = start + length;
  getUnmappedArea(k, mm, start, length, MapFlag.Fixed);
  checkMlockFuture(k, mm, mm.defFlags, pages);
  if (findIntersection(mm, start, end)) doMunmap(k, mm, start, length);
  if (!mayExpandVm(k, mm, flags, pages)) throw ENOMEM;
  if (mm.vmas.length > k.vm.maxMapCount) throw ENOMEM;
  commitMemory(k, mm, pages);
  const pgoff = start / PageSize.Bytes;
  const prev = mm.vmas[findVmaIndex(mm, start) - 1];
  const merged = mergeVma(k, mm, prev, start, end, { flags, anonVma: 0, file: null, pgoff });
  if (merged) merged.flags |= Vm.SoftDirty;
  else {
    const vma = new Vma(start, end, flags | Vm.SoftDirty);
    vma.pgoff = pgoff;
    insertVma(mm, vma);
  }
  statAccount(mm, flags, pages);
  if (k.trace.on(Trace.Mm)) traceMm(k, 'mm:vm_brk_flags', { start, end, exec });
  if (flags & Vm.Locked) mm.lockedVm += pages;
}
