import { PageFlag } from '../../../abi/src/machine/memory-map';
import { Pte } from '../../../abi/src/x86/paging';
import { allocFrame, putFrame } from './frames';
import { releaseContext } from './tlb';
import { entrySlot } from './walk';

/** A new PML4. 0 = out of frames. */
export function createPageTable(): u32 {
  return allocFrame(PageFlag.PageTable, true);
}

/** Frees all page-table frames of the user half and the PML4 itself. Leaf entries are not looked at. */
export function destroyPageTable(pgd: u32): void {
  releaseContext(pgd);
  freeTables(pgd, 39);
}

function freeTables(table: u32, shift: u32): void {
  if (shift > 12) {
    for (let i: u32 = 0; i < 512; i++) {
      const low = load<u32>(table + (i << 3));
      if (low & Pte.P) freeTables(low & Pte.FRAME_MASK, shift - 9);
    }
  }
  putFrame(table);
}

/** Where a hole found by pteTable ends. */
export let holeEnd: u64 = 0;

/** The page table (last level) that covers va; 0 = there is none, and holeEnd is the next va that may have one. */
export function pteTable(pgd: u32, va: u64): u32 {
  let table = pgd;
  for (let shift: u32 = 39; shift > 12; shift -= 9) {
    const low = load<u32>(entrySlot(table, va, shift));
    if (!(low & Pte.P)) {
      holeEnd = ((va >> shift) + 1) << shift;
      return 0;
    }
    table = low & Pte.FRAME_MASK;
  }
  return table;
}

/** The same, with missing tables made. 0 = out of frames. */
export function makePteTable(pgd: u32, va: u64): u32 {
  let table = pgd;
  for (let shift: u32 = 39; shift > 12; shift -= 9) {
    const slot = entrySlot(table, va, shift);
    let low = load<u32>(slot);
    if (!(low & Pte.P)) {
      const made = allocFrame(PageFlag.PageTable, true);
      if (!made) return 0;
      low = made | Pte.P | Pte.RW | Pte.US | Pte.A | Pte.D;
      store<u64>(slot, <u64>low);
    }
    table = low & Pte.FRAME_MASK;
  }
  return table;
}

/** Host address of the PTE of va; 0 = no table. */
export function pteSlot(pgd: u32, va: u64, alloc: bool): u32 {
  const table = alloc ? makePteTable(pgd, va) : pteTable(pgd, va);
  return table ? entrySlot(table, va, 12) : 0;
}

/** End of the part of [va, end) that one page table covers. */
export function tableEnd(va: u64, end: u64): u64 {
  const next = ((va >> 21) + 1) << 21;
  return next < end ? next : end;
}

/** Does the entry hold a frame: present, or kept behind PROT_NONE? */
@inline
export function holdsFrame(low: u32): bool {
  return (low & (Pte.P | Pte.PROTNONE)) != 0;
}
