import { Cpu, UopFlag } from '@ring3/abi';
import { describe, expect, it } from 'vitest';
import { opNames } from '../op-names.generated.js';
import type { Block, BlockEnd, Insn } from '../region.js';
import { isAlone, isOfSeveral } from '../copies.js';
import { unroll } from './unroll.js';

let next = 0;

function insn(name: string, fields: Partial<Insn>): Insn {
  const offset = (next += 4);
  return {
    at: 0,
    op: opNames.indexOf(name),
    name,
    reg: 0,
    rm: 0,
    disp: 0,
    imm: 0,
    index: Cpu.Zero,
    flags: 0,
    offset,
    length: 4,
    page: 0,
    ...fields,
  };
}

/** mov reg, [base + disp], with an index if there is one. */
const load = (reg: number, base: number, disp: number, index?: number): Insn =>
  insn('mov64_G_M', { reg: 8 * reg, rm: 8 * base, disp, index: index === undefined ? Cpu.Zero : 8 * index });
const add = (register: number, by: number): Insn => insn('add64_R_I', { rm: 8 * register, imm: by, flags: UopFlag.RmReg });

const block = (start: number, insns: Insn[], end: BlockEnd): Block => ({ start, insns, count: insns.length + 1, end });
const always = (): boolean => true;

/** A loop at 16 between 0 and 32. */
function loop(insns: Insn[], end: BlockEnd = { kind: 'cond', code: 5, taken: 16, next: 32 }): Map<number, Block> {
  const out: BlockEnd = { kind: 'leave', to: 64 };
  return new Map([block(0, [], { kind: 'jump', to: 16 }), block(16, insns, end), block(32, [], out)].map((one) => [one.start, one]));
}

describe('unroll', () => {
  it('has a loop begin with a guard, before several turns or one alone', () => {
    const all = unroll(loop([load(0, 3, 8), add(3, 16)]), 0, always);
    const { end } = all.get(16)!;
    if (end.kind !== 'guard') throw new Error(`no guard: ${end.kind}`);
    expect(end.guards.map(({ place, disp }) => ({ ...place, disp }))).toEqual([{ register: 3, index: -1, shift: 0, disp: 8 }]);
    expect(isAlone(end.slow)).toBe(true);
    expect(all.get(end.slow)!.end).toMatchObject({ taken: 16, next: 32 });
    const turns: number[] = [];
    for (let at = end.fast; at !== 16;) {
      expect(isOfSeveral(at)).toBe(true);
      const turn = all.get(at)!;
      turns.push(at);
      expect(turn.insns).toBe(all.get(end.slow)!.insns);
      if (turn.end.kind !== 'cond') throw new Error(turn.end.kind);
      expect(turn.end.next).toBe(32);
      at = turn.end.taken;
    }
    expect(turns).toHaveLength(4);
  });

  it('guards a place once, by what its registers were at the beginning', () => {
    const all = unroll(loop([add(3, 16), load(0, 3, 8), load(1, 3, 24), load(2, 6, 0, 7), add(7, 1)]), 0, always);
    const { end } = all.get(16)!;
    if (end.kind !== 'guard') throw new Error(`no guard: ${end.kind}`);
    expect(end.guards.map(({ place, disp }) => [place.register, place.index, disp])).toEqual([
      [3, -1, 24],
      [6, 7, 0],
    ]);
  });

  it('does without a guard where addresses are loaded', () => {
    const all = unroll(loop([load(3, 3, 8), load(0, 3, 16)]), 0, always);
    expect(all.get(16)!.end).toMatchObject({ kind: 'cond', next: 32 });
    expect([...all.keys()].filter(isOfSeveral)).toHaveLength(3);
  });

  it('leaves large loops, those that call, and those that are not quick', () => {
    const large = loop(Array.from({ length: 60 }, () => add(1, 1)));
    expect(unroll(large, 0, always)).toEqual(large);
    const quick = loop([load(0, 3, 8), add(3, 16)]);
    expect(unroll(quick, 0, () => false)).toEqual(quick);
    const calling = loop([], { kind: 'call', insn: load(0, 3, 8), stub: null, to: [], next: 16, behind: 16 });
    expect(unroll(calling, 0, always)).toEqual(calling);
  });
});
