import { Cpu } from '@ring3/abi';
import type { Insn } from '../region.js';
import { W } from '../wasm-encoder.js';
import { isSse } from './classify.js';
import { CcOp, DYNAMIC, L } from './locals.js';
import { SseEmitter } from './sse.js';

/** Integer instructions: the same operations on the same values as core/assembly/cpu/hot.ts. */
export abstract class IntegerEmitter extends SseEmitter {
  protected insn(insn: Insn, before: number, needed: boolean): void {
    const { code } = this;
    const { name } = insn;
    let m: RegExpExecArray | null;
    if ((m = /^(add|or|adc|sbb|and|sub|xor|cmp|test)(8|16|32|64)_([RGM])_([RGMI])$/.exec(name)))
      return this.alu(insn, before, needed, m[1]!, Number(m[2]), m[3]!, m[4]!);
    if ((m = /^mov(8|16|32|64)_([RGMXZ])_([RGMXI])$/.exec(name))) return this.mov(insn, before, Number(m[1]), m[2]!, m[3]!);
    if ((m = /^lea(32|64)_[MX]$/.exec(name))) {
      this.ea(insn);
      return this.setReg(insn.reg, Number(m[1]));
    }
    if ((m = /^mov(zx|sx)(32|64)_G_([RMX])([bw])$/.exec(name))) {
      const from = m[4] === 'b' ? 8 : 16;
      if (m[3] === 'R') {
        if (m[1] === 'zx') this.regUnsigned(insn.rm, from);
        else this.regSigned(insn.rm, from);
      } else {
        this.access(insn, before, from / 8, false);
        if (m[1] === 'zx') this.loadUnsigned(from);
        else this.loadSigned(from);
      }
      return this.setReg(insn.reg, Number(m[2]));
    }
    if ((m = /^movsxd64_G_([RMX])$/.exec(name))) {
      if (m[1] === 'R') this.regSigned(insn.rm, 32);
      else {
        this.access(insn, before, 4, false);
        this.loadSigned(32);
      }
      return this.setReg(insn.reg, 64);
    }
    if ((m = /^(inc|dec|not|neg)(32|64)_R$/.exec(name))) return this.unary(insn, needed, m[1]!, Number(m[2]));
    if ((m = /^imul(32|64)_G_(R_I|R|M)$/.exec(name))) return this.imul(insn, before, needed, Number(m[1]), m[2]!);
    if ((m = /^(shl|shr|sar|rol|ror)(32|64)_R_I$/.exec(name))) return this.shift(insn, needed, m[1]!, Number(m[2]));
    if ((m = /^(shl|shr|sar)(32|64)_R_C$/.exec(name))) return this.shiftByCl(insn, m[1]!, Number(m[2]));
    if ((m = /^cmov(32|64)$/.exec(name))) {
      const size = Number(m[1]);
      this.regUnsigned(insn.rm, size);
      this.regUnsigned(insn.reg, size);
      this.condition(insn.imm & 15);
      code.op(W.Select);
      return this.setReg(insn.reg, size);
    }
    if (name === 'set') {
      this.condition(insn.imm & 15);
      code.op(W.I64ExtendI32U);
      return this.setReg(insn.rm, 8);
    }
    switch (name) {
      case 'nop':
        return;
      case 'cbw32':
        this.regSigned(0, 16);
        return this.setReg(0, 32);
      case 'cbw64':
        this.regSigned(0, 32);
        return this.setReg(0, 64);
      case 'cwd32':
        this.regSigned(0, 32);
        code.i64(63).op(W.I64ShrS);
        return this.setReg(16, 32);
      case 'cwd64':
        code.get(0).i64(63).op(W.I64ShrS);
        return this.setReg(16, 64);
      case 'push64_Z':
      case 'push64_I':
      case 'push64_M':
        if (name === 'push64_M') {
          this.access(insn, before, 8, false);
          this.loadUnsigned(64);
        } else if (name === 'push64_Z') code.get(insn.rm >> 3);
        else code.i64(insn.imm);
        code.set(L.T);
        return this.push(insn, before);
      case 'pop64_Z':
        this.based(insn, before, 4, 0, 8, false);
        this.loadUnsigned(64);
        code.set(L.T);
        this.move(4, 8);
        code.get(L.T);
        return this.setReg(insn.rm, 64);
      case 'leave64':
        this.based(insn, before, 5, 0, 8, false);
        code.get(5).i64(8).op(W.I64Add).set(4);
        this.loadUnsigned(64);
        code.set(5);
        return;
      case 'mov64_G_Fs':
        this.ea(insn);
        this.regFile(Cpu.FsBase);
        code.op(W.I64Add);
        this.check(insn, before, 8, false);
        this.loadUnsigned(64);
        return this.setReg(insn.reg, 64);
    }
    if (isSse(name)) return this.sse(insn, before);
    this.step(insn, before);
  }

