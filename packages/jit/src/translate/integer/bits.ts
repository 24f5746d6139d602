import type { Insn } from '../../region.js';
import { W } from '../../wasm-encoder.js';
import { CcOp, L } from '../locals.js';
import { Operand, type Traits } from '../traits.js';
import { MulDivEmitter } from './mul-div.js';

const ZF = 0x40;

/** Single bits: core/assembly/execute/integer/bits.ts. */
export abstract class BitEmitter extends MulDivEmitter {
  /** bt, bts, btr, btc: CF is the bit as it was. */
  protected bitTest(insn: Insn, { mnemonic, bits, from }: Traits, before: number, needed: boolean): void {
    const { code } = this;
    const stores = mnemonic !== 'bt';
    const byRegister = from === Operand.G;
    if (!this.isRegister(insn)) {
      this.ea(insn);
      if (byRegister) {
        // The index is signed and reaches beyond the operand.
        this.signedRegister(insn.reg, bits);
        this.widen(bits);
        const log = bits === 64 ? 6 : bits === 32 ? 5 : 4;
        code
          .i64(log)
          .op(W.I64ShrS)
          .i64(log - 3)
          .op(W.I64Shl, W.I64Add);
      }
      this.check(insn, before, bits >> 3, stores);
    }
    const [value, index] = [this.left(bits), this.right(bits)];
    if (byRegister) {
      this.rawRegister(insn.reg, bits);
      this.constant(bits, bits - 1);
      this.sized(bits, W.I32And, W.I64And);
    } else this.constant(bits, insn.imm & (bits - 1));
    code.set(index);
    this.unsignedE(insn, bits);
    code.set(value);
    if (needed) {
      code.get(value).get(index);
      this.sized(bits, W.I32ShrU, W.I64ShrU);
      if (bits === 64) code.op(W.I32WrapI64);
      code.i32(1).op(W.I32And);
      this.setCarry();
    }
    if (!stores) return;
    this.beginE(insn);
    code.get(value);
    this.constant(bits, 1);
    code.get(index);
    this.sized(bits, W.I32Shl, W.I64Shl);
    if (mnemonic === 'bts') this.sized(bits, W.I32Or, W.I64Or);
    else {
      if (mnemonic === 'btr') {
        this.constant(bits, -1);
        this.sized(bits, W.I32Xor, W.I64Xor);
      }
      if (mnemonic === 'btr') this.sized(bits, W.I32And, W.I64And);
      else this.sized(bits, W.I32Xor, W.I64Xor);
    }
    this.endE(insn, bits);
  }

  /** With a source of 0 the destination stays altogether as it was. Of the flags ZF changes. */
  protected bitScan(insn: Insn, { mnemonic, bits }: Traits, before: number, needed: boolean): void {
    const { code } = this;
    this.checkE(insn, before, bits, false);
    const value = this.left(bits);
    this.unsignedE(insn, bits);
    code.set(value);
    if (needed) {
      this.statusFlags();
      code.i32(~ZF).op(W.I32And).get(value);
      this.sized(bits, W.I32Eqz, W.I64Eqz);
      code.i32(6).op(W.I32Shl, W.I32Or, W.I64ExtendI32U).set(L.CcA);
      this.zeroLike(value, bits);
      this.setKind(CcOp.Explicit);
    }
    code.get(value);
    this.sized(bits, W.I32Eqz, W.I64Eqz);
    code.op(W.I32Eqz, W.If, W.Void);
    if (mnemonic === 'bsr') this.constant(bits, bits === 64 ? 63 : 31);
    code.get(value);
    if (mnemonic === 'bsf') this.sized(bits, W.I32Ctz, W.I64Ctz);
    else {
      this.sized(bits, W.I32Clz, W.I64Clz);
      this.sized(bits, W.I32Sub, W.I64Sub);
    }
    this.setRegister(insn.reg, bits);
    code.op(W.End);
  }

  /** CcR tells ZF of a zero-extended value. */
  private zeroLike(local: number, bits: number): void {
    this.code.get(local);
    if (bits !== 64) this.code.op(W.I64ExtendI32U);
    this.code.set(L.CcR);
  }

  /** ZF by the source; the other flags are cleared. */
  protected popcnt(insn: Insn, { bits }: Traits, before: number, needed: boolean): void {
    const { code } = this;
    this.checkE(insn, before, bits, false);
    const value = this.left(bits);
    this.unsignedE(insn, bits);
    code.tee(value);
    this.sized(bits, W.I32Popcnt, W.I64Popcnt);
    this.setRegister(insn.reg, bits);
    if (!needed) return;
    code.get(value);
    this.sized(bits, W.I32Eqz, W.I64Eqz);
    code.i32(6).op(W.I32Shl, W.I64ExtendI32U).set(L.CcA);
    this.zeroLike(value, bits);
    this.setKind(CcOp.Explicit);
  }
}
