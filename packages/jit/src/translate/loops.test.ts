import { describe, expect, it } from 'vitest';
import { type Block, type BlockEnd, CodeView, type Insn, type RegionSource } from '../region.js';
import { loopsAround } from './loops.js';

/** Of each block its start and where it goes on: one instruction of 2 bytes, and a branch behind it. */
function region(ways: Record<number, readonly number[]>, also: readonly number[] = []): RegionSource {
  const blocks = new Map<number, Block>();
  for (const [key, [taken, next]] of Object.entries(ways)) {
    const start = Number(key);
    let end: BlockEnd = { kind: 'leave', to: 1000 };
    if (next !== undefined) end = { kind: 'cond', code: 0, taken: taken!, next };
    else if (taken !== undefined) end = { kind: 'jump', to: taken };
    blocks.set(start, { start, insns: [{ offset: start, length: 2 } as Insn], count: 2, end });
  }
  return { entry: 0, also, blocks, body: blocks, insns: 2 * blocks.size, isCut: false, view: null as unknown as CodeView };
}

// 0, then 10 to 40 again and again, in that 20 again and again.
const nested = { 0: [10], 10: [20], 20: [20, 30], 30: [40], 40: [10, 50], 50: [] };

describe('loopsAround', () => {
  it('tells where loops begin, the outermost first', () => {
    expect(loopsAround(region(nested), 20)).toEqual([10, 20]);
    expect(loopsAround(region(nested), 30)).toEqual([10]);
    expect(loopsAround(region(nested), 10)).toEqual([10]);
    expect(loopsAround(region(nested), 50)).toEqual([]);
  });

  it('knows the branch at the end of a block', () => {
    expect(loopsAround(region(nested), 22)).toEqual([10, 20]);
    expect(loopsAround(region(nested), 52)).toEqual([]);
  });

  it('takes no account of loops that are entered elsewhere as well', () => {
    expect(loopsAround(region(nested, [30]), 20)).toEqual([20]);
    expect(loopsAround(region(nested, [10]), 20)).toEqual([10, 20]);
  });

  it('finds nothing where the region has no instruction', () => {
    expect(loopsAround(region(nested), 21)).toEqual([]);
  });

  it('has blocks before the page of the entry', () => {
    expect(loopsAround(region({ 0: [-1], [-1]: [-1, 10], 10: [] }), -1)).toEqual([-1]);
  });
});
