import type { Kernel } from '../kernel.js';
import { EINVAL, ENOMEM } from '../errno.js';
import { statAccount, uncommitMemory, vmaPages } from './account.js';
import { TASK_SIZE_MAX } from './layout.js';
import { traceMm } from '../trace/mm-trace.js';
import { Trace } from '../trace/tracer.js';
import type { Mm, Vma } from './mm.js';
import { pageAlign, pageOffset } from './page.js';
import { dropVma, findVma, findVmaIndex, splitVmaUnchecked } from './vma.js';
import { Vm } from './vm-flags.js';
import { zapRange } from './zap.js';

/** mm/mmap.c: __do_munmap. Unmapping what is not mapped is fine. @throws EINVAL · ENOMEM the split would make one vma too many */
export function doMunmap(k: Kernel, mm: Mm, start: number, length: number): void {
  if (pageOffset(start) || start > TASK_SIZE_MAX || length > TASK_SIZE_MAX - start) throw EINVAL;
  const end = start + pageAlign(length);
  if (end === start) throw EINVAL;
  const first = findVma(mm, start);
  if (!first || first.start >= end) return;
  if (start > first.start) {
    if (end < first.end && mm.vmas.length >= k.vm.maxMapCount) throw ENOMEM;
    splitVmaUnchecked(mm, first, start);
  }
  const last = findVma(mm, end);
  if (last && end > last.start) splitVmaUnchecked(mm, last, end);
  const from = findVmaIndex(mm, start);
  let to = from;
  while (to < mm.vmas.length && mm.vmas[to]!.start < end) to++;
  for (const vma of mm.vmas.splice(from, to - from)) release(k, mm, vma);
  if (k.trace.on(Trace.Mm)) traceMm(k, 'mm:munmap', { start, end });
}

function release(k: Kernel, mm: Mm, vma: Vma): void {
  const pages = vmaPages(vma);
  if (vma.flags & Vm.Locked) mm.lockedVm -= pages;
  zapRange(k, mm, vma, vma.start, vma.end);
  statAccount(mm, vma.flags, -pages);
  if (vma.flags & Vm.Account) uncommitMemory(k, pages);
  dropVma(k, vma);
}
