import { MapFlag, Pf, Prot } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import type { File } from '../vfs/file.js';
import type { Mm } from '../mm/mm.js';
import { EINVAL, ENOMEM, Errno } from '../errno.js';
import { vmBrkFlags } from '../mm/brk.js';
import { TASK_SIZE_MAX } from '../mm/layout.js';
import { doMmap, doMunmap } from '../mm/mmap.js';
import { PAGE_SIZE, pageAlign, pageBase, pageOffset } from '../mm/page.js';
import { clearUser } from '../mm/uaccess.js';
import type { ProgramHeader } from './elf-header.js';
import { execTraced, stage } from './stage.js';

/** BAD_ADDR: not in user space. Sums that went below 0 are what wraps around in C. */
export function isBadAddress(va: number): boolean {
  return va < 0 || va >= TASK_SIZE_MAX;
}

/** make_prot */
export function protOf(segmentFlags: number): number {
  return (segmentFlags & Pf.R ? Prot.Read : 0) | (segmentFlags & Pf.W ? Prot.Write : 0) | (segmentFlags & Pf.X ? Prot.Exec : 0);
}

/** Does a segment of this place and size leave user space, or have more bytes in the file than in memory? */
export function overflowsTask(va: number, segment: ProgramHeader): boolean {
  return isBadAddress(va) || segment.filesz > segment.memsz || segment.memsz > TASK_SIZE_MAX || TASK_SIZE_MAX - segment.memsz < va;
}

/** mm/util.c: vm_mmap. `offset` in bytes. @throws EINVAL unaligned offset */
function vmMmap(k: Kernel, mm: Mm, file: File, va: number, length: number, prot: number, flags: number, offset: number): number {
  if (offset < 0 || pageOffset(offset) !== 0) throw EINVAL;
  if (length <= 0 || !Number.isSafeInteger(length)) throw ENOMEM;
  // What wrapped around is above user space: a hint that mmap does not follow, and no place for MAP_FIXED.
  if (va < 0 && flags & MapFlag.Fixed) throw ENOMEM;
  return doMmap(k, mm, file, Math.max(va, 0), length, prot, flags, offset / PAGE_SIZE);
}

/**
 * Maps the file part of a segment at the page of `va`. With `totalSize` (the first segment of an image) the whole image's range is
 * claimed and what lies behind the segment given back, so that the others find room. Returns where it is.
 * Linux: fs/binfmt_elf.c: elf_map.
 */
export function elfMap(k: Kernel, mm: Mm, file: File, va: number, segment: ProgramHeader, flags: number, totalSize: number): number {
  const inPage = pageOffset(segment.vaddr);
  const size = pageAlign(segment.filesz + inPage);
  const offset = segment.offset - inPage;
  const start = pageBase(va);
  // A segment without bytes in the file is all bss: nothing to map here.
  if (size === 0) {
    if (execTraced(k)) traceMap(k, segment, start, 0, flags, totalSize, null);
    return start;
  }
  const prot = protOf(segment.flags);
  const total = totalSize === 0 ? size : pageAlign(totalSize);
  try {
    const at = vmMmap(k, mm, file, start, total, prot, flags, offset);
    if (total > size) ignoreErrno(() => doMunmap(k, mm, at + size, total - size));
    if (execTraced(k)) traceMap(k, segment, at, size, flags, totalSize, null);
    return at;
  } catch (error) {
    if (execTraced(k) && error instanceof Errno) traceMap(k, segment, null, size, flags, totalSize, error);
    throw error;
  }
}

function traceMap(
  k: Kernel,
  segment: ProgramHeader,
  at: number | null,
  size: number,
  mapFlags: number,
  total: number,
  errno: Errno | null,
) {
  const { offset, filesz, memsz, flags, vaddr } = segment;
  const fixed = (mapFlags & MapFlag.Fixed) !== 0;
  stage(k, 'elf_map', { vaddr, offset, filesz, memsz, flags, fixed, total_size: total, address: at, size, errno: errno?.name ?? null });
}

/**
 * Maps the zero pages between the page ends of `start` and `end`, and puts the brk at the end. Linux: fs/binfmt_elf.c: set_brk.
 */
export function setBrk(k: Kernel, mm: Mm, start: number, end: number, prot: number): void {
  const from = pageAlign(start);
  const to = pageAlign(end);
  if (to > from) vmBrkFlags(k, mm, from, to - from, (prot & Prot.Exec) !== 0);
  mm.startBrk = mm.brk = to;
  if (execTraced(k)) stage(k, 'set_brk', { bss: start, end, mapped: Math.max(to - from, 0), brk: to });
}

/** Clears from `bss` to the end of its page. Linux: fs/binfmt_elf.c: padzero. @throws EFAULT the page cannot be written */
export function padZero(k: Kernel, bss: number): void {
  const inPage = pageOffset(bss);
  if (inPage === 0) return;
  clearUser(k, bss, PAGE_SIZE - inPage);
  if (execTraced(k)) stage(k, 'padzero', { start: bss, bytes: PAGE_SIZE - inPage });
}

/** For the steps whose failure Linux does not look at. */
export function ignoreErrno(action: () => void): void {
  try {
    action();
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
  }
}
