import { MapFlag, PageSize, Prot } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import { EINVAL } from '../errno.js';
import type { Mm, Vma } from './mm.js';
import { doMmap } from './mmap.js';
import { pageBase } from './page.js';
import { findVmaIndex } from './vma.js';
import { Vm } from './vm-flags.js';

/**
 * mm/mmap.c: remap_file_pages(2), which since 4.0 is emulated by a mapping over the range. `prot` must be 0. @throws EINVAL and
 * what mmap throws
 */
export function doRemapFilePages(k: Kernel, mm: Mm, start: number, size: number, prot: number, pgoff: number, flags: number): void {
  if (prot !== 0) throw EINVAL;
  start = pageBase(start);
  size = pageBase(size);
  if (size === 0 || start + size >= 2 ** 64) throw EINVAL;
  // Does it wrap? The largest offsets come without their last 11 bits (dispatch.ts).
  if (pgoff + size / PageSize.Bytes + 0x7ff >= 2 ** 64) throw EINVAL;
  const vma = sharedRange(mm, start, start + size);
  const access = (vma.flags & Vm.Read ? Prot.Read : 0) | (vma.flags & Vm.Write ? Prot.Write : 0) | (vma.flags & Vm.Exec ? Prot.Exec : 0);
  const locked = (vma.flags & Vm.Locked) !== 0;
  const file = vma.file!;
  // The mapping over it drops the vma's own reference.
  file.refs++;
  try {
    const mapFlags = MapFlag.Shared | MapFlag.Fixed | MapFlag.Populate | (locked ? MapFlag.Locked : 0);
    doMmap(k, mm, file, start, size, access, (flags & MapFlag.NonBlock) | mapFlags, pgoff);
  } finally {
    file.refs--;
  }
}

/** The shared mapping, in one or several adjoining vmas of one file, that covers [start, end). */
function sharedRange(mm: Mm, start: number, end: number): Vma {
  let index = findVmaIndex(mm, start);
  const first = mm.vmas[index];
  if (!first || !first.file || !(first.flags & Vm.Shared) || start < first.start) throw EINVAL;
  for (let vma = first; vma.end < end;) {
    const next = mm.vmas[++index];
    if (!next || next.start !== vma.end || next.file !== first.file || next.flags !== first.flags) throw EINVAL;
    vma = next;
  }
  return first;
}
