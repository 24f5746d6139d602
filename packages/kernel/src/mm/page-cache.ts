import { PageFlag, PageSize, PageStruct } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import type { AddressSpace } from './address-space.js';
import { EIO, ENOMEM, Errno } from '../errno.js';
import { registerState } from '../state.js';
import { allocFrame, changeFrameFlags, frameFlags, pageStruct } from './frames.js';
import { PageRead, PageWait, type BlockSource } from './page-read.js';
import { makeClean } from './rmap.js';

export { genericFileRead, genericFileWrite } from './filemap.js';
export { truncatePages, punchHole } from './truncate.js';

/**
 * All cached file pages of the machine. A page is a frame whose struct page names mapping and index; the cache holds one
 * reference, each mapping of it in a page table another. Pages are always uptodate: one that is being read is in mapping.reading (page-read.ts),
 * and a read that fails leaves none.
 */
export class PageCache {
  private readonly mappings = new Map<number, AddressSpace>();
  /** What the host is being asked for, by PageRead.id. */
  readonly reads = new Map<number, PageRead>();
  private nextRead = 1;
  /** Mappings with dirty pages that have somewhere to go. */
  private readonly dirtyMappings = new Set<AddressSpace>();

  mappingById(id: number): AddressSpace | undefined {
    return this.mappings.get(id);
  }

  /** Pages that wait to be written back (NR_FILE_DIRTY). */
  get dirtyPages(): number {
    let pages = 0;
    for (const mapping of this.dirtyMappings) pages += mapping.dirty.size;
    return pages;
  }

  /** The frame of a page that is cached; 0 = it is not. */
  findPage(mapping: AddressSpace, index: number): number {
    return mapping.pages.get(index) ?? 0;
  }

  /**
   * The frame of a page, read in when it is not cached. No reference is taken.
   * @throws EIO ENOMEM ENOSPC @throws PageWait it is being read; EIO where nothing may wait
   */
  getPage(k: Kernel, mapping: AddressSpace, index: number): number {
    const cached = mapping.pages.get(index);
    if (cached !== undefined) return cached;
    const source = mapping.slowSource(k, index);
    if (source !== null) throw this.pageWait(k, mapping, index, source);
    const frame = this.newFrame(k);
    try {
      mapping.readPage(k, index, frame);
      if (mapping.evictable) countRead(k);
      mapping.pageAdded(k);
    } catch (error) {
      k.core.putFrame(frame);
      throw error;
    }
    this.add(k, mapping, index, frame);
    return frame;
  }

  /** Begins to read a page that is neither there nor on its way. Only a fast one can fail. @throws EIO ENOMEM ENOSPC */
  prefetch(k: Kernel, mapping: AddressSpace, index: number): void {
    if (mapping.pages.has(index)) return;
    const source = mapping.slowSource(k, index);
    if (source === null) this.getPage(k, mapping, index);
    else if (!mapping.reading.has(index)) this.startRead(k, mapping, index, source);
  }

  /** What to throw for a slow page: the wait for it, or EIO for who has just waited for a read that failed. */
  private pageWait(k: Kernel, mapping: AddressSpace, index: number, source: BlockSource): PageWait | Errno {
    const waited = k.current.pageWait?.read;
    if (waited?.failed && waited.mapping === mapping && waited.index === index) {
      k.current.pageWait = null;
      return EIO;
    }
    if (!k.vm.mayWait) return EIO;
    const reading = mapping.reading.get(index);
    const read = reading ?? this.startRead(k, mapping, index, source);
    return new PageWait(read.queue, read, reading === undefined);
  }

  private startRead(k: Kernel, mapping: AddressSpace, index: number, source: BlockSource): PageRead {
    const read = new PageRead(this.nextRead++, mapping, index, source);
    this.reads.set(read.id, read);
    mapping.reading.set(index, read);
    countRead(k);
    askHost(k, read);
    return read;
  }

  /**
   * The host's answer to Platform.blockRead: the bytes (fewer than asked for only at the end of the file), or null where it failed.
   * Who waits looks again. An answer that nobody wants any more is dropped.
   */
  blockReadDone(k: Kernel, id: number, bytes: Uint8Array | null): void {
    const read = this.reads.get(id);
    if (!read) return;
    this.reads.delete(id);
    const { mapping, index } = read;
    if (mapping.reading.get(index) === read) {
      mapping.reading.delete(index);
      read.failed = bytes === null || !this.fill(k, mapping, index, bytes);
    }
    read.queue.wake(k);
  }

  /** Puts a page that came in into the cache. False: it found no frame, or no room in its file system. */
  private fill(k: Kernel, mapping: AddressSpace, index: number, bytes: Uint8Array): boolean {
    if (mapping.pages.has(index)) return true;
    try {
      const frame = this.grabPage(k, mapping, index);
      k.core.u8.set(bytes.subarray(0, PageSize.Bytes), frame);
      return true;
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      return false;
    }
  }

  /** Pages first … last of a file that is cut are not waited for any more: who waits looks at i_size again. */
  forgetReads(k: Kernel, mapping: AddressSpace, first: number, last: number): void {
    for (const [index, read] of mapping.reading) {
      if (index < first || index > last) continue;
      mapping.reading.delete(index);
      read.queue.wake(k);
    }
  }

