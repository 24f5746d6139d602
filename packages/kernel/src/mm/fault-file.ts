import { PageFlag, PageSize, Pte } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import { touchMtime } from '../vfs/times.js';
import { ENOMEM, ENOSPC, Errno } from '../errno.js';
import type { AddressSpace } from './address-space.js';
import { prepareAnonVma } from './anon-vma.js';
import { FaultResult } from './fault-result.js';
import { allocFrameRaw, allocPte, freeFrames } from './frames.js';
import type { Mm, Vma } from './mm.js';
import { PageCache } from './page-cache.js';
import { dirtyLow, protLow, pteFrame, pteHasFrame, readPteLow, setPte } from './pte.js';
import { linearIndex, mappingOf } from './vma.js';
import { Vm } from './vm-flags.js';

/** Faults on file pages (mm/memory.c: do_fault and what it calls; mm/filemap.c: filemap_fault). */

/** fault_around_bytes: an aligned window of this size is mapped at a read fault, as far as its pages are cached. */
const FAULT_AROUND = 16 * PageSize.Bytes;
/** Pages of an aligned window that a missing page brings along, while more frames than the reserve are free. */
const READ_AROUND = 16;
const READ_AROUND_RESERVE = 256;
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

/** filemap_fault (or shmem_fault): finds or reads the page. Ok: faultedFrame is set. */
function findPage(k: Kernel, vma: Vma, va: number, mapping: AddressSpace): FaultResult {
  const index = linearIndex(vma, va);
  if (index >= PageCache.pagesOf(mapping.inode.size)) return FaultResult.SigbusAdrerr;
  faultedFrame = k.pageCache.findPage(mapping, index);
  pageRead = false;
  if (faultedFrame !== 0) return FaultResult.Ok;
  try {
    faultedFrame = k.pageCache.getPage(k, mapping, index);
  } catch (error) {
    if (error === ENOMEM) return FaultResult.Oom;
    if (error === ENOSPC || error instanceof Errno) return FaultResult.SigbusAdrerr;
    throw error;
  }
  pageRead = mapping.evictable;
  if (pageRead && !(vma.flags & Vm.RandRead)) readAround(k, mapping, index);
  return FaultResult.Ok;
}

/**
 * do_sync_mmap_readahead: whoever misses one page will want those around it. They are only cached; fault-around maps them later.
 * A page that cannot be read is left to the fault that needs it.
 */
function readAround(k: Kernel, mapping: AddressSpace, index: number): void {
  const frame = faultedFrame;
  // Held, so that reading its neighbours does not evict it.
  k.core.getFrame(frame);
  const first = index - (index % READ_AROUND);
  const end = Math.min(first + READ_AROUND, PageCache.pagesOf(mapping.inode.size));
  try {
    for (let at = first; at < end && freeFrames(k) > READ_AROUND_RESERVE; at++) k.pageCache.getPage(k, mapping, at);
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
  } finally {
    k.core.putFrame(frame);
  }
  faultedFrame = frame;
  pageRead = true;
}

/** do_read_fault */
function readFault(k: Kernel, mm: Mm, vma: Vma, va: number, mapping: AddressSpace): FaultResult {
  if (faultAround(k, mm, vma, va, mapping)) return FaultResult.Ok;
  const found = findPage(k, vma, va, mapping);
  if (found !== FaultResult.Ok) return found;
  return install(k, mm, vma, va, faultedFrame, protLow(vma));
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
  return major ? FaultResult.Major : FaultResult.Ok;
}

/** do_fault_around, filemap_map_pages. True when the page at va itself was among them. */
function faultAround(k: Kernel, mm: Mm, vma: Vma, va: number, mapping: AddressSpace): boolean {
  const { pages } = mapping;
  if (!pages.has(linearIndex(vma, va))) return false;
  if (allocPte(k, mm.pgd, va) === 0) return false;
  const windowStart = va - (va % FAULT_AROUND);
  const tableStart = va - (va % TABLE_SPAN);
  const start = Math.max(windowStart, vma.start, tableStart);
  const end = Math.min(windowStart + FAULT_AROUND, vma.end, tableStart + TABLE_SPAN);
  const low = protLow(vma);
  const filePages = PageCache.pagesOf(mapping.inode.size);
  let mapped = false;
  for (let at = start; at < end; at += PageSize.Bytes) {
    const index = linearIndex(vma, at);
    if (index >= filePages) break;
    const frame = pages.get(index);
    if (frame === undefined) continue;
    const slot = k.core.pteSlot(mm.pgd, at, false);
    if (slot === 0 || pteHasFrame(readPteLow(k, slot))) continue;
    k.core.getFrame(frame);
    // Neighbours have not been touched yet (pte_mkold is for architectures without hardware A bits).
    setPte(k, mm, vma, slot, frame, low);
    if (at === va) mapped = true;
  }
  return mapped;
}

/** do_cow_fault: a write to a private mapping takes its copy at once. */
function cowFault(k: Kernel, mm: Mm, vma: Vma, va: number, mapping: AddressSpace): FaultResult {
  prepareAnonVma(k, mm, vma);
  const found = findPage(k, vma, va, mapping);
  if (found !== FaultResult.Ok) return found;
  const source = faultedFrame;
  const major = pageRead;
  k.core.getFrame(source);
  const copy = allocFrameRaw(k, PageFlag.Anon | PageFlag.Uptodate);
  const slot = copy === 0 ? 0 : allocPte(k, mm.pgd, va);
  if (slot !== 0) k.core.u8.copyWithin(copy, source, source + PageSize.Bytes);
  k.core.putFrame(source);
  if (slot === 0) {
    if (copy !== 0) k.core.putFrame(copy);
    return FaultResult.Oom;
  }
  setPte(k, mm, vma, slot, copy, dirtyLow(vma));
  return major ? FaultResult.Major : FaultResult.Ok;
}

/** do_shared_fault */
function sharedFault(k: Kernel, mm: Mm, vma: Vma, va: number, mapping: AddressSpace): FaultResult {
  const found = findPage(k, vma, va, mapping);
  if (found !== FaultResult.Ok) return found;
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
  const mapping = mappingOf(vma);
  if (mapping) pageWritten(k, vma, va, mapping, pteFrame(low));
  k.core.u32[slot >>> 2] = (low | Pte.RW | Pte.D | Pte.SOFT_DIRTY | Pte.A) >>> 0;
  k.core.invlpg(mm.pgd, va);
  return FaultResult.Ok;
}
