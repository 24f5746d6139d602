import { Cap, MapFlag } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import { EINVAL, ENOMEM, EPERM } from '../errno.js';
import { randomBits, randomizes, TASK_SIZE_MAX } from './layout.js';
import type { Mm } from './mm.js';
import { PAGE_SIZE, pageAlign, pageBase, pageOffset } from './page.js';
import { findVma, findVmaIndex, startGap } from './vma.js';

/** The window of MAP_32BIT (find_start_end), and within how many pages of it searches begin where addresses are random. */
const LOW_BEGIN = 0x4000_0000;
const LOW_END = 0x8000_0000;
const LOW_RANDOM_BITS = 13;

/**
 * mm/mmap.c: get_unmapped_area. Where a new mapping of `length` bytes (page multiple) goes: at `hint` if MAP_FIXED or free there, else
 * where the layout says. @throws ENOMEM no room · EINVAL a fixed address that is no page's · EPERM below mmap_min_addr
 */
export function getUnmappedArea(k: Kernel, mm: Mm, hint: number, length: number, flags: number): number {
  if (length > TASK_SIZE_MAX) throw ENOMEM;
  const va = flags & MapFlag.Fixed ? hint : findFree(k, mm, hint, length, flags);
  if (va > TASK_SIZE_MAX - length) throw ENOMEM;
  if (pageOffset(va)) throw EINVAL;
  if (va < k.vm.mmapMinAddr && !k.current.cred.capable(Cap.SYS_RAWIO)) throw EPERM;
  return va;
}

function findFree(k: Kernel, mm: Mm, hint: number, length: number, flags: number): number {
  if (length > mm.taskSize) throw ENOMEM;
  if (flags & MapFlag.Bit32) {
    const begin = LOW_BEGIN + (randomizes(k) ? randomBits(k, LOW_RANDOM_BITS) * PAGE_SIZE : 0);
    return bottomUp(mm, hint, length, begin, LOW_END);
  }
  if (mm.legacyLayout) return bottomUp(mm, hint, length, mm.mmapLegacyBase, mm.taskSize);
  if (hint) {
    const va = pageBase(hint);
    if (va + length <= mm.taskSize && isFree(mm, va, length)) return va;
  }
  const va = topDown(mm, length, mm.mmapBase);
  if (va > 0) return va;
  // Nothing below the base: what is left above it.
  return bottomUp(mm, hint, length, mm.mmapLegacyBase, mm.taskSize);
}

function isFree(mm: Mm, va: number, length: number): boolean {
  const vma = findVma(mm, va);
  return !vma || va + length <= startGap(vma);
}

/** arch_get_unmapped_area */
function bottomUp(mm: Mm, hint: number, length: number, begin: number, end: number): number {
  if (length > end) throw ENOMEM;
  if (hint) {
    const va = pageAlign(hint);
    if (end - length >= va && isFree(mm, va, length)) return va;
  }
  let gapStart = begin;
  for (let i = findVmaIndex(mm, begin); i < mm.vmas.length; i++) {
    const vma = mm.vmas[i]!;
    const gapEnd = Math.min(startGap(vma), end);
    if (gapEnd - gapStart >= length) return gapStart;
    if (vma.end > gapStart) gapStart = vma.end;
    if (gapStart + length > end) throw ENOMEM;
  }
  if (end - gapStart < length) throw ENOMEM;
  return gapStart;
}

/** unmapped_area_topdown: the end of the highest gap below `high` that is long enough, less the length; 0 = none. */
function topDown(mm: Mm, length: number, high: number): number {
  const { vmas } = mm;
  // The gap below vmas[i + 1] and above vmas[i].
  let above = vmas[findVmaIndex(mm, high)];
  for (let i = findVmaIndex(mm, high) - 1; i >= -1; i--) {
    const gapStart = i >= 0 ? vmas[i]!.end : PAGE_SIZE;
    const gapEnd = Math.min(above ? startGap(above) : high, high);
    if (gapEnd - gapStart >= length) return gapEnd - length;
    above = vmas[i];
  }
  return 0;
}
