import { Cap, PageFlag, PageSize, PageStruct, Pte } from '@ring3/abi';
import { EINVAL } from '../../errno.js';
import type { IoIter } from '../../io/io-iter.js';
import type { Kernel } from '../../kernel.js';
import { TASK_SIZE_MAX } from '../../mm/layout.js';
import { pageStruct } from '../../mm/frames.js';
import type { Mm, Vma } from '../../mm/mm.js';
import { pteFrame, pteHasFrame, readPteLow } from '../../mm/pte.js';
import { vmaAt } from '../../mm/vma.js';
import { Vm } from '../../mm/vm-flags.js';
import { registerState } from '../../state.js';
import type { Inode } from '../../vfs/inode.js';
import { MmFile } from './mm-file.js';

/**
 * An entry of /proc/PID/pagemap (Documentation/admin-guide/mm/pagemap.rst), here its high half:
 *
 *    63       62    61           60…57  56          55           54…32     31…0
 *   ┌────────┬─────┬────────────┬──────┬───────────┬────────────┬─────────┬──────────┐
 *   │present │swap │file/shared │      │ exclusive │ soft-dirty │ frame number       │
 *   └────────┴─────┴────────────┴──────┴───────────┴────────────┴─────────┴──────────┘
 */
const enum PagemapHigh {
  SoftDirty = 1 << 23,
  Exclusive = 1 << 24,
  File = 1 << 29,
  Present = -0x8000_0000,
}
const ENTRY = 8;

/** fs/proc/task_mmu.c: pte_to_pagemap_entry, of the page at va. */
function putEntry(k: Kernel, view: DataView, at: number, mm: Mm, vma: Vma | undefined, va: number, showFrames: boolean): void {
  let high = vma && vma.flags & Vm.SoftDirty ? PagemapHigh.SoftDirty : 0;
  const slot = vma ? k.core.pteSlot(mm.pgd, va, false) : 0;
  const low = slot === 0 ? 0 : readPteLow(k, slot);
  if (pteHasFrame(low)) {
    const frame = pteFrame(low);
    high |= PagemapHigh.Present;
    if (low & Pte.SOFT_DIRTY) high |= PagemapHigh.SoftDirty;
    if (!(low & Pte.SPECIAL)) {
      const page = pageStruct(k, frame) >>> 2;
      if (!(k.core.u32[page + (PageStruct.Flags >>> 2)]! & PageFlag.Anon)) high |= PagemapHigh.File;
      if (k.core.u32[page + (PageStruct.MapCount >>> 2)] === 1) high |= PagemapHigh.Exclusive;
    }
    if (showFrames) view.setUint32(at, frame >>> PageSize.Shift, true);
  }
  view.setUint32(at + 4, high >>> 0, true);
}

/** /proc/PID/pagemap: 64 bits per page of the address space. Linux: pagemap_read. */
export class PagemapFile extends MmFile {
  /** Frame numbers are for an opener with CAP_SYS_ADMIN. */
  private readonly showFrames: boolean;

  constructor(k: Kernel, flags: number, inode: Inode, tid: number) {
    super(k, flags, inode, tid);
    this.showFrames = k.current.cred.capable(Cap.SYS_ADMIN);
  }
  /** @throws EINVAL parts of entries */
  override read(k: Kernel, iter: IoIter, pos: number): number {
    const mm = this.liveMm;
    if (!mm) return 0;
    if (pos % ENTRY || iter.remaining % ENTRY) throw EINVAL;
    let done = 0;
    let va = (pos / ENTRY) * PageSize.Bytes;
    while (iter.remaining > 0 && va < TASK_SIZE_MAX) {
      const entries = Math.min(iter.remaining / ENTRY, 512, (TASK_SIZE_MAX - va) / PageSize.Bytes);
      const bytes = new Uint8Array(entries * ENTRY);
      const view = new DataView(bytes.buffer);
      for (let i = 0; i < entries; i++, va += PageSize.Bytes) {
        putEntry(k, view, i * ENTRY, mm, vmaAt(mm, va), va, this.showFrames);
      }
      const n = iter.put(k, bytes);
      done += n;
      if (n < bytes.length) break;
    }
    return done;
  }
}
registerState('PagemapFile', PagemapFile);
