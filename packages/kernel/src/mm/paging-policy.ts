import { PageSize, Pt, Pte } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import type { AddressSpace } from './address-space.js';
import { handleVmaFault } from './fault.js';
import { faultNote } from './fault-record.js';
import { FaultResult } from './fault-result.js';
import type { Mm, Vma } from './mm.js';
import { readAhead } from './readahead.js';
import { Vm } from './vm-flags.js';

/**
 * When the pages of a program's file are mapped.
 *
 *     demand[:N]   at their first touch, as Linux does; a read fault maps N cached pages around with it (fault_around_bytes; Linux: 16,
 *                  a power of two; 1: the touched page alone), and a miss has the pages around it read into the cache
 *     eager        every page of every PT_LOAD segment, and of the interpreter's, at exec; private writable ones are copied at once.
 *                  What is mapped later (libraries) comes on demand
 *     hybrid[:N]   at their first touch, with N neighbours of the same mapping that are predicted to be next: those behind it; those
 *                  before it where the last fault of the mapping was behind (a walk downwards)
 *
 * Anonymous memory always comes page by page.
 */
export interface PagingPolicy {
  kind: 'demand' | 'eager' | 'hybrid';
  pages: number;
}

export const LINUX_PAGING: Readonly<PagingPolicy> = { kind: 'demand', pages: 16 };
/** hybrid without a number. */
const PREDICTED = 8;
/** One leaf page table: a window cannot be wider. */
const MAX_PAGES = 512;

/** 'demand', 'demand:N', 'eager', 'hybrid', 'hybrid:N'. null: it is none of them. */
export function parsePaging(text: string): PagingPolicy | null {
  const match = /^(demand|eager|hybrid)(?::([0-9]{1,3}))?$/.exec(text);
  if (!match) return null;
  const kind = match[1] as PagingPolicy['kind'];
  if (match[2] === undefined) return { kind, pages: kind === 'hybrid' ? PREDICTED : LINUX_PAGING.pages };
  const pages = Number(match[2]);
  if (kind === 'eager' || pages < 1 || pages > MAX_PAGES) return null;
  if (kind === 'demand' && (pages & (pages - 1)) !== 0) return null;
  return { kind, pages };
}

function policyOf(k: Kernel): Readonly<PagingPolicy> {
  return k.options.paging ?? LINUX_PAGING;
}

/** fault_around_bytes */
export function faultAroundBytes(k: Kernel): number {
  const { kind, pages } = policyOf(k);
  return kind === 'hybrid' ? PageSize.Bytes : pages * PageSize.Bytes;
}

/** Does a miss have the pages around it read? */
export function aroundFaults(k: Kernel): boolean {
  return policyOf(k).kind !== 'hybrid';
}

export function predicts(k: Kernel): boolean {
  return policyOf(k).kind === 'hybrid';
}

/** The neighbours that a fault at va maps along, as a range of addresses within its vma; the page itself is not in it. */
export function predict(k: Kernel, vma: Vma, va: number): { start: number; end: number } {
  const bytes = policyOf(k).pages * PageSize.Bytes;
  const down = va < vma.lastFault;
  vma.lastFault = va;
  if (down) return { start: Math.max(vma.start, va - bytes), end: va };
  const start = va + PageSize.Bytes;
  return { start, end: Math.min(vma.end, start + bytes) };
}

/** Is the vma part of the program's image, as execve mapped it: file pages and bss? */
function isImage(vma: Vma): boolean {
  return !(vma.flags & (Vm.GrowsDown | Vm.Io | Vm.PfnMap)) && !vma.frames;
}

/**
 * Policy 'eager', once execve has mapped program and interpreter: all their pages. They are no page faults, and not counted as such. Pages
 * that cannot be had are left to faults.
 */
export function loadEagerly(k: Kernel, mm: Mm): void {
  if (policyOf(k).kind !== 'eager') return;
  for (const vma of [...mm.vmas]) if (isImage(vma)) loadVma(k, mm, vma);
}

/** Private writable pages are copied at once: each segment is in memory as it will be used. */
function loadVma(k: Kernel, mm: Mm, vma: Vma): void {
  const write = (vma.flags & (Vm.Write | Vm.Shared)) === Vm.Write;
  for (let va = vma.start; va < vma.end; va += PageSize.Bytes) {
    const slot = k.core.pteSlot(mm.pgd, va, false);
    if (slot !== 0 && k.core.u32[slot >>> 2]! & (write ? Pte.RW : Pte.P)) continue;
    faultNote.pages = 0;
    const result = handleVmaFault(k, mm, vma, va, write);
    k.vm.pagesMapped += faultNote.pages;
    if (result === FaultResult.Oom) return;
    if (k.vm.countUnused) forgetTouch(k, mm, va);
  }
}

/** Loading a page was no use of it. */
function forgetTouch(k: Kernel, mm: Mm, va: number): void {
  const slot = k.core.pteSlot(mm.pgd, va, false);
  if (slot === 0) return;
  k.core.u32[slot >>> 2] = (k.core.u32[slot >>> 2]! & ~Pte.A) >>> 0;
  k.core.invlpg(mm.pgd, va);
}

/** A segment as the program header has it. */
export interface Segment {
  type: number;
  offset: number;
  filesz: number;
  memsz: number;
}

/**
 * Before execve's point of no return, while it can still wait: pages of a slow file that it will need behind it are read. These are the
 * last pages of segments whose bss is to be cleared; with policy 'eager', all. @throws PageWait EIO
 */
export function readSegments(k: Kernel, mapping: AddressSpace | null, segments: readonly Segment[]): void {
  if (!mapping?.isSlow) return;
  const eager = policyOf(k).kind === 'eager';
  for (const { type, offset, filesz, memsz } of segments) {
    if (type !== Pt.Load || filesz === 0 || offset + filesz > mapping.inode.size) continue;
    const last = Math.floor((offset + filesz - 1) / PageSize.Bytes);
    const first = eager ? Math.floor(offset / PageSize.Bytes) : last;
    if (!eager && memsz <= filesz) continue;
    readAhead(k, mapping, first, last + 1);
    for (let index = first; index <= last; index++) k.pageCache.getPage(k, mapping, index);
  }
}

/** Counts the pages of [start, end) that are mapped and were never touched (A is clear). For statistics: before they are unmapped. */
export function countUnused(k: Kernel, mm: Mm, start: number, end: number): void {
  for (let va = start; va < end; va += PageSize.Bytes) {
    const slot = k.core.pteSlot(mm.pgd, va, false);
    if (slot === 0) {
      // No table: the next one.
      va += MAX_PAGES * PageSize.Bytes - (va % (MAX_PAGES * PageSize.Bytes)) - PageSize.Bytes;
      continue;
    }
    const low = k.core.u32[slot >>> 2]!;
    if (low & Pte.P && !(low & Pte.A)) k.vm.pagesUnused++;
  }
}