  /** After a restore: the new host is asked again for what the old one still owed. */
  askAgain(k: Kernel): void {
    for (const read of this.reads.values()) askHost(k, read);
  }

  /** A page of zeros where none is cached: for a write that will cover what is there. @throws ENOMEM ENOSPC */
  grabPage(k: Kernel, mapping: AddressSpace, index: number): number {
    const cached = mapping.pages.get(index);
    if (cached !== undefined) return cached;
    const frame = this.newFrame(k);
    try {
      mapping.pageAdded(k);
    } catch (error) {
      k.core.putFrame(frame);
      throw error;
    }
    this.add(k, mapping, index, frame);
    return frame;
  }

  private newFrame(k: Kernel): number {
    const frame = allocFrame(k, 0);
    if (frame === 0) throw ENOMEM;
    return frame;
  }

  private add(k: Kernel, mapping: AddressSpace, index: number, frame: number): void {
    const page = pageStruct(k, frame) >>> 2;
    const { u32 } = k.core;
    u32[page + (PageStruct.Flags >>> 2)]! |= PageFlag.PageCache | PageFlag.Uptodate;
    u32[page + (PageStruct.Mapping >>> 2)] = mapping.id;
    u32[page + (PageStruct.Index >>> 2)] = index;
    mapping.pages.set(index, frame);
    this.mappings.set(mapping.id, mapping);
    k.vm.cachedPages++;
    if (!mapping.evictable) k.vm.shmemPages++;
  }

  /** Removes a page from the cache, whatever its content (delete_from_page_cache). It must be unmapped. */
  drop(k: Kernel, mapping: AddressSpace, index: number): void {
    const frame = mapping.pages.get(index);
    if (frame === undefined) return;
    mapping.pages.delete(index);
    mapping.dirty.delete(index);
    if (mapping.dirty.size === 0) this.dirtyMappings.delete(mapping);
    if (mapping.pages.size === 0) this.mappings.delete(mapping.id);
    const page = pageStruct(k, frame) >>> 2;
    const { u32 } = k.core;
    u32[page + (PageStruct.Flags >>> 2)]! &= ~(PageFlag.PageCache | PageFlag.Uptodate | PageFlag.Dirty | PageFlag.Readahead);
    u32[page + (PageStruct.Mapping >>> 2)] = 0;
    u32[page + (PageStruct.Index >>> 2)] = 0;
    k.core.putFrame(frame);
    k.vm.cachedPages--;
    if (!mapping.evictable) k.vm.shmemPages--;
    mapping.pageRemoved(k);
  }

  /** Forgets the pages of an inode that is evicted; dirty ones are lost (truncate_inode_pages_final). */
  dropAll(k: Kernel, mapping: AddressSpace): void {
    for (const index of mapping.pages.keys()) this.drop(k, mapping, index);
    this.forgetReads(k, mapping, 0, Infinity);
    mapping.released(k);
  }

  /** set_page_dirty */
  markDirty(k: Kernel, mapping: AddressSpace, index: number, frame: number): void {
    if (!(frameFlags(k, frame) & PageFlag.Dirty)) changeFrameFlags(k, frame, PageFlag.Dirty, 0);
    if (!mapping.evictable || mapping.dirty.has(index)) return;
    mapping.dirty.add(index);
    k.current.ioac.writeBytes += PageSize.Bytes;
    this.dirtyMappings.add(mapping);
  }

  /** Writes dirty pages first … last back (fsync, msync, eviction). @throws EIO; the failed page stays dirty */
  writeback(k: Kernel, mapping: AddressSpace, first = 0, last = Infinity): void {
    if (mapping.dirty.size === 0) return;
    for (const index of [...mapping.dirty].toSorted((a, b) => a - b)) {
      if (index < first || index > last) continue;
      const frame = mapping.pages.get(index);
      if (frame === undefined) continue;
      // Before the bytes are taken: a write that comes after this faults again and marks the page anew.
      makeClean(k, mapping, index, frame);
      mapping.writePage(k, index, frame);
      k.vm.pagesOut++;
      changeFrameFlags(k, frame, 0, PageFlag.Dirty);
      mapping.dirty.delete(index);
    }
    if (mapping.dirty.size === 0) this.dirtyMappings.delete(mapping);
  }

  /** sync(2), shutdown, shortage of memory. Pages that fail stay dirty. */
  writebackAll(k: Kernel): void {
    for (const mapping of this.dirtyMappings) {
      try {
        this.writeback(k, mapping);
      } catch (error) {
        k.platform.debug('mm', `writeback of inode ${mapping.inode.ino}: ${String(error)}`);
      }
    }
  }

  /** Whole pages that a file of `size` bytes has. */
  static pagesOf(size: number): number {
    return Math.ceil(size / PageSize.Bytes);
  }
}
registerState('PageCache', PageCache);

/** task_io_account_read, and PGPGIN: a page comes from where the file really is. */
function countRead(k: Kernel): void {
  k.vm.pagesIn++;
  k.current.ioac.readBytes += PageSize.Bytes;
}

function askHost(k: Kernel, { source, id }: PageRead): void {
  if (!k.platform.blockRead) throw new Error('a file has slow pages, but the platform reads none');
  k.platform.blockRead(source.handle, source.node, source.offset, source.length, id);
}
