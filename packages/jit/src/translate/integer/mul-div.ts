import { Cpu } from '@ring3/abi';
import type { Insn } from '../../region.js';
import { Import, W } from '../../wasm-encoder.js';
import { CcOp, L } from '../locals.js';
import { Operand, type Traits } from '../traits.js';
import { RotateEmitter } from './rotates.js';

const RAX = Cpu.Rax >> 3;
const RDX = Cpu.Rdx >> 3;

/** Multiplication and division: core/assembly/execute/integer/muldiv.ts. */
export abstract class MulDivEmitter extends RotateEmitter {
  /** imul with one result: the operands' size. */
  protected imul(insn: Insn, { bits, third }: Traits, before: number, needed: boolean): void {
    const { code } = this;
    this.checkE(insn, before, bits, false);
    if (bits === 32 && !needed) {
      this.wideE(insn);
      if (third === Operand.Immediate) code.i64(insn.imm);
      else code.get(insn.reg >> 3);
      code.op(W.I64Mul);
      return this.setReg(insn.reg, 32);
    }
    if (third === Operand.Immediate) this.signedE(insn, bits);
    else this.signedRegister(insn.reg, bits);
    const [a, b] = [this.left(bits), this.right(bits)];
    if (needed) code.tee(a);
    if (third === Operand.Immediate) this.immediate(insn, bits);
    else this.signedE(insn, bits);
    if (needed) code.tee(b);
    this.sized(bits, W.I32Mul, W.I64Mul);
    if (!needed) return this.setRegister(insn.reg, bits);
    if (bits === 64) {
      code.tee(L.CcR);
      this.setRegister(insn.reg, bits);
      this.mulHigh(true);
      code.get(L.CcR).i64(63).op(W.I64ShrS, W.I64Ne, W.I64ExtendI32U).set(L.CcA);
    } else {
      this.signed(bits);
      code.tee(L.Result).op(W.I64ExtendI32S).set(L.CcR);
      code.get(L.Result);
      this.setRegister(insn.reg, bits);
      code.get(a).op(W.I64ExtendI32S).get(b).op(W.I64ExtendI32S, W.I64Mul);
      code.get(L.CcR).op(W.I64Ne, W.I64ExtendI32U).set(L.CcA);
    }
    this.setKind(CcOp.Mul);
  }

  /** Upper half of the 128-bit product of T and T2, through T3. */
  private mulHigh(signed: boolean): void {
    const { code } = this;
    const low = (local: number): void => void code.get(local).i64(0xffff_ffff).op(W.I64And);
    const high = (local: number): void => void code.get(local).i64(32).op(W.I64ShrU);
    // T3 = high(a) × low(b) + high(low(a) × low(b))
    high(L.T);
    low(L.T2);
    code.op(W.I64Mul);
    low(L.T);
    low(L.T2);
    code.op(W.I64Mul).i64(32).op(W.I64ShrU, W.I64Add).set(L.T3);
    high(L.T);
    high(L.T2);
    code.op(W.I64Mul);
    high(L.T3);
    code.op(W.I64Add);
    low(L.T);
    high(L.T2);
    code.op(W.I64Mul);
    low(L.T3);
    code.op(W.I64Add).i64(32).op(W.I64ShrU, W.I64Add);
    if (!signed) return;
    // A negative operand counts 2^64 too much of the other.
    code.get(L.T).i64(63).op(W.I64ShrS).get(L.T2).op(W.I64And, W.I64Sub);
    code.get(L.T2).i64(63).op(W.I64ShrS).get(L.T).op(W.I64And, W.I64Sub);
  }