  /** Pushes T. */
  protected push(insn: Insn, before: number): void {
    const { code } = this;
    this.based(insn, before, 4, -8, 8, true);
    code.get(L.P).get(L.T);
    this.store(64);
    this.move(4, -8);
  }

  protected alu(insn: Insn, before: number, needed: boolean, op: string, size: number, left: string, right: string): void {
    const { code } = this;
    const memory = left === 'M' || right === 'M';
    const stores = op !== 'cmp' && op !== 'test';
    if (memory) {
      this.access(insn, before, size / 8, left === 'M' && stores);
    }
    const operand = (kind: string): void => {
      if (kind === 'R') this.regSigned(insn.rm, size);
      else if (kind === 'G') this.regSigned(insn.reg, size);
      else if (kind === 'M') this.loadSigned(size);
      else code.i64(size === 8 ? (insn.imm << 24) >> 24 : size === 16 ? (insn.imm << 16) >> 16 : insn.imm);
    };
    const carry = op === 'adc' || op === 'sbb';
    if (carry) {
      this.cf();
      code.set(L.Low);
    }
    const logic = op === 'and' || op === 'or' || op === 'xor' || op === 'test';
    if (logic) {
      if (op === 'xor' && left === 'R' && right === 'G' && insn.rm === insn.reg && size >= 32) code.i64(0);
      else {
        operand(left);
        if (!(op === 'test' && left === 'R' && right === 'G' && insn.rm === insn.reg)) {
          operand(right);
          code.op(op === 'or' ? W.I64Or : op === 'xor' ? W.I64Xor : W.I64And);
        }
      }
      code.set(L.T3);
      if (needed) {
        code.get(L.T3).set(L.CcR);
        this.setKind(CcOp.Logic);
      }
    } else {
      operand(left);
      code.set(L.T);
      operand(right);
      code.set(L.T2);
      code
        .get(L.T)
        .get(L.T2)
        .op(op === 'add' || op === 'adc' ? W.I64Add : W.I64Sub);
      if (carry) code.get(L.Low).op(W.I64ExtendI32U, op === 'adc' ? W.I64Add : W.I64Sub);
      this.signExtend(size);
      code.set(L.T3);
      if (needed) {
        code.get(L.T3).set(L.CcR).get(L.T).set(L.CcA).get(L.T2).set(L.CcB);
        if (carry)
          code
            .i32(op === 'adc' ? CcOp.Adc1 : CcOp.Sbb1)
            .i32(op === 'adc' ? CcOp.Add : CcOp.Sub)
            .get(L.Low)
            .op(W.Select)
            .set(L.CcOp);
        else this.setKind(op === 'add' ? CcOp.Add : CcOp.Sub);
      }
    }
    if (!stores) return;
    if (left === 'M') {
      code.get(L.P).get(L.T3);
      this.store(size);
    } else {
      code.get(L.T3);
      this.setReg(left === 'R' ? insn.rm : insn.reg, size);
    }
  }

  protected mov(insn: Insn, before: number, size: number, to: string, from: string): void {
    const { code } = this;
    if (to === 'M' || to === 'X') {
      this.access(insn, before, size / 8, true);
      code.get(L.P);
      if (from === 'I') code.i64(insn.imm);
      else this.byteOrRegister(insn.reg, size);
      return this.store(size);
    }
    if (from === 'M' || from === 'X') {
      this.access(insn, before, size / 8, false);
      this.loadUnsigned(size);
      return this.setReg(insn.reg, size);
    }
    if (to === 'Z') code.i64((BigInt(insn.disp >>> 0) << 32n) | BigInt(insn.imm >>> 0));
    else if (from === 'I') code.i64(insn.imm);
    else if (from === 'G') this.byteOrRegister(insn.reg, size);
    else this.byteOrRegister(insn.rm, size);
    this.setReg(to === 'R' || to === 'Z' ? insn.rm : insn.reg, size);
  }

  protected unary(insn: Insn, needed: boolean, op: string, size: number): void {
    const { code } = this;
    if (op === 'not') {
      code
        .get(insn.rm >> 3)
        .i64(-1)
        .op(W.I64Xor);
      return this.setReg(insn.rm, size);
    }
    if ((op === 'inc' || op === 'dec') && needed) {
      this.cf();
      code.op(W.I64ExtendI32U).set(L.T2);
    }
    this.regSigned(insn.rm, size);
    code.set(L.T);
    if (op === 'neg') code.i64(0).get(L.T).op(W.I64Sub);
    else
      code
        .get(L.T)
        .i64(1)
        .op(op === 'inc' ? W.I64Add : W.I64Sub);
    this.signExtend(size);
    code.set(L.T3);
    if (needed) {
      code.get(L.T3).set(L.CcR);
      if (op === 'neg') code.i64(0).set(L.CcA).get(L.T).set(L.CcB);
      else code.get(L.T).set(L.CcA).get(L.T2).set(L.CcB);
      this.setKind(op === 'neg' ? CcOp.Sub : op === 'inc' ? CcOp.Inc : CcOp.Dec);
    }
    code.get(L.T3);
    this.setReg(insn.rm, size);
  }

