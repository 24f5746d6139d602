import { PageSize, Pte } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import type { Mm } from './mm.js';
import { pteHasFrame, readPteLow } from './pte.js';

/** Entries of a table. */
const ENTRIES = 512;

/** What one leaf table maps. */
const TABLE_SPAN = ENTRIES * PageSize.Bytes;

/** The first page in [from, end) that has a frame which is somebody's (not the zero page, not the vdso's); `end` if none has. */
export function nextMappedPage(k: Kernel, mm: Mm, from: number, end: number): number {
  for (let va = from; va < end;) {
    const slot = k.core.pteSlot(mm.pgd, va, false);
    if (slot === 0) {
      va = va - (va % TABLE_SPAN) + TABLE_SPAN;
      continue;
    }
    const low = readPteLow(k, slot);
    if (pteHasFrame(low) && !(low & Pte.SPECIAL)) return va;
    va += PageSize.Bytes;
  }
  return end;
}

/** Bytes of page tables below the top one (mm_pgtables_bytes). */
export function pageTableBytes(k: Kernel, mm: Mm): number {
  return mm.pgd === 0 ? 0 : tablesBelow(k.core.u32, mm.pgd, 4) * PageSize.Bytes;
}

function tablesBelow(u32: Uint32Array, table: number, level: number): number {
  let tables = 0;
  for (let i = 0; i < ENTRIES; i++) {
    const entry = u32[(table >>> 2) + i * 2]!;
    if (entry & Pte.P) tables += 1 + (level > 2 ? tablesBelow(u32, (entry & ~PageSize.Mask) >>> 0, level - 1) : 0);
  }
  return tables;
}
