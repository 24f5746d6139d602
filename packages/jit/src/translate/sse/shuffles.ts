import { W } from '../../wasm-encoder.js';
import { SseIntegers } from './integer-packed.js';
import { mnemonic } from './names.js';
import { V128 } from './opcodes.js';
import type { SseInsn } from './operands.js';
import { shuffles } from './tables.js';

/** The bytes of elements of `bytes` bytes. */
function bytesOf(elements: readonly number[], bytes: number): number[] {
  return elements.flatMap((element) => Array.from({ length: bytes }, (_, i) => element * bytes + i));
}

/** Four two-bit fields of an immediate. */
function fields(imm: number): [number, number, number, number] {
  return [imm & 3, (imm >> 2) & 3, (imm >> 4) & 3, (imm >> 6) & 3];
}

/** Shuffles, interleaving, shifts by bytes, insertion and extraction of a word. */
export abstract class SseShuffles extends SseIntegers {
  protected shuffled(s: SseInsn): void {
    const { insn, v, w } = s;
    const { code } = this;
    const { imm } = insn;
    const m = mnemonic(insn.name);
    switch (m) {
      case 'psrldq':
      case 'pslldq': {
        const count = Math.min(imm & 0xff, 16);
        // 16 is a byte of the zeros behind.
        const from = (i: number): number => (m === 'psrldq' ? i + count : i < count ? 16 : i - count);
        code.get(w);
        this.zero();
        this.simd(V128.I8x16Shuffle);
        code.data(...Array.from({ length: 16 }, (_, i) => Math.min(from(i), 16))).set(w);
        return;
      }
      case 'pextrw':
        code.get(w);
        this.lane(V128.I16x8ExtractLaneU, imm & 7);
        code.op(W.I64ExtendI32U);
        return this.setReg(insn.reg, 32);
      case 'pinsrw':
        if (!s.isReg) this.access(insn, s.before, 2, false);
        code.get(v);
        if (s.isReg) code.get(insn.rm >> 3);
        else this.loadUnsigned(16);
        code.op(W.I32WrapI64);
        this.lane(V128.I16x8ReplaceLane, imm & 7);
        code.set(v);
        return;
    }
    const from = this.sourceLocal(s);
    const [a, b, c, d] = fields(imm);
    switch (m) {
      case 'pshufd':
        this.shuffle(from, from, bytesOf([a, b, c, d], 4));
        break;
      case 'pshuflw':
        this.shuffle(from, from, bytesOf([a, b, c, d, 4, 5, 6, 7], 2));
        break;
      case 'pshufhw':
        this.shuffle(from, from, bytesOf([0, 1, 2, 3, 4 + a, 4 + b, 4 + c, 4 + d], 2));
        break;
      case 'shufps':
        this.shuffle(v, from, bytesOf([a, b, 4 + c, 4 + d], 4));
        break;
      case 'shufpd':
        this.shuffle(v, from, bytesOf([imm & 1, 2 + ((imm >> 1) & 1)], 8));
        break;
      default:
        this.shuffle(v, from, shuffles[m]!);
    }
    code.set(v);
  }
}
