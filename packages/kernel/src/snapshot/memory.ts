import { Cpu, Header, MemoryMap, PageFlag, PageSize, PageStruct } from '@ring3/abi';
import type { Core } from '@ring3/core';

/** What a machine's linear memory holds that cannot be derived: CPU state, struct pages, frames. Decoded code and TLBs fill again. */
export interface MemoryImage {
  frameCount: number;
  cpu: Uint8Array;
  eflags: number;
  /** struct page of every frame that was ever used, and of the core's tables amid them. */
  memMap: Uint8Array;
  /** Free frames in the order in which they will be given out again, as indices. */
  freeList: number[];
  /** Contents of the frames in use that are not all zero, by index. */
  frames: [number, Uint8Array][];
}

/** Flags that say what is cached of a frame, not what it is. */
const CacheFlags = PageFlag.HasCode | PageFlag.WriteCached;

export function saveMemory(core: Core): MemoryImage {
  const header = (field: number) => core.u32[(MemoryMap.Header + field) >>> 2]!;
  const frameCount = header(Header.FrameCount);
  const base = header(Header.FrameBase);
  const used = header(Header.FramesTouched);
  const memMap = core.u8.slice(MemoryMap.MemMap, MemoryMap.MemMap + used * PageStruct.Bytes);
  const words = new Uint32Array(memMap.buffer);
  const frames: [number, Uint8Array][] = [];
  const free = new Set<number>();
  for (let i = 0; i < used; i++) {
    const page = (i * PageStruct.Bytes) >>> 2;
    words[page + (PageStruct.Flags >>> 2)]! &= ~CacheFlags;
    words[page + (PageStruct.Code >>> 2)] = 0;
    if (words[page + (PageStruct.Flags >>> 2)]! & PageFlag.Core) continue;
    if (words[page + (PageStruct.RefCount >>> 2)] === 0) {
      free.add(i);
      continue;
    }
    const at = base + i * PageSize.Bytes;
    const content = core.u8.subarray(at, at + PageSize.Bytes);
    if (content.some((byte) => byte !== 0)) frames.push([i, content.slice()]);
  }
  return {
    frameCount,
    cpu: core.u8.slice(MemoryMap.Cpu, MemoryMap.Cpu + Cpu.Stats),
    eflags: core.getEflags(),
    memMap,
    freeList: freeOrder(free, (i) => indexOf(words[(i * PageStruct.Bytes + PageStruct.Next) >>> 2]!, base)),
    frames,
  };
}

function indexOf(frame: number, base: number): number {
  return frame === 0 ? -1 : (frame - base) / PageSize.Bytes;
}

/** The chain of `next` through all free frames, from the one that no other points to. */
function freeOrder(free: Set<number>, next: (index: number) => number): number[] {
  const pointedTo = new Set([...free].map(next));
  const order: number[] = [];
  for (let at = [...free].find((index) => !pointedTo.has(index)) ?? -1; at >= 0; at = next(at)) order.push(at);
  return order;
}

/** Fills a fresh core, which has given out no frame yet. @throws RangeError when its size differs, or the host has no memory */
export function restoreMemory(core: Core, image: MemoryImage): void {
  const header = (field: number) => core.u32[(MemoryMap.Header + field) >>> 2]!;
  if (header(Header.FrameCount) !== image.frameCount)
    throw new RangeError(`the machine has ${header(Header.FrameCount)} frames, the snapshot ${image.frameCount}`);
  const base = header(Header.FrameBase);
  const used = image.memMap.length / PageStruct.Bytes;
  const words = new Uint32Array(image.memMap.buffer, image.memMap.byteOffset, image.memMap.length >>> 2);
  while (header(Header.FramesTouched) < used) {
    const page = (header(Header.FramesTouched) * PageStruct.Bytes) >>> 2;
    const isTable = words[page + (PageStruct.Flags >>> 2)]! & PageFlag.Core;
    const done = isTable ? core.placeTable(words[page + (PageStruct.Index >>> 2)]!) : core.allocFrameRaw(0) !== 0;
    if (!done) throw new RangeError('no memory for the frames of a snapshot');
  }
  for (const index of image.freeList.toReversed()) core.putFrame(base + index * PageSize.Bytes);
  const { u8 } = core;
  u8.set(image.memMap, MemoryMap.MemMap);
  for (const [index, content] of image.frames) u8.set(content, base + index * PageSize.Bytes);
  u8.set(image.cpu, MemoryMap.Cpu);
  core.setEflags(image.eflags);
}
