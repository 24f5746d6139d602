import { Cpu, UopFlag } from '@ring3/abi';
import type { Insn } from '../../region.js';
import { W } from '../../wasm-encoder.js';
import { L } from '../locals.js';
import { Operand, type Traits } from '../traits.js';
import { ArithmeticEmitter } from './arithmetic.js';

/** Moves and conversions: core/assembly/execute/integer/move.ts, convert.ts. */
export abstract class MoveEmitter extends ArithmeticEmitter {
  protected mov(insn: Insn, { bits, to, from }: Traits, before: number): void {
    const { code } = this;
    if (to === Operand.Offset || from === Operand.Offset) return this.movOffset(insn, bits, before, to === Operand.Offset);
    this.checkE(insn, before, bits, to === Operand.E);
    if (to === Operand.G) {
      if (bits === 32) return this.movWide(insn);
      this.rawE(insn, bits);
      return this.setRegister(insn.reg, bits);
    }
    if (bits === 32 && this.isRegister(insn)) {
      if (from === Operand.G) {
        code.get(insn.reg >> 3);
        return this.setReg(insn.rm, 32);
      }
      code.i64(insn.imm >>> 0).set(insn.rm >> 3);
      return;
    }
    this.beginE(insn);
    if (from === Operand.G) this.rawRegister(insn.reg, bits);
    else if (from === Operand.WideImmediate) code.i64((BigInt(insn.disp) << 32n) | BigInt(insn.imm >>> 0));
    else this.constant(bits, insn.imm);
    this.endE(insn, bits);
  }

  /** G := E, both of 32 bits. */
  private movWide(insn: Insn): void {
    this.wideE(insn);
    if (this.isRegister(insn)) this.setReg(insn.reg, 32);
    else this.code.set(insn.reg >> 3);
  }

  /** The E operand, checked before; its bits above `size` are any. */
  private rawE(insn: Insn, size: number): void {
    if (this.isRegister(insn)) this.rawRegister(insn.rm, size);
    else this.unsignedE(insn, size);
  }

  /** Between rax and memory at an absolute address. */
  private movOffset(insn: Insn, bits: number, before: number, stores: boolean): void {
    const { code } = this;
    const low = BigInt(insn.imm >>> 0);
    code.i64(insn.flags & UopFlag.Addr32 ? low : (BigInt(insn.disp) << 32n) | low);
    this.segment(insn.flags);
    this.check(insn, before, bits >> 3, stores);
    code.get(L.P);
    if (stores) {
      this.rawRegister(Cpu.Rax, bits);
      code.mem(bits === 64 ? W.I64Store : bits === 32 ? W.I32Store : bits === 16 ? W.I32Store16 : W.I32Store8, this.offset);
    } else {
      code.mem(bits === 64 ? W.I64Load : bits === 32 ? W.I32Load : bits === 16 ? W.I32Load16U : W.I32Load8U, this.offset);
      this.setRegister(Cpu.Rax, bits);
    }
  }

  /** An instruction that sets a register's upper part to zero, which the one before it has done. */
  protected extended: Insn | null = null;

  /** movzx, movsx, movsxd, whose 16-bit form reads no more than it writes. */
  protected movExtend(insn: Insn, { mnemonic, bits, fromBits }: Traits, before: number): void {
    if (insn === this.extended) return;
    const from = Math.min(bits, fromBits);
    this.checkE(insn, before, from, false);
    if (bits === 16) {
      if (mnemonic === 'movzx') this.unsignedE(insn, from);
      else this.signedE(insn, from);
      return this.setRegister(insn.reg, 16);
    }
    if (mnemonic === 'movzx') {
      if (this.isRegister(insn)) this.regUnsigned(insn.rm, from);
      else this.loadUnsigned(from);
      this.code.set(insn.reg >> 3);
      return;
    }
    if (this.isRegister(insn)) this.regSigned(insn.rm, from);
    else this.loadSigned(from);
    this.setReg(insn.reg, bits);
  }

  protected lea(insn: Insn, { bits }: Traits): void {
    this.ea(insn);
    this.setReg(insn.reg, bits);
  }

  protected bswap(insn: Insn, { bits }: Traits): void {
    const { code } = this;
    const r = insn.rm >> 3;
    if (bits === 16) code.i32(0);
    else if (bits === 32) {
      code.get(r).op(W.I32WrapI64).set(L.Left);
      this.bswap32(L.Left);
    } else {
      code.get(r).op(W.I32WrapI64).set(L.Left).get(r).i64(32).op(W.I64ShrU, W.I32WrapI64).set(L.Right);
      this.bswap32(L.Left);
      code.op(W.I64ExtendI32U).i64(32).op(W.I64Shl);
      this.bswap32(L.Right);
      code.op(W.I64ExtendI32U, W.I64Or);
    }
    this.setRegister(insn.rm, bits);
  }

  private bswap32(local: number): void {
    const { code } = this;
    code.get(local).i32(8).op(W.I32Rotl).i32(0x00ff_00ff).op(W.I32And);
    code.get(local).i32(8).op(W.I32Rotr).i32(0xff00_ff00).op(W.I32And, W.I32Or);
  }

  protected xlat(insn: Insn, before: number): void {
    const { code } = this;
    code.get(Cpu.Rbx >> 3).get(Cpu.Rax >> 3);
    code.i64(0xff).op(W.I64And, W.I64Add);
    if (insn.flags & UopFlag.Addr32) code.i64(0xffff_ffff).op(W.I64And);
    this.segment(insn.flags);
    this.check(insn, before, 1, false);
    code.get(L.P).mem(W.I32Load8U, this.offset);
    this.setRegister(Cpu.Rax, 8);
  }

  /** cbw, cwde, cdqe: the lower half of rax, sign-extended. */
  protected cbw({ bits }: Traits): void {
    this.signedRegister(Cpu.Rax, bits >> 1);
    this.widen(bits === 64 ? 32 : 64);
    this.setRegister(Cpu.Rax, bits);
  }

  /** cwd, cdq, cqo: rdx filled with the sign of rax. */
  protected cwd({ bits }: Traits): void {
    this.signedRegister(Cpu.Rax, bits);
    if (bits === 64) this.code.i64(63).op(W.I64ShrS);
    else this.code.i32(31).op(W.I32ShrS);
    this.setRegister(Cpu.Rdx, bits);
  }
}
