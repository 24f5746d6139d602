import { PageSize } from '@ring3/abi';
import { Errno } from '../errno.js';
import type { Kernel } from '../kernel.js';
import type { Mm } from './mm.js';
import { pteFrame, pteHasFrame, readPteLow } from './pte.js';
import { Vm } from './vm-flags.js';
import { linearIndex, mappingOf, vmaAt } from './vma.js';

/**
 * Up to `length` bytes at va as the program would read them, for observers: nothing is mapped, no fault is counted, no bit of a page
 * table changes. A page that is not mapped yet is read from the page cache, or is zeros. Fewer bytes where there is nothing to read.
 */
export function peekUser(k: Kernel, mm: Mm, va: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let done = 0;
  while (done < length) {
    const at = va + done;
    const offset = at & PageSize.Mask;
    const n = Math.min(length - done, PageSize.Bytes - offset);
    const frame = peekFrame(k, mm, at - offset);
    if (frame === null) break;
    if (frame !== 0) bytes.set(k.core.u8.subarray(frame + offset, frame + offset + n), done);
    done += n;
  }
  return done === length ? bytes : bytes.slice(0, done);
}

/** Host address of a page's frame; 0: it would be a page of zeros; null: it cannot be read. */
function peekFrame(k: Kernel, mm: Mm, page: number): number | null {
  const vma = vmaAt(mm, page);
  if (!vma || !(vma.flags & Vm.Read)) return null;
  const slot = k.core.pteSlot(mm.pgd, page, false);
  const low = slot === 0 ? 0 : readPteLow(k, slot);
  if (pteHasFrame(low)) return pteFrame(low);
  if (vma.frames) return vma.frames[linearIndex(vma, page)] || null;
  const mapping = mappingOf(vma);
  if (!mapping) return 0;
  try {
    return k.pageCache.getPage(k, mapping, linearIndex(vma, page));
  } catch (error) {
    if (error instanceof Errno) return null;
    throw error;
  }
}
