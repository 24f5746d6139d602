import type { Insn } from '../region.js';
import { familyOf } from './classify.js';
import { StringEmitter } from './integer/strings.js';
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
        return this.flagControl(traits, needed);
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
      case Family.Sse:
        return this.sse(insn, before);
    }
    this.step(insn, before);
  }
}
