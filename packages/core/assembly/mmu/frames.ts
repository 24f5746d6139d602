import { Cpu, Stat } from '../../../abi/src/machine/cpu-state';
import { Header, MemoryMap, PageFlag, PageSize, PageStruct } from '../../../abi/src/machine/memory-map';
import { dropCode } from '../cpu/code-cache';
import { hostMemoryGrown } from '../host';
import { append, firstFree, isUntouched, nextFree, prepend, remove } from './free-list';

/**
 * Frames and their struct pages. Memory grows towards the limit in steps, and a frame that was never used needs no zeroing. Tables of
 * the core that are first needed later on lie amid the frames.
 *
 *   MemMap          FrameBase                          fresh            memory end        limit
 *   │ struct page[] … │ frames, tables, frames …       │ never touched  │ not yet grown   │
 */
let frameBase: u32 = 0;
let frameEnd: u32 = 0;
let fresh: u32 = 0;
let grownTo: u32 = 0;
/** How many may still come from there: what is behind them is for tables. */
let freshLeft: u32 = 0;

const enum Room {
  /** A block of frames. */
  Bytes = 0x1_0000,
  /** Blocks that are looked at for one that is free, and free frames on the way there. */
  Tries = 8,
  Looks = 64,
}

const enum Growth {
  PageShift = 16,
  /** Memory grows by as many bytes as the frames take up, within these limits. */
  Least = 0x40_0000,
  Most = 0x100_0000,
}

/** Where the mem_map for so many frames ends, page aligned. */
export function memMapEnd(frames: u32): u32 {
  const bytes = (frames + <u32>MemoryMap.TableFrames) * <u32>PageStruct.Bytes;
  return (<u32>MemoryMap.MemMap + bytes + <u32>PageSize.Mask) & ~<u32>PageSize.Mask;
}

/** @param base where the frames begin */
export function initFrames(frames: u32, base: u32): void {
  const slots = frames + <u32>MemoryMap.TableFrames;
  frameBase = base;
  frameEnd = base + (slots << PageSize.Shift);
  fresh = base;
  freshLeft = frames;
  grownTo = <u32>memory.size() << Growth.PageShift;
  store<u32>(MemoryMap.Header + Header.FrameCount, frames);
  store<u32>(MemoryMap.Header + Header.FrameSlots, slots);
  store<u32>(MemoryMap.Header + Header.FrameBase, frameBase);
  store<u32>(MemoryMap.Header + Header.FreeFrames, frames);
}

/** Host address of a frame's struct page. */
@inline
export function pageStruct(frame: u32): u32 {
  return MemoryMap.MemMap + ((frame - frameBase) >>> PageSize.Shift) * PageStruct.Bytes;
}

@inline
export function pageFlags(frame: u32): u32 {
  return load<u32>(pageStruct(frame), PageStruct.Flags);
}

/** Is it one of the frames that mem_map describes? */
@inline
export function isFrame(frame: u32): bool {
  return frame >= frameBase && frame < frameEnd;
}

/** A frame with one reference. 0 = the limit is reached, or the host has no more memory. */
export function allocFrame(flags: u32, zeroed: bool): u32 {
  if (!load<u32>(MemoryMap.Header + Header.FreeFrames)) return 0;
  // What was passed over is for its neighbours, as long as there is other.
  if (firstFree && !isUntouched(firstFree)) return give(firstFree, flags, zeroed);
  const frame = takeFreshFrames(1);
  if (frame) return begin(frame, flags);
  return firstFree ? give(firstFree, flags, zeroed) : 0;
}

/** Is it free, or could it be taken next with what is passed over? */
export function isFree(frame: u32): bool {
  if (frame >= fresh) return frame - fresh < <u32>Room.Bytes && (frame - fresh) >>> PageSize.Shift < freshLeft;
  return frame >= frameBase && !load<u32>(pageStruct(frame), PageStruct.RefCount);
}

/** The same, but a certain one, which is free. `behind`: so many that follow it are passed over for its neighbours, if they were never used. */
export function allocThisFrame(frame: u32, behind: u32, flags: u32, zeroed: bool): u32 {
  if (!load<u32>(MemoryMap.Header + Header.FreeFrames)) return 0;
  if (frame < fresh) return give(frame, flags, zeroed);
  const end = frame + PageSize.Bytes + (behind << PageSize.Shift);
  const first = takeFreshFrames((end - fresh) >>> PageSize.Shift);
  if (!first) return 0;
  for (let passed = first; passed < end; passed += PageSize.Bytes) if (passed != frame) append(passed);
  return begin(frame, flags);
}

