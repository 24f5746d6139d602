import type { Insn } from '../../region.js';
import { W } from '../../wasm-encoder.js';
import { shiftCount } from '../classify.js';
import { L } from '../locals.js';
import { Operand, type Traits } from '../traits.js';
import { ShiftEmitter } from './shifts.js';

/** Rotates, which change CF and OF alone: core/assembly/execute/integer/rotate.ts. */
export abstract class RotateEmitter extends ShiftEmitter {
  protected rotate(insn: Insn, traits: Traits, before: number, needed: boolean): void {
    const { code } = this;
    const { mnemonic, bits, from } = traits;
    const byCl = from === Operand.Cl;
    const count = byCl ? -1 : shiftCount(insn, traits);
    this.checkE(insn, before, bits, true);
    if (byCl) this.countByCl(bits);
    const flags = needed && count !== 0;
    if (!flags) this.beginE(insn);
    this.unsignedE(insn, bits);
    // Bytes and words side by side rotate as one.
    if (bits === 8) code.i32(0x0101_0101).op(W.I32Mul);
    if (bits === 16) code.i32(0x0001_0001).op(W.I32Mul);
    if (byCl) this.lowAsCount(bits);
    else this.constant(bits, count);
    const left = mnemonic === 'rol';
    this.sized(bits, left ? W.I32Rotl : W.I32Rotr, left ? W.I64Rotl : W.I64Rotr);
    if (!flags) return this.endE(insn, bits);
    const result = this.result(bits);
    code.set(result);
    this.resultBit(result, bits, left ? 0 : bits - 1);
    code.tee(L.Left);
    this.resultBit(result, bits, left ? bits - 1 : bits - 2);
    code.op(W.I32Xor).i32(11).op(W.I32Shl).get(L.Left).op(W.I32Or);
    if (byCl) this.setRotatedIf(L.Low);
    else this.setRotated();
    this.beginE(insn);
    code.get(result);
    this.endE(insn, bits);
  }

  /** Bit n of a local's value, as i32. */
  private resultBit(local: number, bits: number, n: number): void {
    const { code } = this;
    code.get(local);
    if (n > 0) {
      this.constant(bits, n);
      this.sized(bits, W.I32ShrU, W.I64ShrU);
    }
    if (bits === 64) code.op(W.I32WrapI64);
    code.i32(1).op(W.I32And);
  }

  /** rcl and rcr by 1. */
  protected rotateCarry(insn: Insn, traits: Traits, before: number, needed: boolean): void {
    const { code } = this;
    const { mnemonic, bits, from } = traits;
    if (from === Operand.Cl || shiftCount(insn, traits) !== 1) return this.step(insn, before);
    this.checkE(insn, before, bits, true);
    const [value, result] = [this.left(bits), this.result(bits)];
    const left = mnemonic === 'rcl';
    this.unsignedE(insn, bits);
    code.tee(value);
    this.constant(bits, 1);
    this.sized(bits, left ? W.I32Shl : W.I32ShrU, left ? W.I64Shl : W.I64ShrU);
    this.cf();
    if (bits === 64) code.op(W.I64ExtendI32U);
    if (!left) {
      this.constant(bits, bits - 1);
      this.sized(bits, W.I32Shl, W.I64Shl);
    }
    this.sized(bits, W.I32Or, W.I64Or);
    code.set(result);
    if (needed) {
      // CF is the bit that went out; OF, of the two highest bits of CF:result (rcl) or the result (rcr), whether they differ.
      this.resultBit(value, bits, left ? bits - 1 : 0);
      code.tee(L.Low);
      if (left) code.get(L.Low);
      else this.resultBit(result, bits, bits - 2);
      this.resultBit(result, bits, bits - 1);
      code.op(W.I32Xor).i32(11).op(W.I32Shl, W.I32Or);
      this.setRotated();
    }
    this.beginE(insn);
    code.get(result);
    this.endE(insn, bits);
  }
}
