import { Header, MemoryMap, PageFlag, PageSize, PageStruct } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import { dropLazilyFreed } from './lazy-free.js';
import { unmapPage } from './rmap.js';

/**
 * mm/vmscan.c: shrink_page_list, over all frames in turn (a clock hand). Drops up to `wanted` pages: those that programs gave up
 * (MADV_FREE), then clean page-cache pages whose bytes can be read again, first those that nobody maps, and if none is left, mapped
 * ones too. Returns how many were freed.
 */
export function reclaim(k: Kernel, wanted: number): number {
  const given = dropLazilyFreed(k, wanted);
  if (given > 0) return given;
  k.pageCache.writebackAll(k);
  const freed = scan(k, wanted, false);
  return freed > 0 ? freed : scan(k, wanted, true);
}

/** All clean pages that nobody maps, as drop_caches wants them gone. Linux: fs/drop_caches.c: drop_pagecache_sb. */
export function dropPageCache(k: Kernel): void {
  scan(k, Infinity, false);
}

function scan(k: Kernel, wanted: number, mapped: boolean): number {
  const { core, vm } = k;
  const count = core.u32[(MemoryMap.Header + Header.FramesTouched) >>> 2]!;
  const base = core.u32[(MemoryMap.Header + Header.FrameBase) >>> 2]!;
  let freed = 0;
  for (let step = 0; step < count && freed < wanted; step++) {
    const number = vm.evictHand;
    vm.evictHand = number + 1 < count ? number + 1 : 0;
    const page = (MemoryMap.MemMap + number * PageStruct.Bytes) >>> 2;
    const { u32 } = core;
    if ((u32[page + (PageStruct.Flags >>> 2)]! & (PageFlag.PageCache | PageFlag.Dirty | PageFlag.Writeback)) !== PageFlag.PageCache)
      continue;
    const maps = u32[page + (PageStruct.MapCount >>> 2)]!;
    // Beyond cache and mappings somebody holds it: a transfer that is going on.
    if (u32[page + (PageStruct.RefCount >>> 2)]! !== maps + 1 || (maps > 0 && !mapped)) continue;
    const mapping = k.pageCache.mappingById(u32[page + (PageStruct.Mapping >>> 2)]!);
    if (!mapping || !mapping.evictable) continue;
    const index = u32[page + (PageStruct.Index >>> 2)]!;
    const frame = base + number * PageSize.Bytes;
    if (maps > 0) unmapPage(k, mapping, index, frame);
    k.pageCache.drop(k, mapping, index);
    freed++;
  }
  return freed;
}
