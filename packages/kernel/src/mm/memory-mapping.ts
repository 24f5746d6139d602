import { Seal } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import { ENOMEM, ENOSPC, EPERM } from '../errno.js';
import { registerState } from '../state.js';
import { AddressSpace } from './address-space.js';
import { commitMemory, uncommitMemory } from './account.js';
import { Vm } from './vm-flags.js';

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
  /** shmem_inode_acct_block: what was not committed as a whole is page by page. @throws ENOSPC beyond the commit limit */
  override pageAdded(k: Kernel): void {
    if (this.committed === 0) {
      try {
        commitMemory(k, k.current.mm, 1);
      } catch (error) {
        throw error === ENOMEM ? ENOSPC : error;
      }
    }
    this.inode.blocks += 8;
  }
  override pageRemoved(k: Kernel): void {
    if (this.committed === 0) uncommitMemory(k, 1);
    this.inode.blocks -= 8;
  }
  /** mapping_map_writable, shmem_mmap. With F_SEAL_FUTURE_WRITE shared mappings stay read-only for ever. */
  override mappedFlags(vmFlags: number): number {
    const seals = this.inode.seals ?? 0;
    if (!(vmFlags & Vm.Shared)) return vmFlags;
    if (seals & Seal.WRITE) throw EPERM;
    if (!(seals & Seal.FUTURE_WRITE)) return vmFlags;
    if (vmFlags & Vm.Write) throw EPERM;
    return vmFlags & ~Vm.MayWrite;
  }
  override released(k: Kernel): void {
    uncommitMemory(k, this.committed);
    this.committed = 0;
  }
}
registerState('MemoryMapping', MemoryMapping);
