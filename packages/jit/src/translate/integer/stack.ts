import { Cpu } from '@ring3/abi';
import type { Insn } from '../../region.js';
import { W } from '../../wasm-encoder.js';
import { L } from '../locals.js';
import { Operand, type Traits } from '../traits.js';
import { ConditionalEmitter } from './conditional.js';

const RSP = Cpu.Rsp >> 3;

/** push, pop, leave: core/assembly/execute/integer/stack.ts. */
export abstract class StackEmitter extends ConditionalEmitter {
  /** rsp is pushed as it was before. */
  protected pushOperand(insn: Insn, { bits, to }: Traits, before: number): void {
    const { code } = this;
    if (to === Operand.Immediate) code.i64(insn.imm);
    else if (this.isRegister(insn)) code.get(insn.rm >> 3);
    else {
      this.access(insn, before, bits >> 3, false);
      this.loadUnsigned(bits);
    }
    code.set(L.T);
    this.push(insn, before, bits);
  }

  /** Pushes T. */
  protected push(insn: Insn, before: number, bits = 64): void {
    const { code } = this;
    this.based(insn, before, RSP, -(bits >> 3), bits >> 3, true);
    code.get(L.P).get(L.T);
    this.store(bits);
    this.moveRegister(RSP, -(bits >> 3));
  }

  /** pop rsp: the popped value wins over the increment. An address based on rsp is computed after the increment. */
  protected pop(insn: Insn, { bits }: Traits, before: number): void {
    const { code } = this;
    const bytes = bits >> 3;
    this.based(insn, before, RSP, 0, bytes, false);
    this.loadUnsigned(bits);
    code.set(L.T);
    if (this.isRegister(insn)) {
      this.moveRegister(RSP, bytes);
      code.get(L.T);
      return this.setReg(insn.rm, bits);
    }
    this.access(insn, before, bytes, true, insn.rm === Cpu.Rsp ? insn.disp + bytes : insn.disp);
    code.get(L.P).get(L.T);
    this.store(bits);
    this.moveRegister(RSP, bytes);
  }

  protected leave(insn: Insn, { bits }: Traits, before: number): void {
    const { code } = this;
    this.based(insn, before, Cpu.Rbp >> 3, 0, bits >> 3, false);
    code
      .get(Cpu.Rbp >> 3)
      .i64(bits >> 3)
      .op(W.I64Add);
    this.setReg(Cpu.Rsp, 64);
    this.loadUnsigned(bits);
    this.setReg(Cpu.Rbp, bits);
  }
}
