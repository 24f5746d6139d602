import { Cpu, UopFlag } from '@ring3/abi';
import type { Insn, Place } from '../region.js';
import { familyOf } from './classify.js';
import { Family, Operand, traitsOf } from './traits.js';

/** The index of a Place without one. */
export const NONE = -1;

/** What an address may have besides base, index and displacement. */
const PREFIXES = UopFlag.Fs | UopFlag.Gs | UopFlag.Addr32 | UopFlag.RipWide;

/** The place of a memory operand; null: it has no register as its base, or more than a place and a displacement. */
export function placeOf({ rm, index, flags }: Insn): Place | null {
  if (flags & PREFIXES || rm >= 0x80) return null;
  return { register: rm >> 3, index: (index & 0xf8) === Cpu.Zero ? NONE : (index & 0xf8) >> 3, shift: index & 3 };
}

/** Is the memory operand at an address in the region's pages? */
export function isPageRelative({ rm, index, flags }: Insn): boolean {
  return rm === Cpu.PageVa && (index & 0xf8) === Cpu.Zero && !(flags & PREFIXES);
}

/** A 64-bit register that becomes another one, or itself, and a constant. */
export interface Move {
  to: number;
  from: number;
  by: number;
}

export function moveOf(insn: Insn): Move | null {
  const { mnemonic, bits, from } = traitsOf(insn.op);
  const { flags, rm, reg, imm, disp, index } = insn;
  if (bits !== 64) return null;
  const isReg = (flags & UopFlag.RmReg) !== 0;
  switch (familyOf(insn)) {
    case Family.Alu:
      if (!isReg || from !== Operand.Immediate || (mnemonic !== 'add' && mnemonic !== 'sub')) return null;
      return { to: rm >> 3, from: rm >> 3, by: mnemonic === 'add' ? imm : -imm };
    case Family.Unary:
      if (!isReg || (mnemonic !== 'inc' && mnemonic !== 'dec')) return null;
      return { to: rm >> 3, from: rm >> 3, by: mnemonic === 'inc' ? 1 : -1 };
    case Family.Lea:
      return rm < 0x80 && (index & 0xf8) === Cpu.Zero && !(flags & PREFIXES) ? { to: reg >> 3, from: rm >> 3, by: disp } : null;
    case Family.Mov:
      if (!isReg || from === Operand.Immediate || from === Operand.WideImmediate || reg >= 0x80 || rm >= 0x80) return null;
      if (from === Operand.G) return { to: rm >> 3, from: reg >> 3, by: 0 };
      return from === Operand.E ? { to: reg >> 3, from: rm >> 3, by: 0 } : null;
    default:
      return null;
  }
}
