import { Cpu, Stat } from '../../../abi/src/machine/cpu-state';
import { Header, MemoryMap, PageFlag, PageSize, PageStruct } from '../../../abi/src/machine/memory-map';
import { dropCode } from '../cpu/code-cache';
import { hostMemoryGrown } from '../host';

/**
 * Frames and their struct pages. Frames lie behind mem_map; memory grows towards the limit in chunks, and a frame that was
 * never used needs no zeroing.
 *
 *   MemMap          FrameBase                fresh            memory end        limit
 *   │ struct page[] │ used and freed frames  │ never touched  │ not yet grown   │
 */
let frameBase: u32 = 0;
let frameEnd: u32 = 0;
let fresh: u32 = 0;
let grownTo: u32 = 0;
let freeList: u32 = 0;

const enum Growth {
  /** Memory grows by this many WebAssembly pages (64 KiB) at a time. */
  Pages = 256,
  PageShift = 16,
}

export function initFrames(frames: u32): void {
  const memMapEnd = MemoryMap.MemMap + frames * PageStruct.Bytes;
  frameBase = (memMapEnd + PageSize.Mask) & ~PageSize.Mask;
  frameEnd = frameBase + (frames << PageSize.Shift);
  fresh = frameBase;
  grownTo = <u32>memory.size() << Growth.PageShift;
  store<u32>(MemoryMap.Header + Header.FrameCount, frames);
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
  let frame = freeList;
  if (frame) {
    freeList = load<u32>(pageStruct(frame), PageStruct.Next);
    if (zeroed) memory.fill(frame, 0, PageSize.Bytes);
  } else {
    if (fresh >= frameEnd) return 0;
    if (fresh + PageSize.Bytes > grownTo && !grow()) return 0;
    frame = fresh;
    fresh += PageSize.Bytes;
  }
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

function grow(): bool {
  const missing = (frameEnd - grownTo + 0xffff) >>> Growth.PageShift;
  const pages: u32 = missing < <u32>Growth.Pages ? missing : Growth.Pages;
  if (memory.grow(pages) < 0) return false;
  hostMemoryGrown();
  grownTo += pages << Growth.PageShift;
  return true;
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
  store<u32>(page, freeList, PageStruct.Next);
  freeList = frame;
  const free = MemoryMap.Header + Header.FreeFrames;
  store<u32>(free, load<u32>(free) + 1);
}
