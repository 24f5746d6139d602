import { Header, MemoryMap, PageFlag, PageSize, PageStruct } from '@ring3/abi';
import { EINVAL } from '../../errno.js';
import type { IoIter } from '../../io/io-iter.js';
import type { Kernel } from '../../kernel.js';
import { seqSeek } from './seq-file.js';
import { registerState } from '../../state.js';
import { File } from '../../vfs/file.js';
import type { Inode } from '../../vfs/inode.js';

/** /proc/kpagecount and /proc/kpageflags: 64 bits per page frame of the machine, by frame number (fs/proc/page.c). */

/** Bits of kpageflags (include/uapi/linux/kernel-page-flags.h; the last from kernel-page-flags.h of the kernel itself). */
const enum Kpf {
  Uptodate = 1 << 3,
  Dirty = 1 << 4,
  Lru = 1 << 5,
  Writeback = 1 << 8,
  Buddy = 1 << 10,
  Mmap = 1 << 11,
  Anon = 1 << 12,
  SwapBacked = 1 << 14,
  NoPage = 1 << 20,
  ZeroPage = 1 << 24,
  PageTable = 1 << 26,
  /** In the high half. */
  ReservedHigh = 1 << 0,
}

const ENTRY = 8;

function frameSlots(k: Kernel): number {
  return k.core.u32[(MemoryMap.Header + Header.FrameSlots) >>> 2]!;
}

/** Index of a frame's struct page in u32; −1: the number is no memory's. */
function pageIndex(k: Kernel, pfn: number): number {
  const index = pfn - (k.core.u32[(MemoryMap.Header + Header.FrameBase) >>> 2]! >>> PageSize.Shift);
  return index < 0 || index >= frameSlots(k) ? -1 : (MemoryMap.MemMap + index * PageStruct.Bytes) >>> 2;
}

/** stable_page_flags, the low half. */
function flagsOf(k: Kernel, pfn: number, page: number): number {
  const { u32 } = k.core;
  const flags = u32[page + (PageStruct.Flags >>> 2)]!;
  if (u32[page + (PageStruct.RefCount >>> 2)] === 0) return Kpf.Buddy;
  let bits = 0;
  if (flags & PageFlag.PageTable) return Kpf.PageTable;
  if (pfn === k.vm.zeroFrame >>> PageSize.Shift) bits |= Kpf.ZeroPage;
  if (u32[page + (PageStruct.MapCount >>> 2)]! > 0) bits |= Kpf.Mmap;
  if (flags & PageFlag.Anon) bits |= Kpf.Anon | Kpf.Lru | (flags & PageFlag.LazyFree ? 0 : Kpf.SwapBacked);
  if (flags & PageFlag.PageCache) bits |= Kpf.Lru;
  if (flags & PageFlag.PageCache && inMemoryOnly(k, u32[page + (PageStruct.Mapping >>> 2)]!)) bits |= Kpf.SwapBacked;
  if (flags & PageFlag.Uptodate) bits |= Kpf.Uptodate;
  if (flags & PageFlag.Dirty) bits |= Kpf.Dirty;
  if (flags & PageFlag.Writeback) bits |= Kpf.Writeback;
  return bits;
}

function inMemoryOnly(k: Kernel, mapping: number): boolean {
  return k.pageCache.mappingById(mapping)?.evictable === false;
}

export class KpageFile extends File {
  constructor(
    flags: number,
    inode: Inode,
    private readonly what: 'count' | 'flags',
  ) {
    super(flags, inode, null);
  }
  override get seekable(): boolean {
    return true;
  }
  override llseek(_k: Kernel, offset: number, whence: number): number {
    return seqSeek(this, offset, whence);
  }
  /** kpagecount_read, kpageflags_read. @throws EINVAL parts of entries */
  override read(k: Kernel, iter: IoIter, pos: number): number {
    const base = k.core.u32[(MemoryMap.Header + Header.FrameBase) >>> 2]!;
    const max = (base >>> PageSize.Shift) + frameSlots(k);
    if (pos >= max * ENTRY) return 0;
    const length = Math.min(iter.remaining, max * ENTRY - pos, PageSize.Bytes * 64);
    if (pos % ENTRY || length % ENTRY) throw EINVAL;
    const bytes = new Uint8Array(length);
    const view = new DataView(bytes.buffer);
    for (let at = 0, pfn = pos / ENTRY; at < length; at += ENTRY, pfn++) this.entry(k, view, at, pfn);
    return iter.put(k, bytes);
  }
  private entry(k: Kernel, view: DataView, at: number, pfn: number): void {
    const page = pageIndex(k, pfn);
    if (this.what === 'count') {
      if (page >= 0) view.setUint32(at, k.core.u32[page + (PageStruct.MapCount >>> 2)]!, true);
      return;
    }
    view.setUint32(at, page < 0 ? Kpf.NoPage : flagsOf(k, pfn, page), true);
    const reserved = page >= 0 && k.core.u32[page + (PageStruct.Flags >>> 2)]! & (PageFlag.Reserved | PageFlag.Core);
    if (reserved) view.setUint32(at + 4, Kpf.ReservedHigh, true);
  }
}
registerState('KpageFile', KpageFile);
