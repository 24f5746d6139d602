import { Cpu } from '@ring3/abi';
import type { Insn } from '../../region.js';
import { W } from '../../wasm-encoder.js';
import { CcOp, L } from '../locals.js';
import { Operand, type Traits } from '../traits.js';
import { narrowed, OperandEmitter } from './operands.js';

/** Two-operand operations and their like: core/assembly/execute/integer/arith.ts, unary.ts, exchange.ts. */
export abstract class ArithmeticEmitter extends OperandEmitter {
  protected alu(insn: Insn, traits: Traits, before: number, needed: boolean): void {
    const { mnemonic, bits, to } = traits;
    const stores = mnemonic !== 'cmp' && mnemonic !== 'test';
    this.checkE(insn, before, bits, stores && to === Operand.E);
    if (!stores && !needed) return;
    if (mnemonic === 'and' || mnemonic === 'or' || mnemonic === 'xor' || mnemonic === 'test') this.logic(insn, traits, stores, needed);
    else if (needed) this.sum(insn, traits, stores);
    else this.plainSum(insn, traits);
  }

  private logic(insn: Insn, traits: Traits, stores: boolean, needed: boolean): void {
    const { code } = this;
    const { mnemonic, bits, to, from } = traits;
    const direct = stores && !needed;
    if (direct) this.beginTo(insn, traits);
    const same = to === Operand.E && from === Operand.G && this.isRegister(insn) && insn.rm === insn.reg;
    if (same && mnemonic === 'xor') this.constant(bits, 0);
    else if (direct && bits === 32) {
      this.wideOperand(insn, to);
      this.wideOperand(insn, from);
      code.op(mnemonic === 'or' ? W.I64Or : mnemonic === 'xor' ? W.I64Xor : W.I64And);
      return this.endWideTo(insn, traits);
    } else {
      this.signedOperand(insn, to, bits);
      if (!same) {
        this.signedOperand(insn, from, bits);
        if (mnemonic === 'or') this.sized(bits, W.I32Or, W.I64Or);
        else if (mnemonic === 'xor') this.sized(bits, W.I32Xor, W.I64Xor);
        else this.sized(bits, W.I32And, W.I64And);
      }
    }
    if (direct) return this.endTo(insn, traits);
    if (!stores || bits === 64) {
      this.widen(bits);
      code.set(L.CcR);
    } else {
      code.tee(L.Result);
      this.widen(bits);
      code.set(L.CcR);
    }
    this.setKind(CcOp.Logic);
    if (!stores) return;
    this.beginTo(insn, traits);
    code.get(bits === 64 ? L.CcR : L.Result);
    this.endTo(insn, traits);
  }

  /** The flags are dead. */
  private plainSum(insn: Insn, traits: Traits): void {
    const { mnemonic, bits, to, from } = traits;
    const carry = mnemonic === 'adc' || mnemonic === 'sbb';
    if (carry) {
      this.cf();
      this.code.set(L.Low);
    }
    this.beginTo(insn, traits);
    if (bits === 32) {
      this.wideOperand(insn, to);
      this.wideOperand(insn, from);
      this.combine(mnemonic, 64, carry);
      return this.endWideTo(insn, traits);
    }
    this.signedOperand(insn, to, bits);
    this.signedOperand(insn, from, bits);
    this.combine(mnemonic, bits, carry);
    this.endTo(insn, traits);
  }

  /** The sum or difference of two values on the stack, and of the carry in Low. */
  private combine(mnemonic: string, bits: number, carry: boolean): void {
    const adds = mnemonic === 'add' || mnemonic === 'adc';
    const operation = (): void => this.sized(bits, adds ? W.I32Add : W.I32Sub, adds ? W.I64Add : W.I64Sub);
    operation();
    if (!carry) return;
    this.code.get(L.Low);
    if (bits === 64) this.code.op(W.I64ExtendI32U);
    operation();
  }

  private sum(insn: Insn, traits: Traits, stores: boolean): void {
    const { code } = this;
    const { mnemonic, bits, to, from } = traits;
    const carry = mnemonic === 'adc' || mnemonic === 'sbb';
    if (carry) {
      this.cf();
      code.set(L.Low);
    }
    // The operands stay on the stack for the operation.
    const wide = bits === 64;
    this.signedOperand(insn, to, bits);
    code.tee(wide ? L.CcA : L.Left);
    this.signedOperand(insn, from, bits);
    if (from !== Operand.Immediate) code.tee(wide ? L.CcB : L.Right);
    this.combine(mnemonic, bits, carry);
    this.signed(bits);
    this.flagOperand(L.CcR, L.Result, bits);
    if (!wide) code.get(L.Left).op(W.I64ExtendI32S).set(L.CcA);
    if (from === Operand.Immediate) code.i64(narrowed(insn.imm, bits)).set(L.CcB);
    else if (!wide) code.get(L.Right).op(W.I64ExtendI32S).set(L.CcB);
    const adds = mnemonic === 'add' || mnemonic === 'adc';
    if (carry) {
      code.i32(adds ? CcOp.Adc1 : CcOp.Sbb1);
      code.i32(adds ? CcOp.Add : CcOp.Sub);
      code.get(L.Low).op(W.Select).set(L.CcOp);
    } else this.setKind(adds ? CcOp.Add : CcOp.Sub);
    if (!stores) return;
    this.beginTo(insn, traits);
    code.get(bits === 64 ? L.CcR : L.Result);
    this.endTo(insn, traits);
  }

