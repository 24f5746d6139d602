import { PageStruct } from '../../../abi/src/machine/memory-map';
import { pageStruct } from './frames';

/**
 * Free frames, doubly linked: those that were in use, the last freed one first; behind them those that were passed over and never touched,
 * so that they hold zeros.
 */
export let firstFree: u32 = 0;
let lastFree: u32 = 0;

/** A free frame has no place in a mapping. */
const Previous: usize = PageStruct.Index;

/** Was a free frame never given out? */
@inline
export function isUntouched(frame: u32): bool {
  return load<u32>(pageStruct(frame), PageStruct.Version) == 0;
}

/** A frame that was in use. */
export function prepend(frame: u32): void {
  link(0, frame, firstFree);
}

/** A frame that was passed over. */
export function append(frame: u32): void {
  link(lastFree, frame, 0);
}

function link(before: u32, frame: u32, behind: u32): void {
  const page = pageStruct(frame);
  store<u32>(page, before, Previous);
  store<u32>(page, behind, PageStruct.Next);
  join(before, frame);
  join(frame, behind);
}

/** Takes any of them out of the list. */
export function remove(frame: u32): void {
  const page = pageStruct(frame);
  const before = load<u32>(page, Previous);
  const behind = load<u32>(page, PageStruct.Next);
  join(before, behind);
}

/** 0: the list's end. */
function join(before: u32, behind: u32): void {
  if (before) store<u32>(pageStruct(before), behind, PageStruct.Next);
  else firstFree = behind;
  if (behind) store<u32>(pageStruct(behind), before, Previous);
  else lastFree = before;
}

@inline
export function nextFree(frame: u32): u32 {
  return load<u32>(pageStruct(frame), PageStruct.Next);
}