/** A free frame that has so many before it in its block of frames, all of which are free; 0: none was found. */
export function frameWithRoom(before: u32): u32 {
  let block: u32 = 0;
  let tries: i32 = Room.Tries;
  let frame = firstFree;
  for (let i = 0; i < Room.Looks && tries && frame && !isUntouched(frame); i++) {
    const its = blockOf(frame);
    if (its != block) {
      block = its;
      if (isFreeBlock(block)) return block + (before << PageSize.Shift);
      tries--;
    }
    frame = nextFree(frame);
  }
  const next = blockOf(fresh + (Room.Bytes - 1));
  return (next + Room.Bytes - fresh) >>> PageSize.Shift <= freshLeft ? next + (before << PageSize.Shift) : 0;
}

/** Can an area go on in the block that a frame is in? What was in use before comes first: memory is not to grow while there is some. */
export function canGoOnIn(frame: u32): bool {
  if (frame >= fresh && firstFree && !isUntouched(firstFree)) return false;
  return isFreeBlock(blockOf(frame));
}

/** The first frame of the block that a frame is in. */
@inline
function blockOf(frame: u32): u32 {
  return frame - ((frame - frameBase) & (Room.Bytes - 1));
}

function isFreeBlock(block: u32): bool {
  for (let at: u32 = 0; at < <u32>Room.Bytes; at += PageSize.Bytes) if (!isFree(block + at)) return false;
  return true;
}

/** Gives out a frame of the free list. */
function give(frame: u32, flags: u32, zeroed: bool): u32 {
  remove(frame);
  if (zeroed && !isUntouched(frame)) memory.fill(frame, 0, PageSize.Bytes);
  return begin(frame, flags);
}

function begin(frame: u32, flags: u32): u32 {
  const page = pageStruct(frame);
  store<u32>(page, 1, PageStruct.RefCount);
  store<u32>(page, 0, PageStruct.MapCount);
  store<u32>(page, flags, PageStruct.Flags);
  store<u32>(page, 0, PageStruct.Mapping);
  store<u32>(page, 0, PageStruct.Index);
  const free = MemoryMap.Header + Header.FreeFrames;
  store<u32>(free, load<u32>(free) - 1);
  const count = MemoryMap.Cpu + Cpu.Stats + (Stat.FramesAllocated << 3);
  store<u64>(count, load<u64>(count) + 1);
  return frame;
}

/** Frames that were never touched, one after another; 0 = the host has no more memory. */
function takeFresh(bytes: u32): u32 {
  const at = fresh;
  if (frameEnd - at < bytes) return 0;
  if (at + bytes > grownTo && !grow(at + bytes - grownTo)) return 0;
  fresh = at + bytes;
  store<u32>(MemoryMap.Header + Header.FramesTouched, (fresh - frameBase) >>> PageSize.Shift);
  return at;
}

/** The same, for the guest. 0 = that would be more than the limit, too. */
function takeFreshFrames(count: u32): u32 {
  if (count > freshLeft) return 0;
  const first = takeFresh(count << PageSize.Shift);
  if (first) freshLeft -= count;
  return first;
}

function grow(least: u32): bool {
  let bytes = fresh - frameBase;
  if (bytes < <u32>Growth.Least) bytes = Growth.Least;
  if (bytes > <u32>Growth.Most) bytes = Growth.Most;
  if (bytes > frameEnd - grownTo) bytes = frameEnd - grownTo;
  if (bytes < least) bytes = least;
  const pages = (bytes + 0xffff) >>> Growth.PageShift;
  if (memory.grow(pages) < 0) return false;
  hostMemoryGrown();
  grownTo += pages << Growth.PageShift;
  return true;
}

/** Room for a table of the core, all zero, for good; 0 = the host has no more memory. `id`: CoreTable. */
export function takeTable(id: u32, bytes: u32): u32 {
  const first = takeFresh(bytes);
  if (!first) return 0;
  for (let at: u32 = 0; at < bytes; at += PageSize.Bytes) {
    const page = pageStruct(first + at);
    store<u32>(page, 1, PageStruct.RefCount);
    store<u32>(page, PageFlag.Core, PageStruct.Flags);
  }
  store<u32>(pageStruct(first), id, PageStruct.Index);
  return first;
}

export function getFrame(frame: u32): void {
  const page = pageStruct(frame);
  store<u32>(page, load<u32>(page, PageStruct.RefCount) + 1, PageStruct.RefCount);
}

/** Drops a reference; the last one frees the frame. Reserved frames are never freed. */
export function putFrame(frame: u32): void {
  const page = pageStruct(frame);
  const flags = load<u32>(page, PageStruct.Flags);
  if (flags & PageFlag.Reserved) return;
  const count = load<u32>(page, PageStruct.RefCount) - 1;
  store<u32>(page, count, PageStruct.RefCount);
  if (count != 0) return;
  if (flags & PageFlag.HasCode) dropCode(frame);
  store<u32>(page, load<u32>(page, PageStruct.Version) + 1, PageStruct.Version);
  store<u32>(page, 0, PageStruct.Flags);
  prepend(frame);
  const free = MemoryMap.Header + Header.FreeFrames;
  store<u32>(free, load<u32>(free) + 1);
}
