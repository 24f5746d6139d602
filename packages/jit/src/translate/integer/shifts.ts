import { Cpu } from '@ring3/abi';
import type { Insn } from '../../region.js';
import { W } from '../../wasm-encoder.js';
import { shiftCount } from '../classify.js';
import { CcOp, L } from '../locals.js';
import { Operand, type Traits } from '../traits.js';
import { MoveEmitter } from './moves.js';

/** Shifts: core/assembly/execute/integer/shift.ts, double-shift.ts. Counts by cl are in L.Low, masked. */
export abstract class ShiftEmitter extends MoveEmitter {
  /** Low := cl as a shift of `bits` takes it. */
  protected countByCl(bits: number): void {
    this.code
      .get(Cpu.Rcx >> 3)
      .op(W.I32WrapI64)
      .i32(bits === 64 ? 63 : 31)
      .op(W.I32And)
      .set(L.Low);
  }

  /** Low, as a value of `bits`. */
  protected lowAsCount(bits: number): void {
    this.code.get(L.Low);
    if (bits === 64) this.code.op(W.I64ExtendI32U);
  }

  /** A local of the flags := the i64 on the stack, unless the count in Low is 0. */
  protected unlessZero(local: number): void {
    this.code.get(local).get(L.Low).op(W.Select).set(local);
  }

  /** The operation that left the flags is `op`, unless the count in Low is 0. */
  protected kindUnlessZero(op: number): void {
    this.code.i32(op).get(L.CcOp).get(L.Low).op(W.Select).set(L.CcOp);
  }

  private shiftOperation(mnemonic: string, bits: number): void {
    if (mnemonic === 'shl') this.sized(bits, W.I32Shl, W.I64Shl);
    else if (mnemonic === 'shr') this.sized(bits, W.I32ShrU, W.I64ShrU);
    else this.sized(bits, W.I32ShrS, W.I64ShrS);
  }

  protected shift(insn: Insn, traits: Traits, before: number, needed: boolean): void {
    const { code } = this;
    const { mnemonic, bits, from } = traits;
    this.checkE(insn, before, bits, true);
    const byCl = from === Operand.Cl;
    const count = byCl ? -1 : shiftCount(insn, traits);
    if (byCl) this.countByCl(bits);
    if (bits === 32 && !needed && !byCl && this.isRegister(insn)) {
      const r = insn.rm >> 3;
      if (mnemonic === 'sar') this.regSigned(insn.rm, 32);
      else if (mnemonic === 'shr') this.regUnsigned(insn.rm, 32);
      else code.get(r);
      code.i64(count);
      this.shiftOperation(mnemonic, 64);
      if (mnemonic === 'shr') code.set(r);
      else this.setReg(insn.rm, 32);
      return;
    }
    if (!needed || count === 0) {
      this.beginE(insn);
      this.shifted(insn, mnemonic, bits);
      if (byCl) this.lowAsCount(bits);
      else this.constant(bits, count);
      this.shiftOperation(mnemonic, bits);
      return this.endE(insn, bits);
    }
    const [value, result] = [this.left(bits), this.result(bits)];
    this.shifted(insn, mnemonic, bits);
    code.tee(value);
    if (byCl) this.lowAsCount(bits);
    else this.constant(bits, count);
    this.shiftOperation(mnemonic, bits);
    code.set(result);
    // CcA: shifted by one less.
    code.get(value);
    if (count !== 1) {
      if (byCl) {
        this.lowAsCount(bits);
        this.constant(bits, 1);
        this.sized(bits, W.I32Sub, W.I64Sub);
      } else this.constant(bits, count - 1);
      this.shiftOperation(mnemonic, bits);
    }
    this.asFlag(L.CcA, bits, byCl);
    code.get(result);
    this.asFlag(L.CcR, bits, byCl);
    const op = mnemonic === 'shl' ? CcOp.Shl : mnemonic === 'shr' ? CcOp.Shr : CcOp.Sar;
    if (byCl) this.kindUnlessZero(op);
    else this.setKind(op);
    this.beginE(insn);
    code.get(result);
    this.endE(insn, bits);
  }

