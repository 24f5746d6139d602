import { PageFlag, PageSize } from '../../../abi/src/machine/memory-map';
import { Pte } from '../../../abi/src/x86/paging';
import { allocFrame, allocThisFrame, canGoOnIn, frameWithRoom, isFrame, isFree, pageFlags } from './frames';
import { holdsFrame, pteTable } from './page-tables';
import { entrySlot } from './walk';

/** Pages that have their frames together, less one: 64 KiB of addresses. */
const REST: i32 = 15;

/**
 * A frame for a page of anonymous memory: at the distance from its neighbours' frames that it has from them, where that can be. What translated
 * code remembers of the TLB holds for as many pages as lie together (cpu/regions.ts: rememberStack). Else room is looked for, for the 64 KiB of
 * addresses that the page is in.
 */
export function allocFrameFor(pgd: u32, va: u64, flags: u32, zeroed: bool): u32 {
  const before = <i32>(va >> PageSize.Shift) & REST;
  const near = besideNeighbour(pgd, va, before);
  const wanted = near ? near : frameWithRoom(before);
  const frame = wanted ? allocThisFrame(wanted, REST - before, flags, zeroed) : 0;
  return frame ? frame : allocFrame(flags, zeroed);
}

function besideNeighbour(pgd: u32, va: u64, before: i32): u32 {
  const table = pteTable(pgd, va);
  if (!table) return 0;
  for (let distance = 1; distance <= REST; distance++) {
    const below = besideFrame(table, va, -distance, before);
    if (below) return below;
    const above = besideFrame(table, va, distance, before);
    if (above) return above;
  }
  return 0;
}

/**
 * What the frame of an anonymous page some pages away, in the same page table, has at that distance, if it is free: with all that belongs to this
 * page's 64 KiB, where the other page is not in them.
 */
function besideFrame(table: u32, va: u64, distance: i32, before: i32): u32 {
  const other = va + (<i64>distance << PageSize.Shift);
  if (other >> 21 != va >> 21) return 0;
  const low = load<u32>(entrySlot(table, other, 12));
  const frame = low & Pte.FRAME_MASK;
  if (!holdsFrame(low) || !isFrame(frame) || !(pageFlags(frame) & PageFlag.Anon)) return 0;
  const wanted = frame - (distance << PageSize.Shift);
  const isTogether = before + distance >= 0 && before + distance <= REST;
  return (isTogether ? isFree(wanted) : canGoOnIn(wanted)) ? wanted : 0;
}
