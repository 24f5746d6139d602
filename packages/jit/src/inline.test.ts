import { describe, expect, it } from 'vitest';
import { isOriginal, offsetOf } from './copies.js';
import { type Inlinable, inlineCalls, isInlinable } from './inline.js';
import type { Block, BlockEnd, Insn } from './region.js';

/** An instruction as far as is looked at. */
function insn(offset: number, name = 'nop'): Insn {
  return { at: 0, op: 0, name, reg: 0, rm: 0, disp: 0, imm: 0, index: 0, flags: 0, offset, length: 1, page: 0 };
}

function block(start: number, end: BlockEnd, insns = 1): Block {
  return { start, insns: Array.from({ length: insns }, (_, i) => insn(start + i)), count: insns + 1, end };
}

const call = (offset: number, to: number, name = 'call_J'): BlockEnd => ({
  kind: 'call',
  insn: insn(offset, name),
  stub: null,
  to: [to],
  next: offset + 4,
  behind: offset + 4,
});
const ret = (offset: number): BlockEnd => ({ kind: 'ret', insn: insn(offset), back: null });
const blocksOf = (...blocks: Block[]): Map<number, Block> => new Map(blocks.map((each) => [each.start, each]));

/** A function of one block. */
const leaf = (entry: number, insns = 5): Inlinable => ({
  entry,
  blocks: blocksOf(block(entry, ret(entry + insns), insns)),
  insns: insns + 1,
});
/** One that calls another one first. */
const caller = (entry: number, to: number): Inlinable => ({
  entry,
  blocks: blocksOf(block(entry, call(entry + 1, to)), block(entry + 5, ret(entry + 6))),
  insns: 4,
});

const own = blocksOf(block(0, call(1, 0x100)), block(5, ret(6)));

describe('inlineCalls', () => {
  it('has a direct call go on in a copy, which comes back behind it', () => {
    const { blocks, surplus } = inlineCalls(own, (offset) => (offset === 0x100 ? leaf(0x100) : null));
    const { end } = blocks.get(0)!;
    if (end.kind !== 'inlined') throw new Error(end.kind);
    expect([isOriginal(end.to), offsetOf(end.to), end.next, end.count]).toEqual([false, 0x100, 5, 1]);
    expect(blocks.get(end.to)!.end).toMatchObject({ kind: 'ret', back: { next: 5, to: 5 } });
    expect(blocks.get(5)!.end).toEqual(ret(6));
    expect([blocks.size, surplus]).toEqual([3, 6]);
    expect(own.get(0)!.end.kind).toBe('call');
  });

  it('compares first where an indirect call goes, and calls where it is elsewhere', () => {
    const { blocks } = inlineCalls(blocksOf(block(0, call(1, 0x100, 'call_R')), block(5, ret(6))), () => leaf(0x100));
    const { end, count } = blocks.get(0)!;
    if (end.kind !== 'guess') throw new Error(end.kind);
    expect([count, end.target]).toEqual([1, 0x100]);
    expect(blocks.get(end.hit)).toMatchObject({ insns: [], count: 1, end: { kind: 'inlined', next: 5 } });
    expect(blocks.get(end.miss)).toMatchObject({ insns: [], count: 1, end: { kind: 'call', to: [], next: 5, behind: 5 } });
  });

  it('copies what copies call, each call its own, and comes back in the right one', () => {
    const functions = new Map([
      [0x100, caller(0x100, 0x200)],
      [0x200, leaf(0x200)],
    ]);
    const twice = blocksOf(block(0, call(1, 0x100)), block(5, call(6, 0x100)), block(10, ret(11)));
    const { blocks } = inlineCalls(twice, (offset) => functions.get(offset) ?? null);
    const visited: number[] = [];
    let returns = 0;
    for (let at = 0; ;) {
      visited.push(offsetOf(at));
      const { end } = blocks.get(at)!;
      if (end.kind === 'inlined') at = end.to;
      else if (end.kind === 'ret' && end.back) {
        at = end.back.to;
        expect(offsetOf(at)).toBe(end.back.next);
        returns++;
      } else break;
    }
    expect([visited, returns]).toEqual([[0, 0x100, 0x200, 0x105, 5, 0x100, 0x200, 0x105, 10], 4]);
  });

  it('follows recursion some calls deep, and is soon large enough', () => {
    const { blocks } = inlineCalls(own, () => caller(0x100, 0x100));
    const ends = [...blocks.values()].map(({ end }) => end.kind);
    expect([ends.filter((kind) => kind === 'inlined').length, ends.filter((kind) => kind === 'call').length]).toEqual([3, 1]);
    const many = Array.from({ length: 40 }, (_, i) => block(8 * i, call(8 * i + 1, 0x1000)));
    const { surplus } = inlineCalls(blocksOf(...many), () => leaf(0x1000, 30));
    expect(surplus).toBeGreaterThan(100);
    expect(surplus).toBeLessThanOrEqual(200);
  });
});

describe('isInlinable', () => {
  it('wants small functions that return and jump to nowhere', () => {
    const { blocks } = leaf(0x100);
    expect(isInlinable({ blocks, insns: 6, isCut: false })).toBe(true);
    expect(isInlinable({ blocks, insns: 41, isCut: false })).toBe(false);
    expect(isInlinable({ blocks, insns: 6, isCut: true })).toBe(false);
    const jumping = new Map([...blocks, [0x200, block(0x200, { kind: 'indirect', insn: insn(0x201), targets: [] })]]);
    expect(isInlinable({ blocks: jumping, insns: 8, isCut: false })).toBe(false);
    expect(isInlinable({ blocks: blocksOf(block(0, { kind: 'leave', to: 9 })), insns: 2, isCut: false })).toBe(false);
  });
});
