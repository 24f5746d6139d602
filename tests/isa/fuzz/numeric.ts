import type { Random } from '../../../tools/oracle/src/random.js';
import { countedLoop, jumpIf, place } from './control.js';
import { memory } from './operands.js';
import type { Item } from './program.js';

/**
 * Loops that compute with few xmm registers in one precision: what one turn makes the next one goes on with, sums grow, products become too
 * small or too great after some turns, and on some ways through the loop a register is another than on others.
 */

/** Opcodes behind 0F of operations in all four forms. */
const ARITHMETIC = [0x58, 0x58, 0x59, 0x59, 0x5c, 0x5c, 0x5d, 0x5f, 0x5e, 0x51];
const PRODUCTS = [0x59, 0x59, 0x59, 0x59, 0x59, 0x5c];
const SUMS = [0x58, 0x5c, 0x58, 0x59];

class NumericLoop {
  readonly #isDouble: boolean;
  readonly #vectors: number;
  readonly #packs: boolean;
  readonly #operations: readonly number[];
  /** Of the kinds of #one: small ones are moves and the like. */
  readonly #kinds: readonly [first: number, count: number];

  constructor(private readonly r: Random) {
    this.#isDouble = r.below(3) > 0;
    this.#packs = r.below(3) === 0;
    this.#operations = r.pick([ARITHMETIC, ARITHMETIC, PRODUCTS, SUMS]);
    this.#vectors = 2 + r.below(this.#operations === ARITHMETIC ? 4 : 2);
    this.#kinds = r.below(2) ? [0, 20] : [9, 20];
  }

  items(bases: readonly number[]): Item[] {
    const { r } = this;
    const head = place();
    const { before, after } = countedLoop(head, r);
    const body = this.#some(1 + r.below(r.below(2) ? 6 : 14), bases);
    if (r.below(2)) body.push(...this.#branch(bases));
    if (r.below(3) === 0) {
      const inner = place();
      const loop = countedLoop(inner, r);
      body.push(loop.before, inner, ...this.#some(1 + r.below(4), bases), ...loop.after);
    }
    return [
      ...this.#some(r.below(4), bases),
      before,
      head,
      ...body,
      ...this.#some(r.below(3), bases),
      ...after,
      ...this.#some(r.below(3), bases),
    ];
  }

  #some(count: number, bases: readonly number[]): Item[] {
    return Array.from({ length: count }, () => this.#one(bases));
  }

  /** Something that is left out by a comparison, or something else. */
  #branch(bases: readonly number[]): Item[] {
    const { r } = this;
    const [skip, end] = [place(), place()];
    const compare: Item = this.#encode(this.#isDouble ? [0x66] : [], r.pick([0x2e, 0x2f]), bases);
    const items = [compare, jumpIf(r.pick([2, 3, 4, 5, 6, 7]), skip, r), ...this.#some(1 + r.below(3), bases)];
    if (r.below(2)) return [...items, skip];
    return [...items, jumpIf(r.pick([0, 1, 10, 11]), end, r), skip, ...this.#some(1 + r.below(3), bases), end];
  }

  #one(bases: readonly number[]): Item {
    const { r } = this;
    const packed = this.#packs && r.below(2) === 0;
    const prefix = packed ? (this.#isDouble ? [0x66] : []) : this.#isDouble ? [0xf2] : [0xf3];
    const [first, count] = this.#kinds;
    switch (first + r.below(count)) {
      case 0:
      case 1:
      case 2:
        return this.#encode([], 0x28, bases, true);
      case 3:
      case 4:
        return this.#encode(this.#isDouble ? [0xf2] : [0xf3], 0x10, bases);
      case 5:
        return this.#encode(this.#isDouble ? [0x66] : [], r.pick([0x14, 0x15]), bases, true);
      case 6: {
        const register = r.below(this.#vectors);
        return { bytes: [0x66, 0x0f, 0xef, 0xc0 | (register << 3) | register] };
      }
      case 7:
        // cvtsi2sd, cvtsi2ss of a general register.
        return { bytes: [this.#isDouble ? 0xf2 : 0xf3, 0x0f, 0x2a, 0xc0 | (r.below(this.#vectors) << 3) | r.pick([0, 1, 2])] };
      case 8:
        return this.#encode([], r.pick([0x16, 0x12]), bases, true);
      case 9: {
        const { bytes } = this.#encode(this.#isDouble ? [0x66] : [], 0xc6, bases, true);
        return { bytes: [...bytes, r.below(256)] };
      }
      default:
        return this.#encode(prefix, r.pick(this.#operations), bases, packed && r.below(4) > 0);
    }
  }

  /** With a register or, now and then, memory as its second operand. */
  #encode(prefix: readonly number[], opcode: number, bases: readonly number[], isReg = false): Item {
    const { r } = this;
    const reg = r.below(this.#vectors) << 3;
    if (isReg || r.below(5)) return { bytes: [...prefix, 0x0f, opcode, 0xc0 | reg | r.below(this.#vectors)] };
    for (;;) {
      const { prefixes, bytes, rex, rip } = memory(r, false, true, bases);
      if (rip !== null) continue;
      return { bytes: [...prefixes, ...prefix, ...(rex ? [0x40 | rex] : []), 0x0f, opcode, bytes[0]! | reg, ...bytes.slice(1)] };
    }
  }
}

export function numericLoop(r: Random, bases: readonly number[]): Item[] {
  return new NumericLoop(r).items(bases);
}
