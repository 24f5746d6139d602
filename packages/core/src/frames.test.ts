import { MemoryMap, PageFlag, PageStruct, Pte } from '@ring3/abi';
import { describe, expect, test } from 'vitest';
import { createCore } from './loader.js';
import { loadCoreModule } from './node.js';

const va = 0x7000_0000;

function makeCore(memoryLimit: number) {
  return createCore(loadCoreModule(), { memoryLimit }, { pageFault: () => 1, rdtsc: () => 0 });
}

describe('frames', () => {
  test('views of the memory are renewed when it grows', () => {
    const core = makeCore(64 << 20);
    const { buffer } = core.memory;
    const frames: number[] = [];
    while (core.memory.buffer === buffer) frames.push(core.allocFrame(0));
    for (const view of [core.u8, core.u16, core.u32, core.i32, core.view]) expect(view.buffer).toBe(core.memory.buffer);
    const last = frames.at(-1)!;
    core.u8[last] = 0x12;
    expect([core.u32[last >>> 2], core.i32[last >>> 2], core.u16[last >>> 1], core.view.getUint8(last)]).toEqual([0x12, 0x12, 0x12, 0x12]);
  });

  test('mapFrames fills what is empty, with a reference each, and leaves out what is to be read ahead', () => {
    const core = makeCore(4 << 20);
    const pgd = core.createPageTable();
    const slot = core.pteSlot(pgd, va, true);
    const frames = Array.from({ length: 5 }, () => core.allocFrame(PageFlag.PageCache));
    const [first, , marked, taken] = frames as [number, number, number, number];
    core.u32[(core.pageStruct(marked) + PageStruct.Flags) >>> 2]! |= PageFlag.Readahead;
    const held = (taken | Pte.PROTNONE) >>> 0;
    core.u32[(slot >>> 2) + 6] = held;
    frames.forEach((frame, i) => (core.u32[(MemoryMap.FrameList >>> 2) + i] = i === 1 ? 0 : frame));

    expect(core.mapFrames(slot, 4, Pte.P | Pte.US, Pte.NX_HI)).toBe(1);
    const ptes = Array.from(core.u32.subarray(slot >>> 2, (slot >>> 2) + 10));
    expect(ptes).toEqual([(first | Pte.P | Pte.US) >>> 0, Pte.NX_HI >>> 0, 0, 0, 0, 0, held, 0, 0, 0]);
    const counts = frames.map((frame) => [
      core.u32[(core.pageStruct(frame) + PageStruct.RefCount) >>> 2],
      core.u32[(core.pageStruct(frame) + PageStruct.MapCount) >>> 2],
    ]);
    expect(counts).toEqual([
      [2, 1],
      [1, 0],
      [1, 0],
      [1, 0],
      [1, 0],
    ]);
    core.zapRange(pgd, va, va + 4096);
    expect(core.zappedFile()).toBe(1);
    expect(core.u32[(core.pageStruct(first) + PageStruct.RefCount) >>> 2]).toBe(1);
  });
});
