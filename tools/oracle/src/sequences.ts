import type { Row } from '@ring3/isa';
import { shapeOf, type Shape } from '../../../packages/isa/dist/shape.js';
import type { Setting } from './cases.js';
import { Draft } from './draft.js';
import { encode, formsOf } from './encode.js';
import { Random } from './random.js';
import { undefinedFlagsOf } from './undefined.js';
import type { Input } from './vectors.js';

/**
 * Short runs of integer instructions: flags that one leaves and the next takes, jumps over one another, stores that are loaded
 * again. What leaves flags undefined other than AF is not among them, nor what reads AF.
 */
const MEMBERS =
  /^(add|or|adc|sbb|and|sub|xor|cmp|test|inc|dec|neg|not|mov|movsxd?|movzx|xchg|xadd|cmpxchg|bswap|popcnt|cmc|clc|stc|sahf|cbw\|.*|cwd\|.*|cmov.*|set.*|j[a-z]+)$/;
const SHIFTS = /^(ro[lr]|rc[lr]|sh[lr]|sar)$/;

function isMember(row: Row): boolean {
  if (row.exec === null || !row.from?.startsWith('execute/integer/') || /[SCDO][vwbq]/.test(row.operands)) return false;
  if (/^(jmp|jrcxz)$/.test(row.mnemonic) || row.operands === 'Jz') return false;
  return MEMBERS.test(row.mnemonic) || (SHIFTS.test(row.mnemonic) && row.operands.endsWith(',1'));
}

/** Rows by their families of mnemonics, so that the many conditional ones do not outweigh the rest. */
function groupsOf(rows: readonly Row[]): Shape[][] {
  const groups = new Map<string, Shape[]>();
  for (const row of rows.filter(isMember)) {
    const key = row.mnemonic.replace(/^(cmov|set|j).*/, '$1');
    groups.set(key, [...(groups.get(key) ?? []), shapeOf(row)]);
  }
  return [...groups.values()];
}

export function sequencesOf(rows: readonly Row[], count: number, { bases, memory, seed }: Setting): Input[] {
  const r = new Random(seed * 7919);
  const groups = groupsOf(rows);
  const conditional = groups.filter((group) => /^(cmov|set|j)/.test(group[0]!.row.mnemonic));
  return Array.from({ length: count }, () => {
    const index = r.below(bases.length);
    const draft = new Draft(bases[index]!, index, memory);
    const code: number[] = [];
    let jump: number | null = null;
    for (let left = 2 + r.below(5); left > 0; left--) {
      const shape = r.pick(r.pick(left % 2 ? groups : conditional));
      const form = r.pick(formsOf(shape));
      const { bytes, immediate } = encode(shape, form, draft, r, { absolute: true, behind: code.length });
      draft.undefinedFlags |= undefinedFlagsOf(shape.row, form.size ?? 32, immediate, 0);
      code.push(...bytes);
      // A jump leads over the instruction that follows.
      if (jump !== null) code[jump] = bytes.length;
      jump = shape.row.operands === 'Jb' ? code.length - 1 : null;
    }
    if (jump !== null) code[jump] = 0x40;
    draft.code = code;
    return draft.finish();
  });
}
