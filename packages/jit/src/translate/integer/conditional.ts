import { Cpu, MemoryMap } from '@ring3/abi';
import type { Insn } from '../../region.js';
import { W } from '../../wasm-encoder.js';
import { familyOf } from '../classify.js';
import { Family, type Traits, traitsOf } from '../traits.js';
import { BitEmitter } from './bits.js';

/** Direction flag in RFLAGS. */
const DF = 0x400;
/** The flags that ah can hold: SF ZF AF PF CF. */
const AH_FLAGS = 0xd5;
/** Bit 1 of RFLAGS, which reads as 1. */
const FIXED = 2;

/** What depends on flags or changes them alone: core/assembly/execute/integer/conditional.ts, flag-control.ts. */
export abstract class ConditionalEmitter extends BitEmitter {
  /** The source is read, and a 32-bit destination's upper half cleared, whatever the condition. */
  protected cmov(insn: Insn, { bits, condition }: Traits, before: number): void {
    this.checkE(insn, before, bits, false);
    if (bits === 32) {
      this.wideE(insn);
      this.code.get(insn.reg >> 3);
    } else {
      this.signedE(insn, bits);
      this.rawRegister(insn.reg, bits);
    }
    this.condition(condition < 0 ? insn.imm & 15 : condition);
    this.code.op(W.Select);
    if (bits === 32) this.setReg(insn.reg, 32);
    else this.setRegister(insn.reg, bits);
  }

  protected set(insn: Insn, { condition }: Traits, before: number): void {
    this.checkE(insn, before, 8, true);
    this.beginE(insn);
    this.condition(condition < 0 ? insn.imm & 15 : condition);
    const next = this.following(before);
    if (next && this.isRegister(insn) && this.extendsItself(next, insn.rm)) {
      this.extended = next;
      this.code
        .i32(0xff)
        .op(W.I32And, W.I64ExtendI32S)
        .set(insn.rm >> 3);
    } else this.endE(insn, 8);
  }

  /** Is it movzx of the byte at an offset of the registers, into the whole of its own register? */
  private extendsItself(insn: Insn, byte: number): boolean {
    const { mnemonic, bits, fromBits } = traitsOf(insn.op);
    return (
      familyOf(insn) === Family.MovExtend &&
      mnemonic === 'movzx' &&
      fromBits === 8 &&
      bits >= 32 &&
      this.isRegister(insn) &&
      insn.rm === byte &&
      insn.reg === byte &&
      !this.mustStep(insn)
    );
  }

  protected flagControl({ mnemonic }: Traits, needed: boolean): void {
    const { code } = this;
    switch (mnemonic) {
      case 'lahf':
        this.statusFlags();
        code.i32(AH_FLAGS).op(W.I32And).i32(FIXED).op(W.I32Or);
        return this.setRegister(Cpu.Rax + 1, 8);
      case 'sahf':
        if (!needed) return;
        this.ofInPlace();
        code
          .get(Cpu.Rax >> 3)
          .op(W.I32WrapI64)
          .i32(8)
          .op(W.I32ShrU)
          .i32(AH_FLAGS)
          .op(W.I32And, W.I32Or);
        return this.setExplicit();
      case 'cld':
      case 'std':
        code
          .i32(0)
          .i32(0)
          .mem(W.I32Load, MemoryMap.Cpu + Cpu.EflagsRest);
        if (mnemonic === 'cld') code.i32(~DF).op(W.I32And);
        else code.i32(DF).op(W.I32Or);
        code.mem(W.I32Store, MemoryMap.Cpu + Cpu.EflagsRest);
        return;
    }
    if (!needed) return;
    if (mnemonic === 'clc') code.i32(0);
    else if (mnemonic === 'stc') code.i32(1);
    else {
      this.cf();
      code.op(W.I32Eqz);
    }
    this.setCarry();
  }
}