  /** mul and imul of rax, with a result of twice its size. */
  protected multiply(insn: Insn, { mnemonic, bits }: Traits, before: number, needed: boolean): void {
    const { code } = this;
    const signed = mnemonic === 'imul';
    this.checkE(insn, before, bits, false);
    if (bits === 64) {
      code.get(RAX).set(L.T);
      this.signedE(insn, 64);
      code.set(L.T2);
      this.mulHigh(signed);
      this.setReg(Cpu.Rdx, 64);
      code.get(L.T).get(L.T2).op(W.I64Mul);
      this.setReg(Cpu.Rax, 64);
      if (!needed) return;
      code.get(RAX).set(L.CcR);
      code.get(RDX);
      if (signed) code.get(RAX).i64(63).op(W.I64ShrS, W.I64Ne);
      else code.i64(0).op(W.I64Ne);
    } else {
      if (signed) this.signedRegister(Cpu.Rax, bits);
      else this.unsignedRegister(Cpu.Rax, bits);
      code.op(signed ? W.I64ExtendI32S : W.I64ExtendI32U);
      if (signed) this.signedE(insn, bits);
      else this.unsignedE(insn, bits);
      code.op(signed ? W.I64ExtendI32S : W.I64ExtendI32U, W.I64Mul).set(L.T);
      this.setAccumulator(bits);
      if (!needed) return;
      code.get(L.T);
      this.signExtend(bits);
      code.set(L.CcR);
      if (signed) code.get(L.T).get(L.CcR).op(W.I64Ne);
      else code.get(L.T).i64(bits).op(W.I64ShrU).i64(0).op(W.I64Ne);
    }
    code.op(W.I64ExtendI32U).set(L.CcA);
    this.setKind(CcOp.Mul);
  }

  /** ah:al, dx:ax or edx:eax := T. */
  private setAccumulator(bits: number): void {
    const { code } = this;
    code.get(L.T);
    if (bits === 8) return this.setReg(Cpu.Rax, 16);
    this.setReg(Cpu.Rax, bits);
    code.get(L.T).i64(bits).op(W.I64ShrU);
    this.setReg(Cpu.Rdx, bits);
  }

  /** Flags are left alone. Where the processor would fault, and where 64 bits do not hold a signed dividend, the interpreter does it. */
  protected divide(insn: Insn, { mnemonic, bits }: Traits, before: number): void {
    this.checkE(insn, before, bits, false);
    if (bits === 64) this.divide64(insn, before, mnemonic === 'idiv');
    else if (bits === 32) this.divide32(insn, before, mnemonic === 'idiv');
    else this.divideNarrow(insn, bits, before, mnemonic === 'idiv');
  }

  private divide64(insn: Insn, before: number, signed: boolean): void {
    const { code } = this;
    this.signedE(insn, 64);
    code.set(L.T);
    const results = (): void => {
      code.set(L.T2);
      code.get(RAX).get(L.T2).get(L.T).op(W.I64Mul, W.I64Sub);
      this.setReg(Cpu.Rdx, 64);
      code.get(L.T2);
      this.setReg(Cpu.Rax, 64);
    };
    if (!signed) {
      // The quotient does not fit where the upper half is no less than the divisor, which may be 0.
      code.get(L.T).get(RDX).op(W.I64LeU);
      this.exit(insn, before);
      code.get(RDX).get(RAX).set(L.T2).op(W.I64Eqz, W.If, W.i64).get(L.T2).get(L.T).op(W.I64DivU, W.Else);
      code.get(RDX).get(L.T2).get(L.T).call(Import.QuotientOf).op(W.End);
      return results();
    }
    code.get(L.T).op(W.I64Eqz).get(RDX);
    code.get(RAX).i64(63).op(W.I64ShrS, W.I64Ne, W.I32Or);
    code.get(L.T).i64(-1).op(W.I64Eq);
    code.get(RAX).i64(1).op(W.I64Shl, W.I64Eqz, W.I32And, W.I32Or);
    this.stepIf(insn, before, () => {
      code.get(RAX).get(L.T).op(W.I64DivS);
      results();
    });
  }

