import { Header, Memo, MemoryMap } from '@ring3/abi';
import type { Core } from '@ring3/core';
import { describe, expect, it } from 'vitest';
import { MEMO_SPANS, Memos } from './memos.js';

function setUp(): { core: Core; memos: Memos } {
  const buffer = new ArrayBuffer(MemoryMap.MemosEnd);
  const core = { u8: new Uint8Array(buffer).fill(0xaa), u32: new Uint32Array(buffer) } as unknown as Core;
  return { core, memos: new Memos(core) };
}

describe('Memos', () => {
  it('begins with none set', () => {
    const { core } = setUp();
    expect(core.u8.subarray(MemoryMap.Memos, MemoryMap.MemosEnd).every((byte) => byte === 0)).toBe(true);
  });

  it('gives one memo to each instruction and kind of access', () => {
    const { memos } = setUp();
    const one = memos.memoFor(100, 8, false);
    expect(memos.memoFor(100, 4, false)).toBe(one);
    expect(new Set([one, memos.memoFor(100, 8, true), memos.memoFor(100, 9, false), memos.memoFor(101, 8, false)]).size).toBe(4);
  });

  it('never gives a memo to accesses of two kinds, and keeps within what the core clears', () => {
    const { core, memos } = setUp();
    const kinds = new Map<number, string>();
    for (let round = 0; round < 3; round++) {
      for (let key = 0; key < 3000; key++) {
        const bytes = MEMO_SPANS[(key + round) % MEMO_SPANS.length]!;
        const write = key % 3 === 0;
        const at = memos.memoFor(key, bytes, write);
        const kind = `${bytes} ${write}`;
        expect(kinds.get(at) ?? kind).toBe(kind);
        kinds.set(at, kind);
        expect(at + Memo.Bytes).toBeLessThanOrEqual(core.u32[(MemoryMap.Header + Header.MemosTop) >>> 2]!);
        expect(at % 4096).toBeGreaterThanOrEqual(Memo.First);
        expect(at < MemoryMap.StackMemo ? at + Memo.Bytes <= MemoryMap.StackMemo : at % 4096 < Memo.First + Memo.UsedBytes).toBe(true);
      }
      memos.forget();
    }
    expect(Math.max(...kinds.keys()) + Memo.Bytes).toBeLessThanOrEqual(MemoryMap.MemosEnd);
    expect(kinds.size).toBeGreaterThan(1900);
  });
});
