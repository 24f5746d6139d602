import { PageSize, Pte } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import type { Mm } from './mm.js';

/** Entries of a table. */
const ENTRIES = 512;

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
