import { CcOp, DYNAMIC } from './locals.js';

/**
 * What is known, where the translator is, of the operation that left the flags. DYNAMIC, or
 *
 *    8 and up          6      5      4        3 … 0
 *   ┌─────────────────┬──────┬──────┬────────┬───────────────────────────┐
 *   │ base + 1, or 0  │ Word │ Byte │ Narrow │ CcOp, AddCarry, …         │
 *   └─────────────────┴──────┴──────┴────────┴───────────────────────────┘
 *
 * base: the kind below a Rotated, 0 where it is not known.
 */
export type Kind = number;

export const Op = 15;
/** Result and operands are sign-extended from at most 32 bits. */
export const Narrow = 16;
/** L.CcOp tells whether a carry came in: Add or Adc1, Sub or Sbb1. */
export const AddCarry = 13;
export const SubCarry = 14;
/** Of two numbers of which none is a NaN: L.CcA is 1 where the first is less, L.CcB where it is greater. CPU state and L.CcOp know nothing of it. */
export const Ordered = 15;

/** The operand size is 8 or 16 bits. */
export const Byte = 32;
export const Word = 64;

export function kindOf(op: number, bits: number): Kind {
  return bits === 64 ? op : op | Narrow | (bits === 8 ? Byte : bits === 16 ? Word : 0);
}

/** CF and OF are in CcRot; the others stay as `kind` left them. */
export function rotatedOver(kind: Kind): Kind {
  const base = (kind & Op) === CcOp.Rotated && kind !== DYNAMIC ? (kind >> 8) - 1 : kind;
  return CcOp.Rotated | ((base + 1) << 8);
}

/** What left SF, ZF, AF and PF. */
export function baseOf(kind: Kind): Kind {
  if (kind === DYNAMIC || (kind & Op) !== CcOp.Rotated) return kind;
  return (kind >> 8) - 1;
}
