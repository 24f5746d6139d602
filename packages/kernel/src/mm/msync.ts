import { Msync } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import { EBUSY, EINVAL, ENOMEM } from '../errno.js';
import type { Mm } from './mm.js';
import { pageAlign, pageOffset } from './page.js';
import { findVmaIndex, linearIndex, mappingOf } from './vma.js';
import { Vm } from './vm-flags.js';

/** mm/msync.c: msync(2). Holes do not stop it, but make the result ENOMEM. @throws EINVAL ENOMEM EBUSY EIO */
export function doMsync(k: Kernel, mm: Mm, start: number, length: number, flags: number): void {
  if (flags & ~(Msync.Async | Msync.Invalidate | Msync.Sync)) throw EINVAL;
  if (pageOffset(start)) throw EINVAL;
  if ((flags & (Msync.Async | Msync.Sync)) === (Msync.Async | Msync.Sync)) throw EINVAL;
  const size = pageAlign(length);
  // Rounding up wraps to nothing.
  if (size >= 2 ** 64) return;
  const end = start + size;
  if (end >= 2 ** 64) throw ENOMEM;
  if (end === start) return;
  let at = start;
  let hole = false;
  for (let i = findVmaIndex(mm, start); at < end; i++) {
    const vma = mm.vmas[i];
    if (!vma) throw ENOMEM;
    if (at < vma.start) {
      hole = true;
      at = vma.start;
      if (at >= end) break;
    }
    if (flags & Msync.Invalidate && vma.flags & Vm.Locked) throw EBUSY;
    const to = Math.min(vma.end, end);
    const mapping = mappingOf(vma);
    if (flags & Msync.Sync && mapping && vma.flags & Vm.Shared) {
      k.pageCache.writeback(k, mapping, linearIndex(vma, at), linearIndex(vma, to) - 1);
    }
    at = to;
  }
  if (hole) throw ENOMEM;
}
