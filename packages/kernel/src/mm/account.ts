import { Cap, Header, MemoryMap, Overcommit, PageSize, RLimit } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import type { Mm, Vma } from './mm.js';
import { EAGAIN, ENOMEM, EPERM } from '../errno.js';
import { isDataMapping, isExecMapping, isStackMapping, Vm } from './vm-flags.js';

/** What an address space may have, and what it has. Counts are in pages. */

function limit(k: Kernel, which: RLimit): number {
  return k.current.signal.rlimits[which]?.cur ?? Infinity;
}

function limitPages(k: Kernel, which: RLimit): number {
  return Math.floor(limit(k, which) / PageSize.Bytes);
}

/** Bytes. */
export function stackRlimit(k: Kernel): number {
  return limit(k, RLimit.STACK);
}

/** RLIMIT_DATA against brk area and data segment (check_data_rlimit); true = allowed. */
export function dataRlimitAllows(k: Kernel, bytes: number): boolean {
  return bytes <= limit(k, RLimit.DATA);
}

/** mm/mmap.c: vm_stat_account. `pages` may be negative. */
export function statAccount(mm: Mm, flags: number, pages: number): void {
  mm.totalVm += pages;
  if (mm.totalVm > mm.hiwaterVm) mm.hiwaterVm = mm.totalVm;
  if (isExecMapping(flags)) mm.execVm += pages;
  else if (isStackMapping(flags)) mm.stackVm += pages;
  else if (isDataMapping(flags)) mm.dataVm += pages;
}

/** mm/mmap.c: may_expand_vm. Do RLIMIT_AS and RLIMIT_DATA allow `pages` more? */
export function mayExpandVm(k: Kernel, mm: Mm, flags: number, pages: number): boolean {
  if (mm.totalVm + pages > limitPages(k, RLimit.AS)) return false;
  if (!isDataMapping(flags) || mm.dataVm + pages <= limitPages(k, RLimit.DATA)) return true;
  const data = k.current.signal.rlimits[RLimit.DATA];
  return data !== undefined && data.cur === 0 && mm.dataVm + pages <= Math.floor(data.max / PageSize.Bytes);
}

/** Frames of the machine (totalram_pages). */
export function totalRamPages(k: Kernel): number {
  return k.core.u32[(MemoryMap.Header + Header.FrameCount) >>> 2]!;
}

/** vm_commit_limit: with overcommit_memory 2. There is no swap. */
export function commitLimit(k: Kernel): number {
  const { overcommitKbytes, overcommitRatio } = k.vm;
  return overcommitKbytes ? overcommitKbytes >>> 2 : Math.floor((totalRamPages(k) * overcommitRatio) / 100);
}

/** mm/util.c: __vm_enough_memory. Commits `pages` for mm; null: for nobody's. @throws ENOMEM */
export function commitMemory(k: Kernel, mm: Mm | null, pages: number): void {
  const mode = k.vm.overcommitMemory;
  if (mode === Overcommit.Guess && pages > totalRamPages(k)) throw ENOMEM;
  if (mode === Overcommit.Never) {
    const admin = k.current.cred.capable(Cap.SYS_ADMIN);
    // Something stays for the administrator, and as much as 1/32 of the process for its user.
    const allowed =
      commitLimit(k) - (admin ? 0 : k.vm.adminReserveKbytes >>> 2) - Math.min((mm?.totalVm ?? 0) / 32, k.vm.userReserveKbytes >>> 2);
    if (k.vm.committed + pages >= allowed) throw ENOMEM;
  }
  k.vm.committed += pages;
}

export function uncommitMemory(k: Kernel, pages: number): void {
  k.vm.committed -= pages;
}

/** mm/mlock.c: can_do_mlock. @throws EPERM */
export function checkCanMlock(k: Kernel): void {
  if (limit(k, RLimit.MEMLOCK) === 0 && !k.current.cred.capable(Cap.IPC_LOCK)) throw EPERM;
}

/** Is `pages` of locked memory in all within RLIMIT_MEMLOCK? */
export function mlockAllows(k: Kernel, pages: number): boolean {
  return pages <= limitPages(k, RLimit.MEMLOCK) || k.current.cred.capable(Cap.IPC_LOCK);
}

/** mm/mmap.c: mlock_future_check. @throws EAGAIN */
export function checkMlockFuture(k: Kernel, mm: Mm, flags: number, pages: number): void {
  if (flags & Vm.Locked && !mlockAllows(k, mm.lockedVm + pages)) throw EAGAIN;
}

export function vmaPages(vma: Vma): number {
  return (vma.end - vma.start) / PageSize.Bytes;
}

/** get_mm_rss */
export function rssOf(mm: Mm): number {
  return mm.rssAnon + mm.rssFile + mm.rssShmem;
}

/** Called after every increase (update_hiwater_rss). */
export function noteRss(mm: Mm): void {
  const rss = mm.rssAnon + mm.rssFile + mm.rssShmem;
  if (rss > mm.hiwaterRss) mm.hiwaterRss = rss;
}
