import { Cpu, MemoryMap, PageSize, UopFlag } from '@ring3/abi';
import type { Insn } from '../../region.js';
import { W } from '../../wasm-encoder.js';
import { L } from '../locals.js';
import type { Traits } from '../traits.js';
import { StackEmitter } from './stack.js';

const RAX = Cpu.Rax >> 3;
const RCX = Cpu.Rcx >> 3;
const RSI = Cpu.Rsi >> 3;
const RDI = Cpu.Rdi >> 3;
/** Elements up to which a loop is faster than a bulk operation. */
const FEW = 8;
/** Direction flag in RFLAGS. */
const DF = 0x400;

/**
 * String instructions: core/assembly/execute/integer/string-move.ts, string-scan.ts. Upwards, and what lies within one page: rep movs
 * and rep stos as one bulk operation. All else is the interpreter's, which goes from page to page.
 */
export abstract class StringEmitter extends StackEmitter {
  protected string(insn: Insn, traits: Traits, before: number): void {
    const { mnemonic, bits } = traits;
    const { flags } = insn;
    const repeated = (flags & (UopFlag.Rep | UopFlag.Repne)) !== 0;
    const prefixed = (flags & (UopFlag.Addr32 | UopFlag.Fs | UopFlag.Gs)) !== 0;
    if (prefixed || mnemonic === 'scas' || mnemonic === 'cmps' || (repeated && mnemonic === 'lods')) return this.step(insn, before);
    if (repeated) return this.repeated(insn, before, mnemonic === 'movs', bits >> 3);
    this.backward();
    this.exit(insn, before);
    if (mnemonic === 'stos') this.code.get(RAX).set(L.T);
    else {
      this.code.get(RSI);
      this.check(insn, before, bits >> 3, false);
      this.loadUnsigned(bits);
      this.code.set(L.T);
    }
    if (mnemonic === 'lods') {
      this.code.get(L.T);
      this.setReg(Cpu.Rax, bits);
    } else {
      this.code.get(RDI);
      this.check(insn, before, bits >> 3, true);
      this.code.get(L.P).get(L.T);
      this.store(bits);
      this.advance(RDI, bits >> 3);
    }
    if (mnemonic !== 'stos') this.advance(RSI, bits >> 3);
  }

  private advance(register: number, by: number): void {
    this.code.get(register).i64(by).op(W.I64Add);
    this.setReg(register << 3, 64);
  }

  /** Not 0, as i32: DF is set. */
  private backward(): void {
    this.code
      .i32(0)
      .mem(W.I32Load, MemoryMap.Cpu + Cpu.EflagsRest)
      .i32(DF)
      .op(W.I32And);
  }

  /** Do `bytes` bytes (in T) at the address in a register leave its page? As i32. */
  private crosses(register: number): void {
    this.code
      .get(register)
      .op(W.I32WrapI64)
      .i32(PageSize.Mask)
      .op(W.I32And)
      .get(L.T)
      .op(W.I32WrapI64, W.I32Add)
      .i32(PageSize.Bytes)
      .op(W.I32GtU);
  }

  private repeated(insn: Insn, before: number, moves: boolean, size: number): void {
    const { code } = this;
    const shift = Math.log2(size);
    // Without an element nothing is looked at.
    code.get(RCX).i64(0).op(W.I64Ne, W.If, W.Void);
    this.context.push('if');
    code.get(RCX).i64(shift).op(W.I64Shl).set(L.T);
    this.backward();
    code
      .get(RCX)
      .i64(PageSize.Bytes >> shift)
      .op(W.I64GtU, W.I32Or);
    this.crosses(RDI);
    code.op(W.I32Or);
    if (moves) {
      this.crosses(RSI);
      code.op(W.I32Or);
    }
    this.stepIf(insn, before, () => {
      if (moves) this.hostAddress(insn, before, RSI, false, L.Left);
      this.hostAddress(insn, before, RDI, true, L.Right);
      code.get(RCX).i64(FEW).op(W.I64LeU, W.If, W.Void);
      this.context.push('if');
      this.oneByOne(moves, size);
      code.op(W.Else);
      this.bulk(insn, before, moves, size);
      this.context.pop();
      code.op(W.End);
      for (const register of moves ? [RSI, RDI] : [RDI]) {
        code.get(register).get(L.T).op(W.I64Add);
        this.setReg(register << 3, 64);
      }
      code.i64(0);
      this.setReg(Cpu.Rcx, 64);
    });
    this.context.pop();
    code.op(W.End);
  }

  /** A local := the host address of the byte at the address in a register. */
  private hostAddress(insn: Insn, before: number, register: number, write: boolean, local: number): void {
    this.code.get(register);
    this.check(insn, before, 1, write);
    this.code.get(L.P).i32(this.offset).op(W.I32Add).set(local);
  }

  /** At least one element, upwards. */
  private oneByOne(moves: boolean, size: number): void {
    const { code } = this;
    const bits = 8 * size;
    code.get(L.Right).get(L.T).op(W.I32WrapI64, W.I32Add).set(L.P);
    code.op(W.Loop, W.Void).get(L.Right);
    if (moves) code.get(L.Left).mem(size === 8 ? W.I64Load : size === 4 ? W.I32Load : size === 2 ? W.I32Load16U : W.I32Load8U, 0);
    else this.rawRegister(Cpu.Rax, bits);
    code.mem(size === 8 ? W.I64Store : size === 4 ? W.I32Store : size === 2 ? W.I32Store16 : W.I32Store8, 0);
    if (moves) code.get(L.Left).i32(size).op(W.I32Add).set(L.Left);
    code.get(L.Right).i32(size).op(W.I32Add).tee(L.Right).get(L.P).op(W.I32Ne).brIf(0).op(W.End);
  }

  private bulk(insn: Insn, before: number, moves: boolean, size: number): void {
    const { code } = this;
    if (moves) {
      // Element by element upwards is not what memory.copy does where the target begins inside the source.
      code.get(L.Right).get(L.Left).op(W.I32Sub).get(L.T).op(W.I32WrapI64, W.I32LtU);
      this.exit(insn, before);
      code.get(L.Right).get(L.Left).get(L.T).op(W.I32WrapI64, 0xfc, 10, 0, 0);
      return;
    }
    if (size > 1) {
      // All bytes must be the same.
      code.get(RAX);
      if (size < 8) code.i64(size === 4 ? 0xffff_ffff : 0xffff).op(W.I64And);
      code
        .get(RAX)
        .i64(0xff)
        .op(W.I64And)
        .i64(0x0101_0101_0101_0101n >> BigInt(64 - 8 * size))
        .op(W.I64Mul, W.I64Ne, W.If, W.Void);
      this.context.push('if');
      this.oneByOne(moves, size);
      code.op(W.Else);
    }
    code.get(L.Right).get(RAX).op(W.I32WrapI64).get(L.T).op(W.I32WrapI64, 0xfc, 11, 0);
    if (size > 1) {
      this.context.pop();
      code.op(W.End);
    }
  }
}