  protected imul(insn: Insn, before: number, needed: boolean, size: number, form: string): void {
    if (size === 64 && needed) return this.step(insn, before);
    const { code } = this;
    if (form === 'M') {
      this.access(insn, before, size / 8, false);
    }
    this.regSigned(form === 'R_I' ? insn.rm : insn.reg, size);
    if (form === 'R_I') code.i64(insn.imm);
    else if (form === 'M') this.loadSigned(size);
    else this.regSigned(insn.rm, size);
    code.op(W.I64Mul).set(L.T);
    if (needed) {
      code.get(L.T).op(W.I64Extend32S).tee(L.CcR).get(L.T).op(W.I64Ne, W.I64ExtendI32U).set(L.CcA).i64(0).set(L.CcB);
      this.setKind(CcOp.Mul);
    }
    code.get(L.T);
    this.setReg(insn.reg, size);
  }

  protected shift(insn: Insn, needed: boolean, op: string, size: number): void {
    const { code } = this;
    const count = insn.imm & (size === 64 ? 63 : 31);
    const signed = op === 'sar';
    if (count === 0) {
      this.regUnsigned(insn.rm, size);
      return this.setReg(insn.rm, size);
    }
    if (op === 'rol' || op === 'ror') {
      code.get(insn.rm >> 3);
      if (size === 64) code.i64(count).op(op === 'rol' ? W.I64Rotl : W.I64Rotr);
      else
        code
          .op(W.I32WrapI64)
          .i32(count)
          .op(op === 'rol' ? W.I32Rotl : W.I32Rotr)
          .op(W.I64ExtendI32U);
      code.set(L.T);
      if (needed) this.rotateFlags(op, size);
      code.get(L.T);
      return this.setReg(insn.rm, size);
    }
    if (signed) this.regSigned(insn.rm, size);
    else this.regUnsigned(insn.rm, size);
    code.set(L.T);
    const shiftOp = op === 'shl' ? W.I64Shl : signed ? W.I64ShrS : W.I64ShrU;
    code.get(L.T).i64(count).op(shiftOp);
    if (op === 'shl') this.signExtend(size);
    code.set(L.T3);
    if (needed) {
      code
        .get(L.T)
        .i64(count - 1)
        .op(shiftOp);
      this.signExtend(size);
      code.set(L.CcA).get(L.T3);
      this.signExtend(size);
      code.set(L.CcR).i64(0).set(L.CcB);
      this.setKind(op === 'shl' ? CcOp.Shl : signed ? CcOp.Sar : CcOp.Shr);
    }
    code.get(L.T3);
    this.setReg(insn.rm, size);
  }

  /** CF and OF of a rotate, whose result is in T; the others stay as they are. */
  protected rotateFlags(op: string, size: number): void {
    const { code } = this;
    // The operation below stays known, also below another rotate.
    if (this.kind === DYNAMIC) {
      code.get(L.CcBase).get(L.CcOp).get(L.CcOp).i32(CcOp.Rotated).op(W.I32Eq, W.Select).set(L.CcBase);
    } else if (this.kind !== CcOp.Rotated) code.i32(this.kind).set(L.CcBase);
    this.setKind(CcOp.Rotated);
    const bit = (n: number): void => void code.get(L.T).i64(n).op(W.I64ShrU, W.I32WrapI64).i32(1).op(W.I32And);
    if (op === 'rol') {
      bit(0);
      code.tee(L.Low);
      bit(size - 1);
    } else {
      bit(size - 1);
      code.tee(L.Low);
      bit(size - 2);
    }
    code.op(W.I32Xor).i32(11).op(W.I32Shl).get(L.Low).op(W.I32Or).set(L.CcRot);
  }

  protected shiftByCl(insn: Insn, op: string, size: number): void {
    const { code } = this;
    const signed = op === 'sar';
    code
      .get(1)
      .i64(size === 64 ? 63 : 31)
      .op(W.I64And)
      .set(L.T2);
    if (signed) this.regSigned(insn.rm, size);
    else this.regUnsigned(insn.rm, size);
    code.set(L.T);
    const shiftOp = op === 'shl' ? W.I64Shl : signed ? W.I64ShrS : W.I64ShrU;
    code.get(L.T).get(L.T2).op(shiftOp);
    code.set(L.T3);
    code.get(L.T2).i64(0).op(W.I64Ne).op(W.If, W.Void);
    code.get(L.T).get(L.T2).i64(1).op(W.I64Sub).op(shiftOp);
    this.signExtend(size);
    code.set(L.CcA).get(L.T3);
    this.signExtend(size);
    code.set(L.CcR).i64(0).set(L.CcB);
    this.setKind(op === 'shl' ? CcOp.Shl : signed ? CcOp.Sar : CcOp.Shr);
    code.op(W.End);
    code.get(L.T3);
    this.setReg(insn.rm, size);
  }
}
