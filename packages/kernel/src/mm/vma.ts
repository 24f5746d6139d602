import { PageSize } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import type { AddressSpace } from './address-space.js';
import type { File } from '../vfs/file.js';
import { fput } from '../vfs/file-table.js';
import { ENOMEM } from '../errno.js';
import { shareAnonVma, unlinkAnonVmas } from './anon-vma-chain.js';
import { STACK_GUARD_GAP } from './layout.js';
import { Vma, type Mm } from './mm.js';
import { Vm } from './vm-flags.js';

/** The vma set of an address space: a sorted array. Indexes are valid until the set changes. */

/** Index of the first vma that ends above `va`; mm.vmas.length if none. */
export function findVmaIndex(mm: Mm, va: number): number {
  const { vmas } = mm;
  let low = 0;
  let high = vmas.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (vmas[middle]!.end > va) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** mm/mmap.c: find_vma. The first vma that ends above `va`: it need not contain it. */
export function findVma(mm: Mm, va: number): Vma | undefined {
  return mm.vmas[findVmaIndex(mm, va)];
}

/** The vma that contains va. */
export function vmaAt(mm: Mm, va: number): Vma | undefined {
  const vma = findVma(mm, va);
  return vma && vma.start <= va ? vma : undefined;
}

/** The first vma that overlaps [start, end) (find_vma_intersection). */
export function findIntersection(mm: Mm, start: number, end: number): Vma | undefined {
  const vma = findVma(mm, start);
  return vma && vma.start < end ? vma : undefined;
}

/** vm_start_gap: where the space that a vma claims begins; a stack claims its guard gap too. */
export function startGap(vma: Vma): number {
  return vma.flags & Vm.GrowsDown ? Math.max(0, vma.start - STACK_GUARD_GAP) : vma.start;
}

/** The page cache that a vma's pages come from; null: anonymous memory, also as a private mapping of /dev/zero. */
export function mappingOf(vma: Vma): AddressSpace | null {
  return vma.file ? vma.file.inode.mapping : null;
}

/** Index in the file (or of the anonymous memory) of the page at va. */
export function linearIndex(vma: Vma, va: number): number {
  return vma.pgoff + Math.floor((va - vma.start) / PageSize.Bytes);
}

/** Links a vma to its file's i_mmap and its deny-write count (__vma_link_file). */
export function linkFile(vma: Vma): void {
  const mapping = mappingOf(vma);
  if (!mapping || !vma.file) return;
  mapping.vmas.add(vma);
  if (vma.flags & Vm.DenyWrite) vma.file.inode.writeCount--;
  if (vma.flags & Vm.Shared) mapping.writableMaps++;
}

export function unlinkFile(vma: Vma): void {
  const mapping = mappingOf(vma);
  if (!mapping || !vma.file) return;
  mapping.vmas.delete(vma);
  if (vma.flags & Vm.DenyWrite) vma.file.inode.writeCount++;
  if (vma.flags & Vm.Shared) mapping.writableMaps--;
}

/** Another vma holds the file too. */
export function holdFile(file: File | null): void {
  if (file) file.refs++;
}

/** mm/mmap.c: vma_link. The range must be free; the vma holds a reference of its file already. */
export function insertVma(mm: Mm, vma: Vma): void {
  vma.mm = mm;
  mm.vmas.splice(findVmaIndex(mm, vma.start), 0, vma);
  linkFile(vma);
}

/** remove_vma, for one that is in no set any more. */
export function dropVma(k: Kernel, vma: Vma): void {
  unlinkFile(vma);
  unlinkAnonVmas(vma);
  vma.mm = null;
  if (vma.file) fput(k, vma.file);
}

/** A vma with the same attributes (vm_area_dup), in no set, holding its file. */
export function copyVma(vma: Vma, start: number, end: number, pgoff: number): Vma {
  const copy = new Vma(start, end, vma.flags);
  copy.pgoff = pgoff;
  copy.file = vma.file;
  copy.name = vma.name;
  copy.frames = vma.frames;
  copy.userfault = vma.userfault;
  shareAnonVma(copy, vma);
  holdFile(copy.file);
  return copy;
}

/** mm/mmap.c: __split_vma. Cuts at `at`; `vma` stays the lower part. Returns the upper one. */
function splitAt(mm: Mm, vma: Vma, at: number): Vma {
  const upper = copyVma(vma, at, vma.end, linearIndex(vma, at));
  vma.end = at;
  upper.mm = mm;
  mm.vmas.splice(findVmaIndex(mm, vma.start) + 1, 0, upper);
  linkFile(upper);
  return upper;
}

/** split_vma: refuses when the set is full. @returns the upper part @throws ENOMEM */
export function splitVma(k: Kernel, mm: Mm, vma: Vma, at: number): Vma {
  if (mm.vmas.length >= k.vm.maxMapCount) throw ENOMEM;
  return splitAt(mm, vma, at);
}

/** Splits `vma` so that [start, end), a part of it, becomes a vma of its own, which is returned. @throws ENOMEM */
export function cutOut(k: Kernel, mm: Mm, vma: Vma, start: number, end: number): Vma {
  const part = start === vma.start ? vma : splitVma(k, mm, vma, start);
  if (end !== part.end) splitVma(k, mm, part, end);
  return part;
}

/** split_vma for munmap, which checked the count itself. */
export function splitVmaUnchecked(mm: Mm, vma: Vma, at: number): Vma {
  return splitAt(mm, vma, at);
}
