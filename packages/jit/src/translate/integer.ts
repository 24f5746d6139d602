import { Cpu } from '@ring3/abi';
import type { Insn } from '../region.js';
import { W } from '../wasm-encoder.js';
import { familyOf } from './classify.js';
import { StringEmitter } from './integer/strings.js';
import { L } from './locals.js';
import { Family, traitsOf } from './traits.js';

/** Every instruction, by its family. */
export abstract class IntegerEmitter extends StringEmitter {
  protected insn(insn: Insn, before: number, needed: boolean): void {
    const traits = traitsOf(insn.op);
    switch (familyOf(insn)) {
      case Family.Alu:
        return this.alu(insn, traits, before, needed);
      case Family.Mov:
        return this.mov(insn, traits, before);
      case Family.MovExtend:
        return this.movExtend(insn, traits, before);
      case Family.Lea:
        return this.lea(insn, traits);
      case Family.Unary:
        return this.unary(insn, traits, before, needed);
      case Family.Shift:
        return this.shift(insn, traits, before, needed);
      case Family.Rotate:
        return this.rotate(insn, traits, before, needed);
      case Family.RotateCarry:
        return this.rotateCarry(insn, traits, before, needed);
      case Family.DoubleShift:
        return this.doubleShift(insn, traits, before, needed);
      case Family.Imul:
        return this.imul(insn, traits, before, needed);
      case Family.Multiply:
        return this.multiply(insn, traits, before, needed);
      case Family.Divide:
        return this.divide(insn, traits, before);
      case Family.Cmov:
        return this.cmov(insn, traits, before);
      case Family.Set:
        return this.set(insn, traits, before);
      case Family.BitTest:
        return this.bitTest(insn, traits, before, needed);
      case Family.BitScan:
        return this.bitScan(insn, traits, before, needed);
      case Family.Popcnt:
        return this.popcnt(insn, traits, before, needed);
      case Family.Bswap:
        return this.bswap(insn, traits);
      case Family.Xchg:
        return this.xchg(insn, traits, before);
      case Family.Xadd:
        return this.xadd(insn, traits, before, needed);
      case Family.Cmpxchg:
        return this.cmpxchg(insn, traits, before, needed);
      case Family.Xlat:
        return this.xlat(insn, before);
      case Family.Cbw:
        return this.cbw(traits);
      case Family.Cwd:
        return this.cwd(traits);
      case Family.FlagControl:
        return this.flagControl(insn, traits, before, needed);
      case Family.Push:
        return this.pushOperand(insn, traits, before);
      case Family.Pop:
        return this.pop(insn, traits, before);
      case Family.Leave:
        return this.leave(insn, traits, before);
      case Family.String:
        return this.string(insn, traits, before);
      case Family.Nop:
        return;
      case Family.Branch:
        return this.branch(insn, before);
      case Family.Sse:
        return this.sse(insn, before);
    }
    this.step(insn, before);
  }

  protected branch(insn: Insn, before: number): void {
    const { code } = this;
    switch (insn.name) {
      case 'jmp_R':
        code.get(insn.rm >> 3).set(L.T);
        return this.indirect(insn, before);
      case 'jmp_M':
      case 'jmp_X':
        this.access(insn, before, 8, false, insn.imm);
        this.loadUnsigned(64);
        code.set(L.T);
        return this.indirect(insn, before);
      case 'ret':
        code.get(4);
        this.check(insn, before, 8, false);
        this.loadUnsigned(64);
        code.set(L.T);
        this.canonical(insn, before);
        code.get(4).i64(8).op(W.I64Add);
        this.setReg(Cpu.Rsp, 64);
        return this.finish(before);
      case 'call_J':
        this.pushNext(insn, before);
        code.get(L.PageVa).i64(insn.imm).op(W.I64Add).set(L.T);
        return this.finish(before);
      case 'call_R':
        code.get(insn.rm >> 3).set(L.T2);
        return this.callTo(insn, before);
      case 'call_M':
        this.access(insn, before, 8, false, insn.imm);
        this.loadUnsigned(64);
        code.set(L.T2);
        return this.callTo(insn, before);
    }
  }

  protected callTo(insn: Insn, before: number): void {
    const { code } = this;
    code.get(L.T2).set(L.T);
    this.canonical(insn, before);
    this.pushNext(insn, before);
    code.get(L.T2).set(L.T);
    this.finish(before);
  }

  protected pushNext(insn: Insn, before: number): void {
    this.code
      .get(L.PageVa)
      .i64(insn.offset + insn.length)
      .op(W.I64Add)
      .set(L.T);
    this.push(insn, before);
  }

  /** Is T an address that rip can hold? */
  protected canonical(insn: Insn, before: number): void {
    this.code.get(L.T).i64(47).op(W.I64ShrU).i64(0).op(W.I64Ne);
    this.exit(insn, before);
  }

  protected indirect(insn: Insn, before: number): void {
    this.canonical(insn, before);
    this.finish(before);
  }

  /** Leaves with rip = T; the branch has retired. */
  protected finish(before: number): void {
    const { code } = this;
    code
      .get(L.Count)
      .i32(before + 1)
      .op(W.I32Add)
      .set(L.Count);
    code.get(L.T).set(L.Rip).br(this.depth('exit'));
  }
}
