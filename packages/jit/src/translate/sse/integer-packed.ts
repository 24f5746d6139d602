import { W } from '../../wasm-encoder.js';
import { L } from '../locals.js';
import { SseMoves } from './moves.js';
import { mnemonic } from './names.js';
import { V128 } from './opcodes.js';
import type { SseInsn } from './operands.js';
import { packed, shifts } from './tables.js';

const oddWords = [2, 3, 6, 7, 10, 11, 14, 15, 18, 19, 22, 23, 26, 27, 30, 31];
const evenDwords = [0, 1, 2, 3, 8, 9, 10, 11, 0, 1, 2, 3, 8, 9, 10, 11];

/** Packed integers, and the bitwise operations of floating-point names. */
export abstract class SseIntegers extends SseMoves {
  protected packedInteger(s: SseInsn): void {
    const { insn, v } = s;
    const { code } = this;
    const m = mnemonic(insn.name);
    if (m in shifts) return insn.name.endsWith('_Ib') ? this.shiftBy(s, m) : this.shiftByRegister(s, m);
    switch (m) {
      case 'pandn':
      case 'andnps':
      case 'andnpd':
        this.source(s);
        code.get(v);
        this.simd(V128.AndNot);
        break;
      case 'pmulhw':
        this.highWords(s, V128.I32x4ExtmulLowI16x8S, V128.I32x4ExtmulHighI16x8S);
        break;
      case 'pmulhuw':
        this.highWords(s, V128.I32x4ExtmulLowI16x8U, V128.I32x4ExtmulHighI16x8U);
        break;
      case 'pmuludq': {
        const from = this.sourceLocal(s);
        this.shuffle(v, v, evenDwords);
        this.shuffle(from, from, evenDwords);
        this.simd(V128.I64x2ExtmulLowI32x4U);
        break;
      }
      case 'psadbw':
        this.absoluteDifferences(s);
        break;
      default:
        if (s.isReg && s.v === s.w && /^p?xorp?/.test(m)) this.zero();
        else {
          const from = this.sourceLocal(s);
          code.get(v).get(from);
          this.simd(packed[m]!);
        }
    }
    code.set(v);
  }

  /** The upper 16 bits of eight products. */
  private highWords(s: SseInsn, low: V128, high: V128): void {
    const { code } = this;
    const from = this.sourceLocal(s);
    code.get(s.v).get(from);
    this.simd(low);
    code.get(s.v).get(from);
    this.simd(high);
    this.simd(V128.I8x16Shuffle);
    code.data(...oddWords);
  }

  /** Per 64-bit lane, the sum of the absolute differences of its eight unsigned bytes. */
  private absoluteDifferences(s: SseInsn): void {
    const { code } = this;
    const from = this.sourceLocal(s);
    code.get(s.v).get(from);
    this.simd(V128.I8x16MaxU);
    code.get(s.v).get(from);
    this.simd(V128.I8x16MinU);
    this.simd(V128.I8x16Sub);
    this.simd(V128.I16x8ExtaddPairwiseI8x16U);
    this.simd(V128.I32x4ExtaddPairwiseI16x8U);
    code.tee(L.V3).get(L.V3).i32(32);
    this.simd(V128.I64x2Shl);
    this.simd(V128.I64x2Add);
    code.i32(32);
    this.simd(V128.I64x2ShrU);
  }

  /** The operand is the register in ModRM.rm. */
  private shiftBy({ insn, w }: SseInsn, m: string): void {
    const { code } = this;
    const [bits, opcode, sign] = shifts[m]!;
    const count = insn.imm & 0xff;
    if (count >= bits && !sign) this.zero();
    else {
      code.get(w).i32(Math.min(count, bits - 1));
      this.simd(opcode);
    }
    code.set(w);
  }

  /** The count is the low 64 bits of the source: larger ones than the lane has bits give zeros, or the sign. */
  private shiftByRegister(s: SseInsn, m: string): void {
    const { code } = this;
    const [bits, opcode, sign] = shifts[m]!;
    this.source(s);
    this.lane(V128.I64x2ExtractLane, 0);
    code.set(L.T);
    const fits = (): void => void code.get(L.T).i64(bits).op(W.I64LtU);
    code.get(s.v);
    if (sign) {
      code
        .get(L.T)
        .op(W.I32WrapI64)
        .i32(bits - 1);
      fits();
      code.op(W.Select);
      this.simd(opcode);
    } else {
      code.get(L.T).op(W.I32WrapI64);
      this.simd(opcode);
      this.zero();
      fits();
      code.op(W.Select);
    }
    code.set(s.v);
  }
}