  /** What a shift to the right must have extended. */
  private shifted(insn: Insn, mnemonic: string, bits: number): void {
    if (mnemonic === 'shr') this.unsignedE(insn, bits);
    else this.signedE(insn, bits);
  }

  private asFlag(flag: number, bits: number, byCl: boolean): void {
    this.signed(bits);
    this.widen(bits);
    if (byCl) this.unlessZero(flag);
    else this.code.set(flag);
  }

  /** shld and shrd of 32 and 64 bits. */
  protected doubleShift(insn: Insn, traits: Traits, before: number, needed: boolean): void {
    const { code } = this;
    const { mnemonic, bits, third } = traits;
    if (bits === 16) return this.step(insn, before);
    const byCl = third === Operand.Cl;
    const count = byCl ? -1 : shiftCount(insn, traits);
    this.checkE(insn, before, bits, true);
    if (count === 0) {
      this.beginE(insn);
      this.signedE(insn, bits);
      return this.endE(insn, bits);
    }
    if (byCl) this.countByCl(bits);
    const [value, other, result] = [this.left(bits), this.right(bits), this.result(bits)];
    const leftwards = mnemonic === 'shld';
    const shiftTo = (left: boolean): void => this.sized(bits, left ? W.I32Shl : W.I32ShrU, left ? W.I64Shl : W.I64ShrU);
    /** The count, or what it leaves of the operand size. */
    const amount = (rest: boolean): void => {
      if (!byCl) return this.constant(bits, rest ? bits - count : count);
      if (rest) this.constant(bits, 0);
      this.lowAsCount(bits);
      // Shift counts are taken modulo the operand size.
      if (rest) this.sized(bits, W.I32Sub, W.I64Sub);
    };
    this.signedE(insn, bits);
    code.set(value);
    this.rawRegister(insn.reg, bits);
    code.set(other);
    code.get(value);
    amount(false);
    shiftTo(leftwards);
    code.get(other);
    amount(true);
    shiftTo(!leftwards);
    this.sized(bits, W.I32Or, W.I64Or);
    // By 0 the other operand would come in whole.
    if (byCl) code.get(value).get(L.Low).op(W.Select);
    code.set(result);
    if (needed) {
      // CF is the last bit that went out, OF tells whether the sign changed.
      code.get(value);
      if (leftwards) amount(true);
      else {
        amount(false);
        this.constant(bits, 1);
        this.sized(bits, W.I32Sub, W.I64Sub);
      }
      shiftTo(false);
      if (bits === 64) code.op(W.I32WrapI64);
      code.i32(1).op(W.I32And);
      code.get(value).get(result);
      this.sized(bits, W.I32Xor, W.I64Xor);
      this.constant(bits, bits - 1);
      this.sized(bits, W.I32ShrU, W.I64ShrU);
      if (bits === 64) code.op(W.I32WrapI64);
      code.i32(11).op(W.I32Shl, W.I32Or);
      this.rotatedOverLogic(result, bits, byCl);
    }
    this.beginE(insn);
    code.get(result);
    this.endE(insn, bits);
  }

  /** CF and OF from the i32 on the stack, the others as `and` would leave them with the result. */
  private rotatedOverLogic(result: number, bits: number, byCl: boolean): void {
    const { code } = this;
    if (byCl) {
      this.unlessZero(L.CcRot);
      code.i32(CcOp.Logic);
      this.unlessZero(L.CcBase);
      code.get(result);
      this.widen(bits);
      this.unlessZero(L.CcR);
      this.kindUnlessZero(CcOp.Rotated);
      return;
    }
    code.set(L.CcRot).i32(CcOp.Logic).set(L.CcBase);
    code.get(result);
    this.widen(bits);
    code.set(L.CcR);
    this.setKind(CcOp.Rotated);
  }
}
