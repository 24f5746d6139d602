import { Pte, PageFlag } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import type { Mm, Vma } from './mm.js';
import { noteRss } from './account.js';
import { addMapCount, frameFlags } from './frames.js';
import { mappingOf } from './vma.js';
import { Vm } from './vm-flags.js';

/** Leaf page-table entries: what a vma's protection makes of them, and setting and clearing one. */

/**
 * vma_wants_writenotify: a shared writable mapping whose first write to each page must be seen, to mark the page dirty. Where memory is
 * the only place of the file's bytes, nobody asks.
 */
export function wantsWriteNotify(vma: Vma): boolean {
  if ((vma.flags & (Vm.Write | Vm.Shared)) !== (Vm.Write | Vm.Shared)) return false;
  // After clear_refs the first write to each page is to be noticed again.
  if (!(vma.flags & Vm.SoftDirty)) return true;
  const mapping = mappingOf(vma);
  return mapping !== null && mapping.evictable;
}

/** Low half of an entry by vm_page_prot: RW only where no write has to be noticed (not private, no write notify). */
export function protLow(vma: Vma): number {
  if ((vma.flags & Vm.Access) === 0) return Pte.PROTNONE | Pte.A;
  const writable = (vma.flags & (Vm.Write | Vm.Shared)) === (Vm.Write | Vm.Shared) && !wantsWriteNotify(vma);
  return Pte.P | Pte.US | Pte.A | (writable ? Pte.RW : 0);
}

export function protHigh(vma: Vma): number {
  return vma.flags & Vm.Exec ? 0 : Pte.NX_HI;
}

/** maybe_mkwrite(pte_mkdirty()): the low half for a page that is being written and is ours to write. */
export function dirtyLow(vma: Vma): number {
  return protLow(vma) | Pte.D | Pte.SOFT_DIRTY | (vma.flags & Vm.Write && vma.flags & Vm.Access ? Pte.RW : 0);
}

export function readPteLow(k: Kernel, slot: number): number {
  return k.core.u32[slot >>> 2]!;
}

export function pteFrame(low: number): number {
  return (low & Pte.FRAME_MASK) >>> 0;
}

/** Is a frame there, accessible or not (pte_present)? */
export function pteHasFrame(low: number): boolean {
  return (low & (Pte.P | Pte.PROTNONE)) !== 0;
}

/**
 * Puts a frame into an empty entry. Takes over the caller's reference to it; counts it (mapcount, RSS) unless it is Reserved.
 */
export function setPte(k: Kernel, mm: Mm, vma: Vma, slot: number, frame: number, low: number): void {
  const { u32 } = k.core;
  u32[slot >>> 2] = (frame | low) >>> 0;
  u32[(slot >>> 2) + 1] = protHigh(vma);
  const flags = frameFlags(k, frame);
  if (flags & PageFlag.Reserved) return;
  addMapCount(k, frame, 1);
  if (flags & PageFlag.Anon) mm.rssAnon++;
  else countFile(mm, vma, 1);
  noteRss(mm);
}

/** Takes the frame out of an entry, with its counts and its reference. The caller invalidates. */
export function clearPte(k: Kernel, mm: Mm, vma: Vma, slot: number): void {
  const { u32 } = k.core;
  const low = u32[slot >>> 2]!;
  u32[slot >>> 2] = 0;
  u32[(slot >>> 2) + 1] = 0;
  const frame = pteFrame(low);
  const flags = frameFlags(k, frame);
  if (flags & PageFlag.Reserved) return;
  addMapCount(k, frame, -1);
  if (flags & PageFlag.Anon) mm.rssAnon--;
  else countFile(mm, vma, -1);
  k.core.putFrame(frame);
}

/** mm_counter_file: shmem pages are counted apart. */
export function countFile(mm: Mm, vma: Vma, pages: number): void {
  const mapping = mappingOf(vma);
  if (mapping !== null && !mapping.evictable) mm.rssShmem += pages;
  else mm.rssFile += pages;
}
