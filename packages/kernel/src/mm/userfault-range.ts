import { PageFlag, PageSize, Pte } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import { EBUSY, EEXIST, EFAULT, EINVAL, ENOENT, ENOMEM, EPERM, Errno } from '../errno.js';
import { prepareAnonVma } from './anon-vma.js';
import { allocFrame, allocPte, zeroFrame } from './frames.js';
import type { Mm, Vma } from './mm.js';
import { PageCache } from './page-cache.js';
import { dirtyLow, protLow, pteHasFrame, readPteLow, setPte } from './pte.js';
import type { Userfaultfd } from './userfaultfd.js';
import { copyFromUser } from './uaccess.js';
import { findVma, findVmaIndex, linearIndex, mappingOf, splitVma } from './vma.js';
import { attributesFrom, mergeVma, setVmaFlags } from './vma-merge.js';
import { Vm } from './vm-flags.js';

/** What userfaultfd does to ranges of an address space: fs/userfaultfd.c, mm/userfaultfd.c. */

/** vma_can_userfault: anonymous memory, and files that live in memory. */
function canUserfault(vma: Vma): boolean {
  const mapping = mappingOf(vma);
  return !vma.frames && (!mapping || !mapping.evictable);
}

/** The vmas of [start, end), which must exist. @throws ENOMEM EINVAL */
function vmasOf(mm: Mm, start: number, end: number): Vma[] {
  const first = findVmaIndex(mm, start);
  const vma = mm.vmas[first];
  if (!vma) throw ENOMEM;
  if (vma.start >= end) throw EINVAL;
  const found: Vma[] = [];
  for (let i = first; i < mm.vmas.length && mm.vmas[i]!.start < end; i++) found.push(mm.vmas[i]!);
  return found;
}

/** Gives [start, end) of one vma an owner, or none: it is cut, or merged with neighbours of the same owner. Returns the vma it is in now. */
function setOwner(k: Kernel, mm: Mm, vma: Vma, from: number, to: number, owner: Userfaultfd | null): Vma {
  const start = Math.max(vma.start, from);
  const end = Math.min(vma.end, to);
  const flags = owner ? vma.flags | Vm.UffdMissing : vma.flags & ~Vm.UffdMissing;
  const prev = vma.start < start ? vma : mm.vmas[findVmaIndex(mm, vma.start) - 1];
  const merged = mergeVma(k, mm, prev, start, end, { ...attributesFrom(vma, start, flags), userfault: owner });
  if (merged) return merged;
  const target = vma.start < start ? splitVma(k, mm, vma, start) : vma;
  if (target.end > end) splitVma(k, mm, target, end);
  setVmaFlags(target, flags);
  target.userfault = owner;
  return target;
}

/** userfaultfd_register, for missing pages. @throws ENOMEM EINVAL EPERM EBUSY */
export function registerRange(k: Kernel, owner: Userfaultfd, start: number, end: number): void {
  const { mm } = owner;
  if (mm.users === 0) throw ENOMEM;
  for (const vma of vmasOf(mm, start, end)) {
    if (!canUserfault(vma)) throw EINVAL;
    if (!(vma.flags & Vm.MayWrite)) throw EPERM;
    if (vma.userfault && vma.userfault !== owner) throw EBUSY;
  }
  changeOwner(k, mm, start, end, owner, (vma) => vma.userfault !== owner);
}

function changeOwner(k: Kernel, mm: Mm, start: number, end: number, owner: Userfaultfd | null, wanted: (vma: Vma) => boolean): void {
  for (let vma = findVma(mm, start); vma && vma.start < end;) {
    const done = wanted(vma) ? setOwner(k, mm, vma, start, end, owner) : vma;
    vma = mm.vmas[findVmaIndex(mm, done.start) + 1];
  }
}

/** userfaultfd_unregister. Whoever waits in the range is woken, and finds ordinary memory. @throws ENOMEM EINVAL */
export function unregisterRange(k: Kernel, caller: Userfaultfd, start: number, end: number): void {
  const { mm } = caller;
  if (mm.users === 0) throw ENOMEM;
  const vmas = vmasOf(mm, start, end);
  if (!vmas.every(canUserfault)) throw EINVAL;
  const owners = new Set<Userfaultfd>();
  for (const { userfault } of vmas) if (userfault) owners.add(userfault);
  changeOwner(k, mm, start, end, null, (vma) => vma.userfault !== null);
  for (const owner of owners) owner.wake(k, start, end);
}

/** userfaultfd_release: the last descriptor is gone. */
export function releaseUserfaultfd(k: Kernel, owner: Userfaultfd): void {
  owner.released = true;
  if (owner.mm.users > 0) changeOwner(k, owner.mm, 0, Infinity, null, (vma) => vma.userfault === owner);
  owner.wake(k, 0, Infinity);
}

/** The vma that [start, end) is to be filled in. @throws ENOENT */
function destination(mm: Mm, start: number, end: number): Vma {
  const vma = findVma(mm, start);
  if (!vma?.userfault || start < vma.start || end > vma.end) throw ENOENT;
  return vma;
}

/**
 * mcopy_atomic, mfill_zeropage: fills missing pages with those at `src` of the current task, or with zeros (null). Returns how many bytes
 * were done: fewer when a page was there already or memory ran out. @throws ENOENT EEXIST EFAULT ENOMEM where none was
 */
export function fillRange(k: Kernel, mm: Mm, start: number, length: number, src: number | null): number {
  const vma = destination(mm, start, start + length);
  for (let done = 0; done < length; done += PageSize.Bytes) {
    try {
      fillPage(k, mm, vma, start + done, src === null ? null : src + done);
    } catch (error) {
      if (done > 0 && error instanceof Errno) return done;
      throw error;
    }
  }
  return length;
}

function fillPage(k: Kernel, mm: Mm, vma: Vma, va: number, src: number | null): void {
  const bytes = src === null ? null : copyFromUser(k, src, PageSize.Bytes);
  const slot = allocPte(k, mm.pgd, va);
  if (slot === 0) throw ENOMEM;
  if (pteHasFrame(readPteLow(k, slot))) throw EEXIST;
  if (vma.flags & Vm.Shared) return fillShared(k, mm, vma, va, slot, bytes);
  if (!bytes) {
    const zero = zeroFrame(k);
    if (zero === 0) throw ENOMEM;
    setPte(k, mm, vma, slot, zero, protLow(vma) | Pte.SPECIAL);
    return;
  }
  prepareAnonVma(k, mm, vma);
  const frame = allocFrame(k, PageFlag.Anon | PageFlag.Uptodate);
  if (frame === 0) throw ENOMEM;
  k.core.u8.set(bytes, frame);
  setPte(k, mm, vma, slot, frame, dirtyLow(vma));
}

/** shmem_mfill_atomic_pte: the page becomes one of the file. */
function fillShared(k: Kernel, mm: Mm, vma: Vma, va: number, slot: number, bytes: Uint8Array | null): void {
  const mapping = mappingOf(vma);
  const index = linearIndex(vma, va);
  if (!mapping) throw EINVAL;
  if (index >= PageCache.pagesOf(mapping.inode.size)) throw EFAULT;
  if (mapping.pages.has(index)) throw EEXIST;
  const frame = k.pageCache.grabPage(k, mapping, index);
  if (bytes) k.core.u8.set(bytes, frame);
  k.pageCache.markDirty(k, mapping, index, frame);
  k.core.getFrame(frame);
  setPte(k, mm, vma, slot, frame, dirtyLow(vma));
}
