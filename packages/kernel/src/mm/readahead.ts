import { PageFlag, PageStruct } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import { Errno } from '../errno.js';
import { registerState } from '../state.js';
import type { File } from '../vfs/file.js';
import type { AddressSpace } from './address-space.js';
import { changeFrameFlags, frameFlags, freeFrames, pageStruct } from './frames.js';
import type { Vma } from './mm.js';
import { PageCache } from './page-cache.js';
import { Vm } from './vm-flags.js';

/** Reading ahead stops when fewer frames than this are free: it must not evict what is in use. */
const RESERVE = 256;
/** ra_pages: VM_READAHEAD_PAGES, 128 KiB. */
const WINDOW = 32;
/** After so many misses more than hits, reading around a miss does not pay (MMAP_LOTSAMISS). */
const LOTS_OF_MISSES = 100;

/** struct file_ra_state: the current window, in pages, of a file that is being read through mappings. */
export class FileReadahead {
  start = 0;
  size = 0;
  /** So many pages before its end the window has a marked page (PageFlag.Readahead), which starts the next one. */
  asyncSize = 0;
  mmapMiss = 0;
}
registerState('FileReadahead', FileReadahead);

function stateOf(file: File): FileReadahead {
  return (file.readahead ??= new FileReadahead());
}

/**
 * do_sync_mmap_readahead: a mapping misses page `index`, and will want those around it. They are only cached; fault-around maps them
 * later. A page that cannot be read is left to whoever needs it.
 */
export function readAround(k: Kernel, mapping: AddressSpace, vma: Vma, index: number): void {
  const { file, flags } = vma;
  if (!file || flags & Vm.RandRead) return;
  const ra = stateOf(file);
  if (flags & Vm.SeqRead) {
    onDemand(k, mapping, ra, index, false);
    return;
  }
  if (ra.mmapMiss < LOTS_OF_MISSES * 10) ra.mmapMiss++;
  if (ra.mmapMiss > LOTS_OF_MISSES) return;
  ra.start = Math.max(0, index - WINDOW / 2);
  ra.size = WINDOW;
  ra.asyncSize = WINDOW / 4;
  submit(k, mapping, ra);
}

/** do_async_mmap_readahead: a mapping finds page `index` in the cache; a marked one has the next window read. */
export function readFurther(k: Kernel, mapping: AddressSpace, vma: Vma, index: number, frame: number): void {
  const { file, flags } = vma;
  if (!file || flags & Vm.RandRead) return;
  if (file.readahead && file.readahead.mmapMiss > 0) file.readahead.mmapMiss--;
  if (!(frameFlags(k, frame) & PageFlag.Readahead)) return;
  changeFrameFlags(k, frame, 0, PageFlag.Readahead);
  onDemand(k, mapping, stateOf(file), index, true);
}

/** filemap_map_pages maps `pages` that a miss would have cost: they make up for misses. */
export function creditMisses(file: File | null, pages: number): void {
  const ra = file?.readahead;
  if (ra) ra.mmapMiss = Math.max(0, ra.mmapMiss - pages);
}

/** get_init_ra_size, for a request of a whole window. */
const FIRST_SIZE = WINDOW;

/** get_next_ra_size */
function nextSize(size: number): number {
  if (size < WINDOW / 16) return 4 * size;
  return size <= WINDOW / 2 ? 2 * size : WINDOW;
}

/** ondemand_readahead, with a request of a whole window. */
function onDemand(k: Kernel, mapping: AddressSpace, ra: FileReadahead, index: number, hitMark: boolean): void {
  const { start, size, asyncSize } = ra;
  if (index !== 0 && (index === start + size - asyncSize || index === start + size)) {
    ra.start += size;
    ra.size = nextSize(size);
    ra.asyncSize = ra.size;
  } else if (index !== 0 && hitMark) {
    let miss = index + 1;
    while (miss - index <= WINDOW && mapping.pages.has(miss)) miss++;
    if (miss - index > WINDOW) return;
    ra.start = miss;
    ra.size = nextSize(miss - index + WINDOW);
    ra.asyncSize = ra.size;
  } else {
    ra.start = index;
    ra.size = FIRST_SIZE;
    ra.asyncSize = FIRST_SIZE;
  }
  if (index === ra.start && ra.size === ra.asyncSize) {
    const more = nextSize(ra.size);
    if (ra.size + more <= WINDOW) {
      ra.asyncSize = more;
      ra.size += more;
    } else {
      ra.size = WINDOW;
      ra.asyncSize = WINDOW / 2;
    }
  }
  submit(k, mapping, ra);
}

/** ra_submit: reads the window, and marks a page of it. */
function submit(k: Kernel, mapping: AddressSpace, { start, size, asyncSize }: FileReadahead): void {
  const mark = start + size - asyncSize;
  const isNew = !mapping.pages.has(mark);
  readAhead(k, mapping, start, start + size);
  const marked = mapping.pages.get(mark);
  if (isNew && asyncSize > 0 && marked !== undefined) changeFrameFlags(k, marked, PageFlag.Readahead, 0);
}

/** mm/readahead.c: force_page_cache_readahead. Pages first … end − 1 into the cache, as far as they can be had; slow ones are asked for. */
export function readAhead(k: Kernel, mapping: AddressSpace, first: number, end: number): void {
  const last = Math.min(end, PageCache.pagesOf(mapping.inode.size));
  for (let index = first; index < last && freeFrames(k) > RESERVE; index++) {
    try {
      k.pageCache.prefetch(k, mapping, index);
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
