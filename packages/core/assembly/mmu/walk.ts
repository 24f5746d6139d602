import { anyBreakpoint, hasBreakpoint } from '../cpu/breakpoints';
import { Cpu, Stat } from '../../../abi/src/machine/cpu-state';
import { MemoryMap, PageFlag, PageSize, PageStruct } from '../../../abi/src/machine/memory-map';
import { Pte } from '../../../abi/src/x86/paging';
import { PageFaultError } from '../../../abi/src/x86/vectors';
import { codePage, dropCode, writesToCodeGoOn } from '../cpu/code-cache';
import { nonCanonicalFault, pageFault, retryWrite } from './access';
import { pageStruct } from './frames';
import { activePgd, claimTagged, entryFor, findTagged, readTable, setEntry, Tagged, TlbLayout } from './tlb';

export const enum Access {
  Read = 0,
  Write = 1,
  Fetch = 2,
}

@inline
export function countStat(stat: u32): void {
  const at = MemoryMap.Cpu + Cpu.Stats + (stat << 3);
  store<u64>(at, load<u64>(at) + 1);
}

/** Bits 63…47 are equal. */
@inline
export function isCanonical(va: u64): bool {
  return <u64>((<i64>va << 16) >> 16) == va;
}

/** Host address of the entry for va in a table of the level whose index begins at bit `shift`. */
@inline
export function entrySlot(table: u32, va: u64, shift: u32): u32 {
  return table + ((<u32>(va >> shift) & 511) << 3);
}

/** Why walkTables gave 0: was the page there at all? */
let walkProtection: bool = false;

/**
 * Four levels from the PML4 down: the host address of the PTE that permits the access in user mode, its A (and for a write D) set;
 * 0 = not present, or not permitted.
 */
export function walkTables(pgd: u32, va: u64, access: u32): u32 {
  countStat(Stat.PageWalks);
  walkProtection = false;
  let table = pgd;
  let rights: u32 = Pte.RW | Pte.US;
  let noExecute: u32 = 0;
  for (let shift: u32 = 39; shift > 12; shift -= 9) {
    const slot = entrySlot(table, va, shift);
    const low = load<u32>(slot);
    if (!(low & Pte.P)) return 0;
    rights &= low;
    noExecute |= load<u32>(slot, 4);
    if (!(low & Pte.A)) store<u32>(slot, low | Pte.A);
    table = low & Pte.FRAME_MASK;
  }
  const slot = entrySlot(table, va, 12);
  const low = load<u32>(slot);
  if (!(low & Pte.P)) return 0;
  rights &= low;
  walkProtection = true;
  if (!(rights & Pte.US)) return 0;
  if (access == Access.Write) {
    if (!(rights & Pte.RW)) return 0;
    if ((low & (Pte.A | Pte.D)) != (Pte.A | Pte.D)) store<u32>(slot, low | Pte.A | Pte.D);
    return slot;
  }
  if (access == Access.Fetch && ((noExecute | load<u32>(slot, 4)) & Pte.NX_HI)) return 0;
  if (!(low & Pte.A)) store<u32>(slot, low | Pte.A);
  return slot;
}

/** walkTables for the running program: records #GP or the page fault when it gives 0. */
function walk(va: u64, access: u32): u32 {
  if (!isCanonical(va)) return nonCanonicalFault();
  const slot = walkTables(activePgd, va, access);
  if (slot) return slot;
  const kind: u32 = access == Access.Write ? PageFaultError.Write : access == Access.Fetch ? PageFaultError.Fetch : 0;
  return pageFault(va, PageFaultError.User | kind | (walkProtection ? PageFaultError.Protection : 0));
}

