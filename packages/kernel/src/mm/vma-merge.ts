import { PageSize } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import type { File } from '../vfs/file.js';
import { shareAnonVma } from './anon-vma-chain.js';
import type { Mm, Vma } from './mm.js';
import type { Userfaultfd } from './userfaultfd.js';
import { dropVma, findVmaIndex, linearIndex, linkFile, unlinkFile } from './vma.js';
import { Vm } from './vm-flags.js';

/** What a range would be as a vma of its own. */
export interface VmaAttributes {
  flags: number;
  anonVma: number;
  file: File | null;
  pgoff: number;
  /** Absent: none. */
  userfault?: Userfaultfd | null;
}

function isMergeable(vma: Vma, attributes: VmaAttributes): boolean {
  return (
    ((vma.flags ^ attributes.flags) & ~Vm.SoftDirty) === 0 &&
    vma.file === attributes.file &&
    vma.userfault === (attributes.userfault ?? null) &&
    vma.frames === null
  );
}

/**
 * is_mergeable_anon_vma. A vma whose chain is longer than one was cloned from a parent's: it does not take in memory that has no
 * anon_vma yet. Nor does one without any take in memory that has one: 5.4 asks for a chain of exactly one.
 */
function isMergeableAnon(a: number, b: number, vma: Vma | null): boolean {
  if ((a === 0 || b === 0) && (!vma || vma.anonChain.length === 1)) return true;
  return a === b;
}

/** can_vma_merge_after: may the range follow `vma` in it? */
function canMergeAfter(vma: Vma, attributes: VmaAttributes): boolean {
  return (
    isMergeable(vma, attributes) && isMergeableAnon(attributes.anonVma, vma.anonVma, vma) && linearIndex(vma, vma.end) === attributes.pgoff
  );
}

/** can_vma_merge_before: may the range of `pages` precede `vma` in it? */
function canMergeBefore(vma: Vma, attributes: VmaAttributes, pages: number): boolean {
  return isMergeable(vma, attributes) && isMergeableAnon(attributes.anonVma, vma.anonVma, vma) && vma.pgoff === attributes.pgoff + pages;
}

/** __vma_adjust: `keep` comes to span [start, end); what it now covers of its neighbours is taken away from them. */
function adjust(k: Kernel, mm: Mm, keep: Vma, start: number, end: number): void {
  const pgoff = keep.pgoff + (start - keep.start) / PageSize.Bytes;
  const low = findVmaIndex(mm, start);
  const removed: Vma[] = [];
  for (let i = low; i < mm.vmas.length && mm.vmas[i]!.start < end;) {
    const vma = mm.vmas[i]!;
    if (vma === keep) {
      i++;
      continue;
    }
    if (keep.anonVma === 0 && vma.anonVma !== 0) shareAnonVma(keep, vma);
    if (vma.start >= start && vma.end <= end) {
      removed.push(vma);
      mm.vmas.splice(i, 1);
      continue;
    }
    if (vma.start < start) vma.end = start;
    else {
      vma.pgoff = linearIndex(vma, end);
      vma.start = end;
    }
    i++;
  }
  keep.start = start;
  keep.end = end;
  keep.pgoff = pgoff;
  for (const vma of removed) dropVma(k, vma);
}

/**
 * mm/mmap.c: vma_merge. The range [start, end) is to get `attributes`; it is free, or lies in the vmas that now cover it. When it can
 * become part of the vma before or after it, or of both, that is done: the resulting vma is returned, its flags unchanged.
 * `prev` is the last vma that begins below start (or undefined).
 */
export function mergeVma(k: Kernel, mm: Mm, prev: Vma | undefined, start: number, end: number, attributes: VmaAttributes): Vma | null {
  if (attributes.flags & Vm.Special) return null;
  const pages = (end - start) / PageSize.Bytes;
  let nextIndex = prev ? findVmaIndex(mm, prev.start) + 1 : 0;
  if (mm.vmas[nextIndex]?.end === end) nextIndex++;
  const next = mm.vmas[nextIndex];
  const beforeNext = next !== undefined && next.start === end && canMergeBefore(next, attributes, pages);
  if (prev && prev.end === start && canMergeAfter(prev, attributes)) {
    const joinsBoth = beforeNext && isMergeableAnon(prev.anonVma, next.anonVma, null);
    adjust(k, mm, prev, prev.start, joinsBoth ? next.end : end);
    return prev;
  }
  if (!beforeNext) return null;
  adjust(k, mm, next, start, next.end);
  return next;
}

/** Attributes of a part of `vma` from `start`, with other flags. */
export function attributesFrom(vma: Vma, start: number, flags: number): VmaAttributes {
  return { flags, anonVma: vma.anonVma, file: vma.file, pgoff: linearIndex(vma, start), userfault: vma.userfault };
}

/** Sets a vma's flags; the counts that its file keeps follow. */
export function setVmaFlags(vma: Vma, flags: number): void {
  if (!vma.file) {
    vma.flags = flags;
    return;
  }
  unlinkFile(vma);
  vma.flags = flags;
  linkFile(vma);
}
