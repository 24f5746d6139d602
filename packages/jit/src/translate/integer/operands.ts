import { Cpu, UopFlag } from '@ring3/abi';
import type { Insn } from '../../region.js';
import { W } from '../../wasm-encoder.js';
import { SseEmitter } from '../sse.js';
import { L } from '../locals.js';
import { Operand, type Traits } from '../traits.js';

const ADDRESS_PREFIXES = UopFlag.Fs | UopFlag.Gs | UopFlag.Addr32 | UopFlag.RipWide;

/** An immediate, sign-extended from `size` bits. */
export function narrowed(immediate: number, size: number): number {
  return size === 8 ? (immediate << 24) >> 24 : size === 16 ? (immediate << 16) >> 16 : immediate;
}

/**
 * Operands of integer instructions. Up to 32 bits are worked on as i32, 64 bits as i64 (`size` here is the operand size in bits; "a
 * value" is one or the other). Nothing may have an effect before the last check of a memory operand.
 */
export abstract class OperandEmitter extends SseEmitter {
  /** The effective address, with what prefixes do to it. */
  protected override ea(insn: Insn, disp = insn.disp): void {
    super.ea(insn, disp);
    this.prefixes(insn);
  }

  protected prefixes({ flags, offset, length }: Insn): void {
    if (flags & ADDRESS_PREFIXES) {
      const { code } = this;
      if (flags & UopFlag.RipWide) code.i64(offset + length).op(W.I64Add);
      if (flags & UopFlag.Addr32) code.i64(0xffff_ffff).op(W.I64And);
      this.segment(flags);
    }
  }

  /** Adds the base of the segment that a prefix names. */
  protected segment(flags: number): void {
    if (!(flags & (UopFlag.Fs | UopFlag.Gs))) return;
    this.regFile(flags & UopFlag.Fs ? Cpu.FsBase : Cpu.GsBase);
    this.code.op(W.I64Add);
  }

  protected isRegister(insn: Insn): boolean {
    return (insn.flags & UopFlag.RmReg) !== 0;
  }

  /** Checks the E operand, if it is memory. */
  protected checkE(insn: Insn, before: number, size: number, write: boolean): void {
    if (!this.isRegister(insn)) this.access(insn, before, size >> 3, write);
  }

  /** The value of the general register at `offset`; its bits above `size` are any. */
  protected rawRegister(offset: number, size: number): void {
    const { code } = this;
    code.get(offset >> 3);
    if (size === 64) return;
    code.op(W.I32WrapI64);
    if (size === 8 && offset & 7) code.i32(8).op(W.I32ShrU);
  }

  protected signedRegister(offset: number, size: number): void {
    this.rawRegister(offset, size);
    this.signed(size);
  }

  protected unsignedRegister(offset: number, size: number): void {
    this.rawRegister(offset, size);
    this.unsigned(size);
  }

  /** Sign-extends a value of 8 or 16 bits. */
  protected signed(size: number): void {
    if (size === 8) this.code.op(W.I32Extend8S);
    else if (size === 16) this.code.op(W.I32Extend16S);
  }

  protected unsigned(size: number): void {
    if (size === 8) this.code.i32(0xff).op(W.I32And);
    else if (size === 16) this.code.i32(0xffff).op(W.I32And);
  }

  /** The E operand, checked before; sign-extended. */
  protected signedE(insn: Insn, size: number): void {
    if (this.isRegister(insn)) return this.signedRegister(insn.rm, size);
    this.load(size === 64 ? W.I64Load : size === 32 ? W.I32Load : size === 16 ? W.I32Load16S : W.I32Load8S);
  }

  /** The same, zero-extended. */
  protected unsignedE(insn: Insn, size: number): void {
    if (this.isRegister(insn)) return this.unsignedRegister(insn.rm, size);
    this.load(size === 64 ? W.I64Load : size === 32 ? W.I32Load : size === 16 ? W.I32Load16U : W.I32Load8U);
  }

  private load(opcode: W): void {
    this.code.get(L.P).mem(opcode, this.offset);
  }

  /** Goes before the value that `endE` stores. */
  protected beginE(insn: Insn): void {
    if (!this.isRegister(insn)) this.code.get(L.P);
  }

  /** E := the value on the stack; bits above `size` do not matter. */
  protected endE(insn: Insn, size: number): void {
    if (this.isRegister(insn)) return this.setRegister(insn.rm, size);
    const { code } = this;
    code.mem(size === 64 ? W.I64Store : size === 32 ? W.I32Store : size === 16 ? W.I32Store16 : W.I32Store8, this.offset);
  }

