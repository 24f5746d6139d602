import { PageSize } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import type { IoIter } from '../io/io-iter.js';
import type { Inode } from '../vfs/inode.js';
import { EFAULT, EINVAL, ENOMEM, Errno } from '../errno.js';
import type { AddressSpace } from './address-space.js';
import { allocFrame, willWrite } from './frames.js';
import { PageWait } from './page-read.js';

/**
 * mm/filemap.c: generic_file_read_iter. Copies from the page cache at `pos` up to end of file; returns how many bytes. Bytes
 * already copied beat an error. @throws EIO EFAULT
 */
export function genericFileRead(k: Kernel, inode: Inode, iter: IoIter, pos: number): number {
  const { mapping } = inode;
  if (!mapping) throw EINVAL;
  let copied = 0;
  while (iter.remaining > 0 && pos < inode.size) {
    const offset = pos & PageSize.Mask;
    const index = Math.floor(pos / PageSize.Bytes);
    const length = Math.min(PageSize.Bytes - offset, inode.size - pos, iter.remaining);
    let n: number;
    try {
      n = copyPage(k, inode, index, offset, length, iter);
    } catch (error) {
      return partial(k, copied, error);
    }
    copied += n;
    pos += n;
    if (n < length) break;
  }
  return copied;
}

/** What a transfer that cannot go on answers: what it moved; the call goes on later where it only has to wait. @throws the error, where nothing was */
function partial(k: Kernel, copied: number, error: unknown): number {
  if (copied === 0) throw error;
  if (error instanceof PageWait) k.vm.stalled = error;
  else if (!(error instanceof Errno)) throw error;
  return copied;
}

function copyPage(k: Kernel, inode: Inode, index: number, offset: number, length: number, iter: IoIter): number {
  const mapping = inode.mapping!;
  // A hole of a memory-only file is read without giving it a page.
  if (!mapping.evictable && !mapping.pages.has(index)) return iter.putZero(k, length);
  const frame = k.pageCache.getPage(k, mapping, index);
  // Faults of the destination may evict pages: hold this one.
  k.core.getFrame(frame);
  try {
    return iter.putHost(k, frame + offset, length);
  } finally {
    k.core.putFrame(frame);
  }
}

/**
 * mm/filemap.c: generic_perform_write. Copies into the page cache at `pos`, extends inode.size; limits, O_APPEND and times are the
 * caller's. Bytes already copied beat an error. @throws EIO ENOSPC EFAULT
 */
export function genericFileWrite(k: Kernel, inode: Inode, iter: IoIter, pos: number): number {
  const { mapping } = inode;
  if (!mapping) throw EINVAL;
  let copied = 0;
  while (iter.remaining > 0) {
    const offset = pos & PageSize.Mask;
    const index = Math.floor(pos / PageSize.Bytes);
    const length = Math.min(PageSize.Bytes - offset, iter.remaining);
    let n: number;
    try {
      n = fillPage(k, inode, index, offset, length, iter, pos);
    } catch (error) {
      return partial(k, copied, error);
    }
    copied += n;
    pos += n;
    if (n < length) break;
  }
  return copied;
}

function fillPage(k: Kernel, inode: Inode, index: number, offset: number, length: number, iter: IoIter, pos: number): number {
  const mapping = inode.mapping!;
  const pageStart = index * PageSize.Bytes;
  const beyond = pageStart >= inode.size;
  const isNew = !mapping.pages.has(index);
  const blind = isNew && (beyond || (offset === 0 && pos + length >= inode.size));
  const frame = blind ? k.pageCache.grabPage(k, mapping, index) : k.pageCache.getPage(k, mapping, index);
  k.core.getFrame(frame);
  try {
    willWrite(k, frame);
    const n = iter.takeHost(k, frame + offset, length);
    if (n === 0) throw EFAULT;
    if (blind && !beyond && n < length) readTail(k, mapping, index, frame, n);
    k.pageCache.markDirty(k, mapping, index, frame);
    if (pos + n > inode.size) inode.size = pos + n;
    return n;
  } catch (error) {
    if (blind) k.pageCache.drop(k, mapping, index);
    throw error;
  } finally {
    k.core.putFrame(frame);
  }
}

/** The source ended early in a page that was to be overwritten whole: what lies behind `from` must come from the file after all. */
function readTail(k: Kernel, mapping: AddressSpace, index: number, frame: number, from: number): void {
  const whole = allocFrame(k, 0);
  if (whole === 0) throw ENOMEM;
  try {
    mapping.readPage(k, index, whole);
    k.core.u8.copyWithin(frame + from, whole + from, whole + PageSize.Bytes);
  } finally {
    k.core.putFrame(whole);
  }
}