/** Host address of the byte at va for reading, through the tables; fills the TLB. 0 = faulted. */
export function readSlow(va: u64): u32 {
  const offset = <u32>va & PageSize.Mask;
  const page = va >> PageSize.Shift;
  if (va >> 32) {
    const cached = findTagged(page, Tagged.Read);
    if (cached) return cached + offset;
  } else {
    const entry = load<u32>(readTable + (<u32>page << 2), TlbLayout.Read);
    if (entry) return <u32>va + entry + TlbLayout.Bias;
  }
  countStat(Stat.SlowReads);
  const slot = walk(va, Access.Read);
  if (!slot) return 0;
  const frame = load<u32>(slot) & Pte.FRAME_MASK;
  if (va >> 32) store<u32>(claimTagged(page), frame, Tagged.Read);
  else setEntry(TlbLayout.Read, <u32>va, entryFor(<u32>va, frame));
  return frame + offset;
}

/** The same for writing: sets D. A page with decoded code loses it first, and the instruction starts again. */
export function writeSlow(va: u64): u32 {
  const offset = <u32>va & PageSize.Mask;
  const page = va >> PageSize.Shift;
  if (va >> 32) {
    const cached = findTagged(page, Tagged.Write);
    if (cached) return cached + offset;
  } else {
    const entry = load<u32>(readTable + (<u32>page << 2), TlbLayout.Write);
    if (entry) return <u32>va + entry + TlbLayout.Bias;
  }
  countStat(Stat.SlowWrites);
  const slot = walk(va, Access.Write);
  if (!slot) return 0;
  const frame = load<u32>(slot) & Pte.FRAME_MASK;
  const struct = pageStruct(frame);
  const flags = load<u32>(struct, PageStruct.Flags);
  if (flags & PageFlag.HasCode) {
    dropCode(frame);
    return writesToCodeGoOn ? frame + offset : retryWrite();
  }
  store<u32>(struct, flags | PageFlag.WriteCached, PageStruct.Flags);
  if (va >> 32) {
    const tagged = claimTagged(page);
    store<u32>(tagged, frame, Tagged.Read);
    store<u32>(tagged, frame, Tagged.Write);
  } else {
    const entry = entryFor(<u32>va, frame);
    setEntry(TlbLayout.Read, <u32>va, entry);
    setEntry(TlbLayout.Write, <u32>va, entry);
  }
  return frame + offset;
}

/** The code page for the page of rip, after a walk that checks U and NX; fills X. 0 = faulted. */
export function executeSlow(va: u64): u32 {
  const page = va >> PageSize.Shift;
  if (va >> 32) {
    const cached = findTagged(page, Tagged.Execute);
    if (cached) return cached;
  } else {
    const cached = load<u32>(readTable + (<u32>page << 2), TlbLayout.Execute);
    if (cached) return cached;
  }
  countStat(Stat.TlbMiss);
  const slot = walk(va, Access.Fetch);
  if (!slot) return 0;
  const code = codePage(load<u32>(slot) & Pte.FRAME_MASK);
  if (anyBreakpoint() && hasBreakpoint(page)) return code;
  if (va >> 32) store<u32>(claimTagged(page), code, Tagged.Execute);
  else setEntry(TlbLayout.Execute, <u32>va, code);
  return code;
}

/** The same below 4 GiB, for code that runs without being fetched: records no fault, 0 where it could not be executed, or has breakpoints. */
export function executable(va: u64): u32 {
  const entry = readTable + (<u32>(va >> PageSize.Shift) << 2);
  if (!load<u32>(entry, TlbLayout.Execute) && walkTables(activePgd, va, Access.Fetch)) executeSlow(va);
  return load<u32>(entry, TlbLayout.Execute);
}

/** Host address of the byte at va for instruction fetch; 0 = faulted. */
export function fetchSlow(va: u64): u32 {
  const slot = walk(va, Access.Fetch);
  return slot ? (load<u32>(slot) & Pte.FRAME_MASK) + (<u32>va & PageSize.Mask) : 0;
}

/** For the kernel's own access: host address or 0, without recording a fault. */
export function translateIn(pgd: u32, va: u64, access: u32): u32 {
  if (!isCanonical(va)) return 0;
  const slot = walkTables(pgd, va, access);
  if (!slot) return 0;
  const frame = load<u32>(slot) & Pte.FRAME_MASK;
  if (access == Access.Write && load<u32>(pageStruct(frame), PageStruct.Flags) & PageFlag.HasCode) dropCode(frame);
  return frame + (<u32>va & PageSize.Mask);
}