  /** The general register at `offset` := the value on the stack. */
  protected setRegister(offset: number, size: number): void {
    const { code } = this;
    if (size === 64) return this.setReg(offset, 64);
    if (size !== 32) {
      code.op(W.I64ExtendI32U);
      return this.setReg(offset, size);
    }
    // Not extend_i32_u: where that meets another value of the register, V8 (11.3) may take both for zero-extended.
    code.op(W.I64ExtendI32S).i64(0xffff_ffff).op(W.I64And);
    code.set(offset >> 3);
  }

  /** The immediate, sign-extended from the operand size. */
  protected immediate(insn: Insn, size: number): void {
    this.constant(size, narrowed(insn.imm, size));
  }

  /** An operand, sign-extended; a memory operand has been checked. */
  protected signedOperand(insn: Insn, operand: Operand, size: number): void {
    if (operand === Operand.G) this.signedRegister(insn.reg, size);
    else if (operand === Operand.Immediate) this.immediate(insn, size);
    else if (operand === Operand.A) this.signedRegister(Cpu.Rax, size);
    else this.signedE(insn, size);
  }

  /**
   * The E operand of 32 bits, checked before, as i64; its upper half is any, where it is a register. What is worked on like this needs its
   * upper half cleared, and nothing else.
   */
  protected wideE(insn: Insn): void {
    if (this.isRegister(insn)) this.code.get(insn.rm >> 3);
    else this.load(W.I64Load32U);
  }

  /** Any operand of 32 bits, as i64 with any upper half. */
  protected wideOperand(insn: Insn, operand: Operand): void {
    const { code } = this;
    if (operand === Operand.G) code.get(insn.reg >> 3);
    else if (operand === Operand.Immediate) code.i64(insn.imm);
    else if (operand === Operand.A) code.get(Cpu.Rax >> 3);
    else this.wideE(insn);
  }

  /** E := the lower half of the i64 on the stack. */
  protected endWideE(insn: Insn): void {
    if (this.isRegister(insn)) this.setReg(insn.rm, 32);
    else this.code.mem(W.I64Store32, this.offset);
  }

  /** Where the result of an instruction goes: before and behind the value. */
  protected beginTo(insn: Insn, { to }: Traits): void {
    if (to === Operand.E) this.beginE(insn);
  }

  protected endTo(insn: Insn, { to, bits }: Traits): void {
    if (to === Operand.E) this.endE(insn, bits);
    else this.setRegister(insn.reg, bits);
  }

  /** The same behind an i64 whose lower half is the result. */
  protected endWideTo(insn: Insn, { to }: Traits): void {
    if (to === Operand.E) this.endWideE(insn);
    else this.setReg(insn.reg, 32);
  }

  /** A value, as the flags have it: i64. */
  protected widen(size: number): void {
    if (size !== 64) this.code.op(W.I64ExtendI32S);
  }

  /** An operation on values of `size`. */
  protected sized(size: number, narrow: W, wide: W): void {
    this.code.op(size === 64 ? wide : narrow);
  }

  protected constant(size: number, value: number): void {
    if (size === 64) this.code.i64(value);
    else this.code.i32(value);
  }

  /** Locals of a value: the left, the right, the result. */
  protected left(size: number): number {
    return size === 64 ? L.T : L.Left;
  }
  protected right(size: number): number {
    return size === 64 ? L.T2 : L.Right;
  }
  protected result(size: number): number {
    return size === 64 ? L.T3 : L.Result;
  }

  /** CcR := a local's value, sign-extended already. */
  protected flagResult(local: number, size: number): void {
    this.code.get(local);
    this.widen(size);
    this.code.set(L.CcR);
  }

  /** Condition local ? value on the stack : what the local held. */
  protected setIf(local: number, condition: number): void {
    this.code.get(local).get(condition).op(W.Select).set(local);
  }

  /** Where the i32 on the stack is not 0, the interpreter executes the instruction; else what `inline` writes does. */
  protected stepIf(insn: Insn, before: number, inline: () => void): void {
    const { code } = this;
    code.op(W.If, W.Void);
    this.context.push('if');
    this.step(insn, before);
    code.op(W.Else);
    inline();
    this.context.pop();
    code.op(W.End);
  }
}
