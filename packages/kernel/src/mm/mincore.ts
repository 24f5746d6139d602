import { PageSize } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import { EINVAL, ENOMEM } from '../errno.js';
import type { Mm, Vma } from './mm.js';
import { pageAlign, pageOffset } from './page.js';
import { pteHasFrame, readPteLow } from './pte.js';
import { accessOk, copyToUser } from './uaccess.js';
import { TASK_SIZE_MAX } from './layout.js';
import { couldWrite } from './could-write.js';
import { findVma, linearIndex, mappingOf } from './vma.js';

/** mm/mincore.c: mincore(2). One byte per page to `out`: 1 = in memory. @throws EINVAL ENOMEM EFAULT */
export function doMincore(k: Kernel, mm: Mm, start: number, length: number, out: number): void {
  if (pageOffset(start)) throw EINVAL;
  // access_ok of the range itself fails as ENOMEM here.
  if (start + length > TASK_SIZE_MAX) throw ENOMEM;
  const pages = pageAlign(length) / PageSize.Bytes;
  accessOk(k, out, pages);
  for (let done = 0; done < pages;) {
    const vma = findVma(mm, start + done * PageSize.Bytes);
    const va = start + done * PageSize.Bytes;
    if (!vma || va < vma.start) throw ENOMEM;
    const n = Math.min(pages - done, (vma.end - va) / PageSize.Bytes, PageSize.Bytes);
    const bytes = new Uint8Array(n);
    const shown = mayKnow(k, vma);
    for (let i = 0; i < n; i++) bytes[i] = !shown || isResident(k, mm, vma, va + i * PageSize.Bytes) ? 1 : 0;
    copyToUser(k, out + done, bytes);
    done += n;
  }
}

/**
 * can_do_mincore: what is cached of a file says what others read; only who could write the file learns it, the rest sees all resident.
 */
function mayKnow(k: Kernel, vma: Vma): boolean {
  if (!mappingOf(vma) && !vma.frames) return true;
  return vma.file !== null && couldWrite(k, vma.file.inode);
}

/** mincore_pte_range, __mincore_unmapped_range: mapped, or in the page cache. */
function isResident(k: Kernel, mm: Mm, vma: Vma, va: number): boolean {
  const slot = k.core.pteSlot(mm.pgd, va, false);
  if (slot !== 0 && pteHasFrame(readPteLow(k, slot))) return true;
  const mapping = mappingOf(vma);
  return mapping !== null && mapping.pages.has(linearIndex(vma, va));
}
