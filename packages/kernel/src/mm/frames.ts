import { Header, MemoryMap, PageFlag, PageStruct } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import type { Mm } from './mm.js';
import { outOfMemory } from './oom.js';
import { reclaim } from './reclaim.js';

/** How many pages one shortage tries to free (SWAP_CLUSTER_MAX). */
const RECLAIM_BATCH = 32;

/**
 * No frame is free: evicts page cache; where all that can be evicted is not worth it, kills a process, instead of evicting what is
 * needed again at once for ever. True: another try may succeed. The host gets a turn soon: a guest that is short of memory may need
 * very long for a few instructions. Linux: __alloc_pages_slowpath, should_reclaim_retry.
 */
export function makeRoom(k: Kernel): boolean {
  k.core.u32[(MemoryMap.Header + Header.InterruptRequest) >>> 2] = 1;
  let freed = 0;
  while (freed < RECLAIM_BATCH) {
    const more = reclaim(k, RECLAIM_BATCH - freed);
    if (more === 0) break;
    freed += more;
  }
  if (freed < RECLAIM_BATCH && outOfMemory(k)) return true;
  return freed > 0;
}

/** A zeroed frame with one reference; 0 = out of memory, and the current task is to die (or nobody can). */
export function allocFrame(k: Kernel, flags: number): number {
  const frame = k.core.allocFrame(flags);
  if (frame !== 0) return frame;
  return makeRoom(k) ? k.core.allocFrame(flags) : 0;
}

/** For the anonymous page at va; `zeroed`: else the caller fills all of it. */
export function allocAnonFrame(k: Kernel, mm: Mm, va: number, zeroed: boolean): number {
  const flags = PageFlag.Anon | PageFlag.Uptodate;
  const frame = k.core.allocFrameFor(mm.pgd, va, flags, zeroed);
  if (frame !== 0) return frame;
  return makeRoom(k) ? k.core.allocFrameFor(mm.pgd, va, flags, zeroed) : 0;
}

/** Host address of the page-table entry of va, with its tables made; 0 = out of memory. */
export function allocPte(k: Kernel, pgd: number, va: number): number {
  const slot = k.core.pteSlot(pgd, va, true);
  if (slot !== 0) return slot;
  return makeRoom(k) ? k.core.pteSlot(pgd, va, true) : 0;
}

/** The shared zero page; 0 = out of memory. */
export function zeroFrame(k: Kernel): number {
  if (k.vm.zeroFrame === 0) k.vm.zeroFrame = allocFrame(k, PageFlag.Reserved);
  return k.vm.zeroFrame;
}

/** Frames that are free, without evicting anything (nr_free_pages). */
export function freeFrames(k: Kernel): number {
  return k.core.u32[(MemoryMap.Header + Header.FreeFrames) >>> 2]!;
}

/** Host address of a frame's struct page. */
export function pageStruct(k: Kernel, frame: number): number {
  return MemoryMap.MemMap + ((frame - k.core.u32[(MemoryMap.Header + Header.FrameBase) >>> 2]!) >>> 12) * PageStruct.Bytes;
}

export function frameFlags(k: Kernel, frame: number): number {
  return k.core.u32[(pageStruct(k, frame) + PageStruct.Flags) >>> 2]!;
}

export function changeFrameFlags(k: Kernel, frame: number, set: number, clear: number): void {
  const index = (pageStruct(k, frame) + PageStruct.Flags) >>> 2;
  k.core.u32[index] = (k.core.u32[index]! & ~clear) | set;
}

export function refCount(k: Kernel, frame: number): number {
  return k.core.u32[(pageStruct(k, frame) + PageStruct.RefCount) >>> 2]!;
}

/** Entries of page tables that map it. */
export function mapCount(k: Kernel, frame: number): number {
  return k.core.u32[(pageStruct(k, frame) + PageStruct.MapCount) >>> 2]!;
}

export function addMapCount(k: Kernel, frame: number, n: number): void {
  k.core.u32[(pageStruct(k, frame) + PageStruct.MapCount) >>> 2]! += n;
}

/** Before the kernel writes bytes into a frame that may hold code: what was decoded from it is dropped. */
export function willWrite(k: Kernel, frame: number): void {
  if (frameFlags(k, frame) & PageFlag.HasCode) k.core.frameWritten(frame);
}
