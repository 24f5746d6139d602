import { PageStruct } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import { Errno } from '../errno.js';
import type { AddressSpace } from './address-space.js';
import { freeFrames, pageStruct } from './frames.js';
import { PageCache } from './page-cache.js';

/** Reading ahead stops when fewer frames than this are free: it must not evict what is in use. */
const RESERVE = 256;

/** mm/readahead.c: force_page_cache_readahead. Pages first … end − 1 into the cache, as far as they can be had. */
export function readAhead(k: Kernel, mapping: AddressSpace, first: number, end: number): void {
  const last = Math.min(end, PageCache.pagesOf(mapping.inode.size));
  for (let index = first; index < last && freeFrames(k) > RESERVE; index++) {
    try {
      k.pageCache.getPage(k, mapping, index);
    } catch (error) {
      // Whoever needs the page will be told.
      if (error instanceof Errno) return;
      throw error;
    }
  }
}

/** mm/truncate.c: invalidate_mapping_pages. Drops pages first … last that are clean, and that nobody maps or holds. */
export function invalidatePages(k: Kernel, mapping: AddressSpace, first: number, last: number): void {
  for (const [index, frame] of [...mapping.pages]) {
    if (index < first || index > last || mapping.dirty.has(index)) continue;
    const references = k.core.u32[(pageStruct(k, frame) + PageStruct.RefCount) >>> 2]!;
    if (references === 1) k.pageCache.drop(k, mapping, index);
  }
}