  private divide32(insn: Insn, before: number, signed: boolean): void {
    const { code } = this;
    this.signedE(insn, 32);
    code.set(L.Left);
    // Is the upper half but the extension of the lower one? Then 32 bits hold the dividend.
    code.get(RDX).op(W.I32WrapI64);
    if (signed) {
      code.get(RAX).op(W.I32WrapI64).i32(31).op(W.I32ShrS, W.I32Eq);
    } else code.op(W.I32Eqz);
    code.op(W.If, W.Void);
    this.context.push('if');
    code.get(L.Left).op(W.I32Eqz);
    if (signed) {
      code.get(L.Left).i32(-1).op(W.I32Eq);
      code.get(RAX).op(W.I32WrapI64).i32(1).op(W.I32Shl, W.I32Eqz, W.I32And, W.I32Or);
    }
    this.exit(insn, before);
    code.get(RAX).op(W.I32WrapI64).tee(L.Right).get(L.Left);
    code.op(signed ? W.I32DivS : W.I32DivU).set(L.Result);
    code.get(L.Right).get(L.Result).get(L.Left).op(W.I32Mul, W.I32Sub);
    this.setRegister(Cpu.Rdx, 32);
    code.get(L.Result);
    this.setRegister(Cpu.Rax, 32);
    code.op(W.Else);
    this.divideWide(insn, before, signed);
    this.context.pop();
    code.op(W.End);
  }

  /** edx:eax by the i32 in Left. */
  private divideWide(insn: Insn, before: number, signed: boolean): void {
    const { code } = this;
    code.get(RDX).i64(32).op(W.I64Shl).get(RAX).i64(0xffff_ffff).op(W.I64And, W.I64Or).set(L.T);
    code
      .get(L.Left)
      .op(signed ? W.I64ExtendI32S : W.I64ExtendI32U)
      .set(L.T2);
    if (signed) {
      // 2^63 is too much for any divisor.
      code.get(L.T2).op(W.I64Eqz).get(L.T).i64(1).op(W.I64Shl, W.I64Eqz).get(L.T).i64(0).op(W.I64LtS, W.I32And, W.I32Or);
    } else {
      // The quotient does not fit where the upper half is no less than the divisor, which may be 0.
      code.get(RDX).op(W.I32WrapI64).get(L.Left).op(W.I32GeU);
    }
    this.exit(insn, before);
    code
      .get(L.T)
      .get(L.T2)
      .op(signed ? W.I64DivS : W.I64DivU)
      .set(L.T3);
    if (signed) {
      code.get(L.T3).get(L.T3).op(W.I64Extend32S, W.I64Ne);
      this.exit(insn, before);
    }
    code.get(L.T).get(L.T3).get(L.T2).op(W.I64Mul, W.I64Sub);
    this.setReg(Cpu.Rdx, 32);
    code.get(L.T3);
    this.setReg(Cpu.Rax, 32);
  }

  /** ah:al or dx:ax by an operand of 8 or 16 bits. */
  private divideNarrow(insn: Insn, bits: 8 | 16, before: number, signed: boolean): void {
    const { code } = this;
    if (signed) this.signedE(insn, bits);
    else this.unsignedE(insn, bits);
    code.set(L.Left);
    if (bits === 8) {
      if (signed) this.signedRegister(Cpu.Rax, 16);
      else this.unsignedRegister(Cpu.Rax, 16);
    } else {
      this.rawRegister(Cpu.Rdx, 16);
      code.i32(16).op(W.I32Shl);
      this.unsignedRegister(Cpu.Rax, 16);
      code.op(W.I32Or);
    }
    code.set(L.Right);
    code.get(L.Left).op(W.I32Eqz);
    if (signed && bits === 16) {
      // 2^31 is too much for any divisor.
      code.get(L.Right).i32(1).op(W.I32Shl, W.I32Eqz).get(L.Right).i32(0).op(W.I32LtS, W.I32And, W.I32Or);
    }
    this.exit(insn, before);
    code
      .get(L.Right)
      .get(L.Left)
      .op(signed ? W.I32DivS : W.I32DivU)
      .tee(L.Result)
      .get(L.Result);
    if (signed) this.signed(bits);
    else this.unsigned(bits);
    code.op(W.I32Ne);
    this.exit(insn, before);
    code.get(L.Right).get(L.Result).get(L.Left).op(W.I32Mul, W.I32Sub);
    this.setRegister(bits === 8 ? Cpu.Rax + 1 : Cpu.Rdx, bits);
    code.get(L.Result);
    this.setRegister(Cpu.Rax, bits);
  }
}