  /** The sign-extended value on the stack, to a local of the flags, and, narrow, to one of its own. */
  protected flagOperand(flag: number, own: number, bits: number): void {
    const { code } = this;
    if (bits !== 64) code.tee(own).op(W.I64ExtendI32S);
    code.set(flag);
  }

  protected unary(insn: Insn, traits: Traits, before: number, needed: boolean): void {
    const { code } = this;
    const { mnemonic, bits } = traits;
    this.checkE(insn, before, bits, true);
    if (mnemonic === 'not' || !needed) {
      const size = bits === 32 ? 64 : bits;
      this.beginE(insn);
      if (mnemonic === 'neg') this.constant(size, 0);
      if (bits === 32) this.wideE(insn);
      else this.signedE(insn, bits);
      if (mnemonic !== 'neg') this.constant(size, mnemonic === 'inc' ? 1 : -1);
      if (mnemonic === 'not') this.sized(size, W.I32Xor, W.I64Xor);
      else if (mnemonic === 'neg') this.sized(size, W.I32Sub, W.I64Sub);
      else this.sized(size, W.I32Add, W.I64Add);
      if (bits === 32) this.endWideE(insn);
      else this.endE(insn, bits);
      return;
    }
    if (mnemonic === 'neg') {
      this.constant(bits, 0);
      this.signedE(insn, bits);
      this.flagOperand(L.CcB, L.Right, bits);
      code.i64(0).set(L.CcA);
      code.get(bits === 64 ? L.CcB : L.Right);
      this.sized(bits, W.I32Sub, W.I64Sub);
    } else {
      this.cf();
      code.op(W.I64ExtendI32U).set(L.CcB);
      this.signedE(insn, bits);
      this.flagOperand(L.CcA, L.Left, bits);
      code.get(bits === 64 ? L.CcA : L.Left);
      this.constant(bits, mnemonic === 'inc' ? 1 : -1);
      this.sized(bits, W.I32Add, W.I64Add);
    }
    this.signed(bits);
    this.flagOperand(L.CcR, L.Result, bits);
    this.setKind(mnemonic === 'neg' ? CcOp.Sub : mnemonic === 'inc' ? CcOp.Inc : CcOp.Dec);
    this.beginE(insn);
    code.get(bits === 64 ? L.CcR : L.Result);
    this.endE(insn, bits);
  }

  protected xchg(insn: Insn, traits: Traits, before: number): void {
    const { code } = this;
    const { bits, from } = traits;
    const other = from === Operand.A ? Cpu.Rax : insn.reg;
    // 90 is a nop: it does not clear the upper half of rax.
    if (from === Operand.A && insn.rm === Cpu.Rax) return;
    this.checkE(insn, before, bits, true);
    this.signedE(insn, bits);
    code.set(this.left(bits));
    this.beginE(insn);
    this.rawRegister(other, bits);
    this.endE(insn, bits);
    code.get(this.left(bits));
    this.setRegister(other, bits);
  }

  /** The sum goes to E after its old value went to G: with both the same register the sum stays. */
  protected xadd(insn: Insn, { bits }: Traits, before: number, needed: boolean): void {
    const { code } = this;
    this.checkE(insn, before, bits, true);
    const [value, addend, sum] = [this.left(bits), this.right(bits), this.result(bits)];
    this.signedE(insn, bits);
    code.set(value);
    this.signedRegister(insn.reg, bits);
    code.set(addend).get(value).get(addend);
    this.sized(bits, W.I32Add, W.I64Add);
    this.signed(bits);
    code.set(sum);
    if (needed) this.sumFlags(CcOp.Add, value, addend, sum, bits);
    code.get(value);
    this.setRegister(insn.reg, bits);
    this.beginE(insn);
    code.get(sum);
    this.endE(insn, bits);
  }

  private sumFlags(op: number, a: number, b: number, result: number, bits: number): void {
    for (const [local, flag] of [
      [a, L.CcA],
      [b, L.CcB],
      [result, L.CcR],
    ] as const) {
      this.code.get(local);
      this.widen(bits);
      this.code.set(flag);
    }
    this.setKind(op);
  }

  /** E is G where it was rax; else rax is what it was. */
  protected cmpxchg(insn: Insn, { bits }: Traits, before: number, needed: boolean): void {
    const { code } = this;
    this.checkE(insn, before, bits, true);
    const [expected, value, difference] = [this.left(bits), this.right(bits), this.result(bits)];
    this.signedRegister(Cpu.Rax, bits);
    code.set(expected);
    this.signedE(insn, bits);
    code.set(value);
    if (needed) {
      code.get(expected).get(value);
      this.sized(bits, W.I32Sub, W.I64Sub);
      this.signed(bits);
      code.set(difference);
      this.sumFlags(CcOp.Sub, expected, value, difference, bits);
    }
    code.get(expected).get(value);
    this.sized(bits, W.I32Eq, W.I64Eq);
    code.op(W.If, W.Void);
    this.beginE(insn);
    this.rawRegister(insn.reg, bits);
    this.endE(insn, bits);
    code.op(W.Else).get(value);
    this.setRegister(Cpu.Rax, bits);
    code.op(W.End);
  }
}
