import { PageSize } from '@ring3/abi';
import type { Kernel } from '../../kernel.js';
import { AddressSpace } from '../../mm/address-space.js';
import type { BlockSource } from '../../mm/page-read.js';
import { registerState } from '../../state.js';
import type { OverlayInode } from './overlay-inode.js';
import type { OverlaySuper } from './overlay.js';

/**
 * Pages of an overlay's file. Until it is written to they come from the lower file and may be dropped; after the copy-up they are the
 * file, and count against the upper layer.
 */
export class OverlayMapping extends AddressSpace {
  private get overlay(): OverlayInode {
    return this.inode as OverlayInode;
  }
  private get sb(): OverlaySuper {
    return this.inode.sb as OverlaySuper;
  }
  override get evictable(): boolean {
    return !this.overlay.keepsPages;
  }
  override get isSlow(): boolean {
    return this.overlay.lowerData?.mapping?.isSlow === true;
  }
  override slowSource(k: Kernel, index: number): BlockSource | null {
    const lower = this.overlay.lowerData?.mapping;
    return !lower || lower.pages.has(index) ? null : lower.slowSource(k, index);
  }
  override readPage(k: Kernel, index: number, frame: number): void {
    const lower = this.overlay.lowerData?.mapping;
    if (!lower) return;
    const cached = lower.pages.get(index);
    if (cached === undefined) lower.readPage(k, index, frame);
    else k.core.u8.copyWithin(frame, cached, cached + PageSize.Bytes);
  }
  override writePage(): void {
    throw new Error('a page of the upper layer has nowhere to be written to');
  }
  override pageAdded(_k: Kernel): void {
    if (this.evictable) return;
    this.sb.takePages(1);
    this.inode.blocks += 8;
  }
  override pageRemoved(_k: Kernel): void {
    if (this.evictable) return;
    this.sb.usedPages--;
    this.inode.blocks -= 8;
  }
}
registerState('OverlayMapping', OverlayMapping);
