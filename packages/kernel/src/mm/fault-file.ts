import { MemoryMap, PageSize, Pte } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import { touchMtime } from '../vfs/times.js';
import { ENOMEM, Errno } from '../errno.js';
import type { AddressSpace } from './address-space.js';
import { prepareAnonVma } from './anon-vma.js';
import { FaultKind, faultNote } from './fault-record.js';
import { FaultResult } from './fault-result.js';
import { allocAnonFrame, allocPte } from './frames.js';
import type { Mm, Vma } from './mm.js';
import { PageCache } from './page-cache.js';
import { PageWait } from './page-read.js';
import { noteRss } from './account.js';
import { aroundFaults, faultAroundBytes, predict, predicts } from './paging-policy.js';
import { countFile, dirtyLow, protHigh, protLow, pteFrame, pteHasFrame, setPte } from './pte.js';
import { creditMisses, readAhead, readAround, readFurther } from './readahead.js';
import { userfault } from './userfault.js';
import { linearIndex, mappingOf } from './vma.js';
import { Vm } from './vm-flags.js';

/** Faults on file pages (mm/memory.c: do_fault and what it calls; mm/filemap.c: filemap_fault). */

/** One leaf page table spans this much; the window stays within. */
const TABLE_SPAN = 512 * PageSize.Bytes;

/** Frame of the file page at va; what went wrong otherwise. `pageRead`: it had to be read in. */
let faultedFrame = 0;
let pageRead = false;

/** do_fault: nothing is mapped at va yet. */
export function fileFault(k: Kernel, mm: Mm, vma: Vma, va: number, write: boolean): FaultResult {
  const mapping = mappingOf(vma);
  if (!mapping) return FaultResult.SigbusAdrerr;
  if (!write) return readFault(k, mm, vma, va, mapping);
  if (!(vma.flags & Vm.Shared)) return cowFault(k, mm, vma, va, mapping);
  return sharedFault(k, mm, vma, va, mapping);
}

/** filemap_fault (or shmem_fault): finds or reads the page. Ok: faultedFrame is set. @throws PageWait */
function findPage(k: Kernel, vma: Vma, va: number, mapping: AddressSpace, write: boolean): FaultResult {
  const index = linearIndex(vma, va);
  if (index >= PageCache.pagesOf(mapping.inode.size)) return FaultResult.SigbusAdrerr;
  faultedFrame = k.pageCache.findPage(mapping, index);
  pageRead = false;
  if (faultedFrame !== 0) {
    if (mapping.evictable) readFurther(k, mapping, vma, index, faultedFrame);
    return FaultResult.Ok;
  }
  if (vma.userfault) return userfault(k, vma, va, write);
  try {
    faultedFrame = k.pageCache.getPage(k, mapping, index);
  } catch (error) {
    if (error === ENOMEM) return FaultResult.Oom;
    if (error instanceof Errno) return FaultResult.SigbusAdrerr;
    if (error instanceof PageWait && error.started) readNeighbours(k, vma, va, mapping);
    throw error;
  }
  pageRead = mapping.evictable;
  if (!pageRead) return FaultResult.Ok;
  const frame = faultedFrame;
  // Held, so that reading its neighbours does not evict it.
  k.core.getFrame(frame);
  readNeighbours(k, vma, va, mapping);
  k.core.putFrame(frame);
  return FaultResult.Ok;
}

/** A page was missing: those that will be wanted with it are read, too. */
function readNeighbours(k: Kernel, vma: Vma, va: number, mapping: AddressSpace): void {
  if (aroundFaults(k)) readAround(k, mapping, vma, linearIndex(vma, va));
}

/** do_read_fault */
function readFault(k: Kernel, mm: Mm, vma: Vma, va: number, mapping: AddressSpace): FaultResult {
  if (faultAround(k, mm, vma, va, mapping)) return FaultResult.Ok;
  const found = findPage(k, vma, va, mapping, false);
  if (found !== FaultResult.Ok) return found;
  faultNote.kind = FaultKind.FileMap;
  const result = install(k, mm, vma, va, faultedFrame, protLow(vma));
  if (predicts(k) && result !== FaultResult.Oom) mapPredicted(k, mm, vma, va, mapping);
  return result;
}

/** Maps a page-cache frame, with a reference of its own. */
function install(k: Kernel, mm: Mm, vma: Vma, va: number, frame: number, low: number): FaultResult {
  const major = pageRead;
  k.core.getFrame(frame);
  const slot = allocPte(k, mm.pgd, va);
  if (slot === 0) {
    k.core.putFrame(frame);
    return FaultResult.Oom;
  }
  setPte(k, mm, vma, slot, frame, low);
  faultNote.pages++;
  return major ? FaultResult.Major : FaultResult.Ok;
}

/**
 * do_fault_around, filemap_map_pages: maps the cached pages of an aligned window, as far as vma, page table and file go. True when the
 * page at va itself was among them.
 */
