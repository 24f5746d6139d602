import type { Kernel } from '../kernel.js';
import type { Inode } from '../vfs/inode.js';
import type { Vma } from './mm.js';
import type { BlockSource, PageRead } from './page-read.js';
import { registerState } from '../state.js';

/**
 * struct address_space: the page cache of one inode. Pages are frames in the machine's memory with PageFlag.PageCache; read(), write()
 * and shared mappings see the same bytes. A file system subclasses it with where pages come from and go to.
 */
export abstract class AddressSpace {
  /** Frames by page index. */
  readonly pages = new Map<number, number>();
  /** i_mmap: the vmas that map it, shared and private. */
  readonly vmas = new Set<Vma>();
  /** Indexes of dirty pages, where writeback has something to do. */
  readonly dirty = new Set<number>();
  /** Pages that the host is being asked for, by index. */
  readonly reading = new Map<number, PageRead>();
  /** i_mmap_writable: shared mappings that may be written; below 0: sealed against them. */
  writableMaps = 0;
  /** Unique, never 0: PageStruct.Mapping of its frames. */
  constructor(
    readonly id: number,
    readonly inode: Inode,
  ) {}
  /** Do its pages come from a slow host (slowSource)? */
  get isSlow(): boolean {
    return false;
  }
  /** Where the host has a page whose bytes cannot be had at once; null: readPage has them. */
  slowSource(_k: Kernel, _index: number): BlockSource | null {
    return null;
  }
  /** Fills a zeroed frame with page `index` of the file. @throws an Errno (EIO) when the host fails */
  abstract readPage(k: Kernel, index: number, frame: number): void;
  /** Writes a dirty page back. Memory-only file systems keep their dirty pages and do nothing. */
  abstract writePage(k: Kernel, index: number, frame: number): void;
  /** May clean pages be dropped when memory is short? False where memory is the only place (tmpfs). */
  abstract get evictable(): boolean;
  /** A page is about to be added: where the file system counts or limits. @throws ENOSPC */
  pageAdded(_k: Kernel): void {}
  /** A page has been removed. */
  pageRemoved(_k: Kernel): void {}
  /** Its inode is gone, and its pages are. */
  released(_k: Kernel): void {}
  /** What vm_flags a new mapping of it may have (f_op->mmap): seals may take some, or refuse. @throws EPERM */
  mappedFlags(vmFlags: number): number {
    return vmFlags;
  }
}
registerState('AddressSpace', AddressSpace);
