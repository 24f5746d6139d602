import { PageSize } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import type { Inode } from '../vfs/inode.js';
import type { AddressSpace } from './address-space.js';
import { frameFlags, willWrite } from './frames.js';
import { unmapMapping } from './zap.js';

/**
 * mm/truncate.c: truncate_setsize. Sets the inode's size; when it shrinks, pages beyond are unmapped everywhere (private copies too) and
 * dropped, and the rest of the last page becomes zero, so that a later extension shows zeros.
 */
export function truncatePages(k: Kernel, inode: Inode, newSize: number): void {
  const oldSize = inode.size;
  inode.size = newSize;
  const { mapping } = inode;
  if (!mapping) return;
  if (newSize < oldSize || newSize === 0) {
    const firstGone = Math.ceil(newSize / PageSize.Bytes);
    unmapMapping(k, mapping, firstGone, Infinity, true);
    dropRange(k, mapping, firstGone, Infinity);
    k.pageCache.forgetReads(k, mapping, firstGone, Infinity);
  }
  if (newSize < oldSize) zeroPart(k, mapping, newSize, Math.ceil(newSize / PageSize.Bytes) * PageSize.Bytes);
}

function dropRange(k: Kernel, mapping: AddressSpace, first: number, last: number): void {
  for (const index of mapping.pages.keys()) {
    if (index >= first && index <= last) k.pageCache.drop(k, mapping, index);
  }
}

/** Zeroes bytes [start, end) of one page if it is cached. */
function zeroPart(k: Kernel, mapping: AddressSpace, start: number, end: number): void {
  const offset = start & PageSize.Mask;
  if (start >= end) return;
  const index = Math.floor(start / PageSize.Bytes);
  const frame = mapping.pages.get(index);
  if (frame === undefined) return;
  willWrite(k, frame);
  k.core.u8.fill(0, frame + offset, frame + offset + (end - start));
  if (frameFlags(k, frame) !== 0) k.pageCache.markDirty(k, mapping, index, frame);
}

/** mm/truncate.c: truncate_pagecache_range, for memory-only files. Bytes [start, end) become a hole: they read as zero. */
export function punchHole(k: Kernel, inode: Inode, start: number, end: number): void {
  const { mapping } = inode;
  if (!mapping) return;
  const first = Math.ceil(start / PageSize.Bytes);
  const last = Math.floor(end / PageSize.Bytes) - 1;
  if (first <= last) {
    unmapMapping(k, mapping, first, last, false);
    dropRange(k, mapping, first, last);
  }
  if (first > last + 1) {
    zeroPart(k, mapping, start, end);
    return;
  }
  zeroPart(k, mapping, start, first * PageSize.Bytes);
  zeroPart(k, mapping, (last + 1) * PageSize.Bytes, end);
}
