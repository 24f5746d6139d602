import { Seal } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import { EPERM } from '../errno.js';
import { registerState } from '../state.js';
import { AddressSpace } from './address-space.js';
import { uncommitMemory } from './account.js';

/** The page cache of a file that lives in memory only (tmpfs, memfd, shared anonymous memory): a page not there is a hole of zeros. */
export class MemoryMapping extends AddressSpace {
  /** Pages committed for it as a whole, when it was made. */
  committed = 0;

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
  override mapShared(_k: Kernel): void {
    if ((this.inode.seals ?? 0) & (Seal.WRITE | Seal.FUTURE_WRITE)) throw EPERM;
  }
  override released(k: Kernel): void {
    uncommitMemory(k, this.committed);
    this.committed = 0;
  }
}
registerState('MemoryMapping', MemoryMapping);
