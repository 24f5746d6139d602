import { Header, MemoryMap, PageFlag, PageStruct, Pte } from '@ring3/abi';
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

  describe('of anonymous pages', () => {
    /** Maps the page at an address as the kernel does. */
    const map = (core: ReturnType<typeof makeCore>, pgd: number, at: number, zeroed = true): number => {
      const frame = core.allocFrameFor(pgd, at, PageFlag.Anon, zeroed);
      if (frame !== 0) core.u32[core.pteSlot(pgd, at, true) >>> 2] = (frame | Pte.P | Pte.RW | Pte.US) >>> 0;
      return frame;
    };
    const unmap = (core: ReturnType<typeof makeCore>, pgd: number, at: number): void => {
      core.u32[core.pageStruct(core.u32[core.pteSlot(pgd, at, true) >>> 2]! & ~0xfff) >>> 2] = 1;
      core.zapRange(pgd, at, at + 4096);
    };

    test('neighbours lie together, in whatever order they come, beside another area that grows meanwhile', () => {
      const core = makeCore(16 << 20);
      const pgd = core.createPageTable();
      const other = va + 0x40_0000;
      const order = [9, 3, 15, 0, 8, 14, 1, 2, 16, 17, 13, 4];
      const frames = new Map<number, number>();
      order.forEach((page, i) => {
        frames.set(page, map(core, pgd, va + 4096 * page));
        map(core, pgd, other + 4096 * i);
        core.allocFrame(PageFlag.PageCache);
      });
      const bases = order.filter((page) => page < 16).map((page) => frames.get(page)! - 4096 * page);
      expect(new Set(bases).size).toBe(1);
      expect(frames.get(17)! - frames.get(16)!).toBe(4096);
    });

    test('an area that grows goes on where it is, as long as nothing is in its way', () => {
      const core = makeCore(16 << 20);
      const pgd = core.createPageTable();
      // Its tables are not in the way.
      core.pteSlot(pgd, va, true);
      const frames = Array.from({ length: 100 }, (_, i) => map(core, pgd, va + 4096 * i));
      expect(frames).toEqual(frames.map((_, i) => frames[0]! + 4096 * i));
    });

    test('frames that were in use come back zeroed, or as they are', () => {
      const core = makeCore(16 << 20);
      const pgd = core.createPageTable();
      const before = [0, 1, 2].map((page) => map(core, pgd, va + 4096 * page));
      for (const frame of before) core.u8.fill(0x55, frame, frame + 4096);
      for (const page of [0, 1, 2]) unmap(core, pgd, va + 4096 * page);
      const raw = map(core, pgd, va, false);
      const zeroed = map(core, pgd, va + 4096);
      expect(before).toContain(raw);
      expect(zeroed).toBe(raw + 4096);
      expect(core.u8.subarray(raw, raw + 4096).every((byte) => byte === 0x55)).toBe(true);
      expect(core.u8.subarray(zeroed, zeroed + 4096).every((byte) => byte === 0)).toBe(true);
    });

    test('an area that comes and goes is given what it had', () => {
      const core = makeCore(64 << 20);
      const touched = (): number => core.u32[(MemoryMap.Header + Header.FramesTouched) >>> 2]!;
      const pgd = core.createPageTable();
      const pages = Array.from({ length: 40 }, (_, i) => va + 4096 * (i + 5));
      const turn = (): void => {
        for (const page of pages) map(core, pgd, page);
        for (const page of pages) unmap(core, pgd, page);
      };
      turn();
      const before = touched();
      for (let i = 0; i < 50; i++) turn();
      expect(touched()).toBe(before);
    });

    test('what was passed over for neighbours is there when nothing else is', () => {
      const core = makeCore(4 << 20);
      const free = (): number => core.u32[(MemoryMap.Header + Header.FreeFrames) >>> 2]!;
      const pgd = core.createPageTable();
      for (let i = 0; i < 100; i++) map(core, pgd, va + 0x1_0000 * i);
      const left = free();
      const frames = new Set<number>();
      for (let frame = core.allocFrame(0); frame !== 0; frame = core.allocFrame(0)) {
        expect(core.u8.subarray(frame, frame + 4096).some((byte) => byte !== 0)).toBe(false);
        frames.add(frame);
      }
      expect(frames.size).toBe(left);
      expect(core.u32[(MemoryMap.Header + Header.FramesTouched) >>> 2]).toBe(core.u32[(MemoryMap.Header + Header.FrameCount) >>> 2]);
      expect([free(), core.allocFrameFor(pgd, va + 4096, PageFlag.Anon, true)]).toEqual([0, 0]);
    });
  });
});
