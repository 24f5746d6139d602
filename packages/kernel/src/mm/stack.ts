import { PageSize } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import { Errno } from '../errno.js';
import { commitMemory, mayExpandVm, mlockAllows, stackRlimit, statAccount } from './account.js';
import { prepareAnonVma } from './anon-vma.js';
import { STACK_GUARD_GAP } from './layout.js';
import { traceMm } from '../trace/mm-trace.js';
import { Trace } from '../trace/tracer.js';
import type { Mm, Vma } from './mm.js';
import { pageBase } from './page.js';
import { findVmaIndex } from './vma.js';
import { Vm } from './vm-flags.js';

/**
 * mm/mmap.c: expand_stack, expand_downwards. Grows a Vm.GrowsDown vma so that it contains va (which lies below it). False where the
 * guard gap, RLIMIT_STACK, RLIMIT_AS or the commit limit forbid it. How far rsp is away does not matter (since 4.20).
 */
export function expandStack(k: Kernel, mm: Mm, vma: Vma, va: number): boolean {
  const start = pageBase(va);
  if (start < k.vm.mmapMinAddr) return false;
  const prev = mm.vmas[findVmaIndex(mm, vma.start) - 1];
  if (prev && !(prev.flags & Vm.GrowsDown) && prev.flags & Vm.Access && start - prev.end < STACK_GUARD_GAP) return false;
  if (prev && start < prev.end) return false;
  prepareAnonVma(k, mm, vma);
  if (start >= vma.start) return true;
  const pages = (vma.start - start) / PageSize.Bytes;
  if (pages > vma.pgoff || !mayGrow(k, mm, vma, vma.end - start, pages)) return false;
  if (k.trace.on(Trace.Mm)) traceMm(k, 'mm:expand_stack', { address: va, old_start: vma.start, start, end: vma.end });
  vma.start = start;
  vma.pgoff -= pages;
  statAccount(mm, vma.flags, pages);
  if (vma.flags & Vm.Locked) mm.lockedVm += pages;
  return true;
}

/** acct_stack_growth */
function mayGrow(k: Kernel, mm: Mm, vma: Vma, size: number, pages: number): boolean {
  if (!mayExpandVm(k, mm, vma.flags, pages)) return false;
  if (size > stackRlimit(k)) return false;
  if (vma.flags & Vm.Locked && !mlockAllows(k, mm.lockedVm + pages)) return false;
  // Linux charges here even what it never gives back (a stack without reserve).
  if (!(vma.flags & Vm.Account)) return true;
  try {
    commitMemory(k, mm, pages);
  } catch (error) {
    if (error instanceof Errno) return false;
    throw error;
  }
  return true;
}
