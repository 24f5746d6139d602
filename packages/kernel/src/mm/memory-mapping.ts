import type { Kernel } from '../kernel.js';
import { AddressSpace } from './address-space.js';
import { registerState } from '../state.js';

/** The page cache of a file that lives in memory only (tmpfs, memfd, shared anonymous memory): a page not there is a hole of zeros. */
export class MemoryMapping extends AddressSpace {
  override readPage(_k: Kernel, _index: number, _frame: number): void {
    // A new frame is zeroed already.
  }
  override writePage(_k: Kernel, _index: number, _frame: number): void {
    throw new Error('a memory-only page has nowhere to be written to');
  }
  override get evictable(): boolean {
    return false;
  }
  override pageAdded(_k: Kernel): void {
    this.inode.blocks += 8;
  }
  override pageRemoved(_k: Kernel): void {
    this.inode.blocks -= 8;
  }
}
registerState('MemoryMapping', MemoryMapping);
