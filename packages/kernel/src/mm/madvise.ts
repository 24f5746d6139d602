import { Cap, Falloc, Madv, PageSize } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import { EACCES, EINVAL, ENOMEM, EPERM } from '../errno.js';
import type { Mm, Vma } from './mm.js';
import { pageAlign, pageOffset } from './page.js';
import { freeLazily } from './lazy-free.js';
import { makeCold, pageOut } from './page-out.js';
import { readAhead } from './readahead.js';
import { cutOut, findVma, findVmaIndex, linearIndex, mappingOf } from './vma.js';
import { attributesFrom, mergeVma, setVmaFlags } from './vma-merge.js';
import { Vm } from './vm-flags.js';
import { zapRange } from './zap.js';

/** Advice that changes vm_flags, and how (madvise_behavior). null: not such advice. @throws EINVAL the vma cannot take it */
function flagsByAdvice(vma: Vma, advice: number): number | null {
  const { flags } = vma;
  switch (advice) {
    case Madv.Normal:
      return flags & ~(Vm.RandRead | Vm.SeqRead);
    case Madv.Sequential:
      return (flags & ~Vm.RandRead) | Vm.SeqRead;
    case Madv.Random:
      return (flags & ~Vm.SeqRead) | Vm.RandRead;
    case Madv.DontFork:
      return flags | Vm.DontCopy;
    case Madv.DoFork:
      if (flags & Vm.Io) throw EINVAL;
      return flags & ~Vm.DontCopy;
    case Madv.WipeOnFork:
      if (vma.file || flags & Vm.Shared) throw EINVAL;
      return flags | Vm.WipeOnFork;
    case Madv.KeepOnFork:
      return flags & ~Vm.WipeOnFork;
    case Madv.DontDump:
      return flags | Vm.DontDump;
    case Madv.DoDump:
      if (flags & Vm.Special) throw EINVAL;
      return flags & ~Vm.DontDump;
    case Madv.Mergeable:
      // ksm_madvise: shared and special memory is silently left alone.
      if (flags & (Vm.Mergeable | Vm.Shared | Vm.MayShare | Vm.PfnMap | Vm.Io | Vm.DontExpand | Vm.MixedMap)) return flags;
      return flags | Vm.Mergeable;
    case Madv.Unmergeable:
      return flags & ~Vm.Mergeable;
    case Madv.HugePage:
      return (flags & ~Vm.NoHugePage) | Vm.HugePage;
    case Madv.NoHugePage:
      return (flags & ~Vm.HugePage) | Vm.NoHugePage;
    default:
      return null;
  }
}

function isKnown(advice: number): boolean {
  return (advice >= Madv.Normal && advice <= Madv.DontNeed) || (advice >= Madv.Free && advice <= Madv.PageOut);
}

/**
 * mm/madvise.c: madvise(2). Holes do not stop it, but make the result ENOMEM.
 * @throws EINVAL EACCES ENOMEM EPERM
 */
export function doMadvise(k: Kernel, mm: Mm, start: number, length: number, advice: number): void {
  const injects = advice === Madv.HwPoison || advice === Madv.SoftOffline;
  if (!(isKnown(advice) || injects) || pageOffset(start)) throw EINVAL;
  const end = start + pageAlign(length);
  if (end >= 2 ** 64) throw EINVAL;
  if (end === start) return;
  // madvise_inject_error: no memory of this machine can fail.
  if (injects) throw k.current.cred.capable(Cap.SYS_ADMIN) ? EINVAL : EPERM;
  let hole = false;
  let at = start;
  let vma = findVma(mm, start);
  let prev = vma && start > vma.start ? vma : mm.vmas[findVmaIndex(mm, start) - 1];
  for (;;) {
    if (!vma) throw ENOMEM;
    if (at < vma.start) {
      hole = true;
      at = vma.start;
      if (at >= end) break;
    }
    const to = Math.min(vma.end, end);
    prev = adviseVma(k, mm, vma, prev, at, to, advice);
    at = Math.max(to, prev.end);
    if (at >= end) break;
    vma = mm.vmas[findVmaIndex(mm, prev.start) + 1];
  }
  if (hole) throw ENOMEM;
}

/** madvise_vma. Returns the vma that now holds the range. */
function adviseVma(k: Kernel, mm: Mm, vma: Vma, prev: Vma | undefined, start: number, end: number, advice: number): Vma {
  switch (advice) {
    case Madv.DontNeed:
      if (vma.flags & (Vm.Locked | Vm.HugeTlb | Vm.PfnMap)) throw EINVAL;
      zapRange(k, mm, vma, start, end);
      return vma;
    case Madv.Free:
      if (mappingOf(vma) || vma.frames || vma.flags & (Vm.Locked | Vm.HugeTlb | Vm.PfnMap)) throw EINVAL;
      freeLazily(k, mm, start, end);
      return vma;
    case Madv.Cold:
      if (vma.flags & (Vm.Locked | Vm.HugeTlb | Vm.PfnMap)) throw EINVAL;
      makeCold(k, mm, start, end);
      return vma;
    case Madv.PageOut:
      if (vma.flags & (Vm.Locked | Vm.HugeTlb | Vm.PfnMap)) throw EINVAL;
      pageOut(k, mm, vma, start, end);
      return vma;
    case Madv.WillNeed:
      willNeed(k, vma, start, end);
      return vma;
    case Madv.Remove:
      removeRange(k, vma, start, end);
      return vma;
    default:
      return changeFlags(k, mm, vma, prev, start, end, flagsByAdvice(vma, advice)!);
  }
}

function changeFlags(k: Kernel, mm: Mm, vma: Vma, prev: Vma | undefined, start: number, end: number, flags: number): Vma {
  if (flags === vma.flags) return vma;
  const merged = mergeVma(k, mm, prev, start, end, attributesFrom(vma, start, flags));
  if (merged) return merged;
  const target = cutOut(k, mm, vma, start, end);
  setVmaFlags(target, flags);
  return target;
}

/** madvise_willneed: reads the file's pages into the cache. */
function willNeed(k: Kernel, vma: Vma, start: number, end: number): void {
  const mapping = mappingOf(vma);
  if (mapping?.evictable) readAhead(k, mapping, linearIndex(vma, start), linearIndex(vma, end));
}

/** madvise_remove: punches a hole into the file behind a shared writable mapping. */
function removeRange(k: Kernel, vma: Vma, start: number, end: number): void {
  if (vma.flags & Vm.Locked || !vma.file) throw EINVAL;
  if ((vma.flags & (Vm.Shared | Vm.Write)) !== (Vm.Shared | Vm.Write)) throw EACCES;
  const offset = linearIndex(vma, start) * PageSize.Bytes;
  vma.file.inode.fallocate(k, Falloc.PUNCH_HOLE | Falloc.KEEP_SIZE, offset, end - start);
}