function faultAround(k: Kernel, mm: Mm, vma: Vma, va: number, mapping: AddressSpace): boolean {
  const window = faultAroundBytes(k);
  if (mapping.pages.size === 0 || window <= PageSize.Bytes) return false;
  const start = Math.max(va - (va % window), vma.start);
  const end = Math.min(start + window, vma.end, va - (va % TABLE_SPAN) + TABLE_SPAN);
  return mapCached(k, mm, vma, va, mapping, start, end);
}

/** Maps what is cached of [start, end), within one page table. True when va was among it. */
function mapCached(k: Kernel, mm: Mm, vma: Vma, va: number, mapping: AddressSpace, start: number, end: number): boolean {
  const { pages } = mapping;
  const slot = allocPte(k, mm.pgd, start);
  if (slot === 0) return false;
  const low = protLow(vma);
  const index = linearIndex(vma, start);
  const length = Math.min((end - start) / PageSize.Bytes, PageCache.pagesOf(mapping.inode.size) - index);
  const { u32 } = k.core;
  for (let i = 0; i < length; i++) u32[(MemoryMap.FrameList >>> 2) + i] = pages.get(index + i) ?? 0;
  // Neighbours count as touched, as in Linux, unless somebody wants to know which of them never were.
  const count = k.core.mapFrames(slot, Math.max(0, length), k.vm.countUnused ? low & ~Pte.A : low, protHigh(vma));
  countFile(mm, vma, count);
  noteRss(mm);
  faultNote.kind = FaultKind.FileMap;
  faultNote.pages += count;
  creditMisses(vma.file, count);
  if (va < start || va >= end) return false;
  const touched = (slot >>> 2) + 2 * ((va - start) / PageSize.Bytes);
  if (!pteHasFrame(u32[touched]!)) return false;
  u32[touched]! |= low & Pte.A;
  return true;
}

/** Paging policy 'hybrid': the pages that are likely to be next are read and mapped along. */
function mapPredicted(k: Kernel, mm: Mm, vma: Vma, va: number, mapping: AddressSpace): void {
  const table = va - (va % TABLE_SPAN);
  const { start, end } = predict(k, vma, va);
  const from = Math.max(start, table);
  const to = Math.min(end, table + TABLE_SPAN);
  if (from >= to) return;
  readAhead(k, mapping, linearIndex(vma, from), linearIndex(vma, to));
  mapCached(k, mm, vma, va, mapping, from, to);
}

/** do_cow_fault: a write to a private mapping takes its copy at once. */
function cowFault(k: Kernel, mm: Mm, vma: Vma, va: number, mapping: AddressSpace): FaultResult {
  prepareAnonVma(k, mm, vma);
  const found = findPage(k, vma, va, mapping, true);
  if (found !== FaultResult.Ok) return found;
  const source = faultedFrame;
  const major = pageRead;
  k.core.getFrame(source);
  const copy = allocAnonFrame(k, mm, va, false);
  const slot = copy === 0 ? 0 : allocPte(k, mm.pgd, va);
  if (slot !== 0) k.core.u8.copyWithin(copy, source, source + PageSize.Bytes);
  k.core.putFrame(source);
  if (slot === 0) {
    if (copy !== 0) k.core.putFrame(copy);
    return FaultResult.Oom;
  }
  setPte(k, mm, vma, slot, copy, dirtyLow(vma));
  faultNote.kind = FaultKind.FileCow;
  faultNote.pages = 1;
  return major ? FaultResult.Major : FaultResult.Ok;
}

/** do_shared_fault */
function sharedFault(k: Kernel, mm: Mm, vma: Vma, va: number, mapping: AddressSpace): FaultResult {
  const found = findPage(k, vma, va, mapping, true);
  if (found !== FaultResult.Ok) return found;
  faultNote.kind = FaultKind.SharedWrite;
  const frame = faultedFrame;
  const result = install(k, mm, vma, va, frame, dirtyLow(vma));
  if (result === FaultResult.Ok || result === FaultResult.Major) pageWritten(k, vma, va, mapping, frame);
  return result;
}

/** do_page_mkwrite, fault_dirty_shared_page: the page is dirty, the file's times change. */
function pageWritten(k: Kernel, vma: Vma, va: number, mapping: AddressSpace, frame: number): void {
  k.pageCache.markDirty(k, mapping, linearIndex(vma, va), frame);
  touchMtime(k, mapping.inode);
}

/** wp_page_shared: the page of a shared mapping is there, and this is the first write since it was last clean. */
export function fileWriteShared(k: Kernel, mm: Mm, vma: Vma, va: number, slot: number, low: number): FaultResult {
  faultNote.kind = FaultKind.SharedWrite;
  const mapping = mappingOf(vma);
  if (mapping) pageWritten(k, vma, va, mapping, pteFrame(low));
  k.core.u32[slot >>> 2] = (low | Pte.RW | Pte.D | Pte.SOFT_DIRTY | Pte.A) >>> 0;
  k.core.invlpg(mm.pgd, va);
  return FaultResult.Ok;
}
