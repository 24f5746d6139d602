import type { Insn } from '../region.js';
import { type Code, Import, W } from '../wasm-encoder.js';
import { AddCarry, baseOf, Narrow, Op, Ordered, SubCarry } from './kinds.js';
import { CcOp, DYNAMIC, L } from './locals.js';
import { MemoryEmitter } from './memory.js';

/** Condition codes, without their lowest bit, which negates. */
const enum Cc {
  Overflow,
  Below,
  Zero,
  BelowEqual,
  Sign,
  Parity,
  Less,
  LessEqual,
}

/** Bits of the status flags in RFLAGS. */
const enum Bit {
  Cf = 0,
  Pf = 2,
  Af = 4,
  Zf = 6,
  Sf = 7,
  Of = 11,
}

/** For testCondition of the core: no condition, but all six status flags. */
const ALL_STATUS = 16;

/** Flags and conditions, from the operation that left them: core/assembly/cpu/flags.ts in the form of WebAssembly. */
export abstract class FlagsEmitter extends MemoryEmitter {
  /** How often L.CcRot had been set when L.Carry was last what it has of CF. */
  private carried = -1;

  /** A block begins. */
  protected beginFlags(kind: number): void {
    this.kind = kind;
    this.carried = -1;
  }

  /** The operation alone; DYNAMIC stays what it is. */
  private get op(): number {
    return this.kind === DYNAMIC ? DYNAMIC : this.kind & Op;
  }

  protected override spillFlags(code: Code, kind: number = DYNAMIC): void {
    if (kind !== Ordered) return super.spillFlags(code, kind);
    this.explainOrder(code);
    super.spillFlags(code, CcOp.Explicit);
  }

  protected override step(insn: Insn, before: number): void {
    super.step(insn, before);
    if (this.kindAfter !== Ordered) return;
    // It has left them alone, but they have been to the CPU state and back.
    const { code } = this;
    code.get(L.CcA).get(L.CcA).i64(Bit.Zf).op(W.I64ShrU, W.I64Or).i64(1).op(W.I64And).i64(1).op(W.I64Xor).set(L.CcB);
    code.get(L.CcA).i64(1).op(W.I64And).set(L.CcA);
  }

  /** From Ordered to Explicit: all six flags. */
  protected explainOrder(code: Code): void {
    code.get(L.CcA).get(L.CcB).op(W.I64Or).set(L.CcR);
    code.get(L.CcA).get(L.CcR).i64(1).op(W.I64Xor).i64(Bit.Zf).op(W.I64Shl, W.I64Or).set(L.CcA);
    code.i64(0).set(L.CcB);
    code.i32(CcOp.Explicit).set(L.CcOp);
  }

  /** Compares two of the i64 locals of the flags; narrow ones in 32 bits. */
  private comparison(a: number, b: number, narrow: W, wide: W): void {
    const { code } = this;
    if (this.kind !== DYNAMIC && this.kind & Narrow) code.get(a).op(W.I32WrapI64).get(b).op(W.I32WrapI64, narrow);
    else code.get(a).get(b).op(wide);
  }

  /** Compares one of them with 0. */
  private compareZero(a: number, narrow: W, wide: W): void {
    const { code } = this;
    if (this.kind !== DYNAMIC && this.kind & Narrow) code.get(a).op(W.I32WrapI64).i32(0).op(narrow);
    else code.get(a).i64(0).op(wide);
  }

  /** The bit `n` of an i64 local, as i32. */
  private bitOf(local: number, n: number): void {
    const { code } = this;
    code.get(local);
    if (n > 0) code.i64(n).op(W.I64ShrU);
    code.op(W.I32WrapI64).i32(1).op(W.I32And);
  }

  /** CF as i32. */
  protected cf(): void {
    const { code } = this;
    switch (this.op) {
      case CcOp.Logic:
        code.i32(0);
        return;
      case CcOp.Add:
        return this.comparison(L.CcR, L.CcA, W.I32LtU, W.I64LtU);
      case CcOp.Sub:
        return this.comparison(L.CcA, L.CcB, W.I32LtU, W.I64LtU);
      case AddCarry:
        this.comparison(L.CcR, L.CcA, W.I32LtU, W.I64LtU);
        this.comparison(L.CcR, L.CcA, W.I32Eq, W.I64Eq);
        code.get(L.CcOp).i32(CcOp.Adc1).op(W.I32Eq, W.I32And, W.I32Or);
        return;
      case SubCarry:
        this.comparison(L.CcA, L.CcB, W.I32LtU, W.I64LtU);
        this.comparison(L.CcA, L.CcB, W.I32Eq, W.I64Eq);
        code.get(L.CcOp).i32(CcOp.Sbb1).op(W.I32Eq, W.I32And, W.I32Or);
        return;
      case CcOp.Inc:
      case CcOp.Dec:
        code.get(L.CcB).op(W.I32WrapI64);
        return;
      case CcOp.Shl:
        return this.compareZero(L.CcA, W.I32LtS, W.I64LtS);
      case CcOp.Shr:
      case CcOp.Sar:
      case CcOp.Mul:
      case CcOp.Explicit:
        return this.bitOf(L.CcA, Bit.Cf);
      case CcOp.Rotated:
        if (code.versions[L.CcRot] === this.carried) code.get(L.Carry);
        else code.get(L.CcRot).i32(1).op(W.I32And);
        return;
      default:
        return this.dynamicCf();
    }
  }

  /** The interpreter's answer on a condition, or ALL_STATUS, as i32. */
  private askInterpreter(cc: number): void {
    this.spillFlags(this.code);
    this.code.i32(cc).call(Import.TestCondition);
  }

  /** Is it this operation, at run time? As i32. */
  private isOp(op: number): void {
    this.code.get(L.CcOp).i32(op).op(W.I32Eq);
  }

  /** The commonest operations here, the others by the interpreter. */
  private dynamicCf(): void {
    const { code } = this;
    this.isOp(CcOp.Sub);
    code.op(W.If, W.i32);
    code.get(L.CcA).get(L.CcB).op(W.I64LtU, W.Else);
    code.get(L.CcOp).i32(CcOp.Inc).op(W.I32Sub).i32(2).op(W.I32LtU, W.If, W.i32);
    code.get(L.CcB).op(W.I32WrapI64, W.Else);
    this.isOp(CcOp.Add);
    code.op(W.If, W.i32);
    code.get(L.CcR).get(L.CcA).op(W.I64LtU, W.Else);
    this.askInterpreter(Cc.Below << 1);
    code.op(W.End, W.End, W.End);
  }

  /** An i64 whose sign is OF, as the operation `op` has it. */
  private ofWordOf(op: number): void {
    const { code } = this;
    const xor = (a: number, b: number): void => void code.get(a).get(b).op(W.I64Xor);
    switch (op) {
      case CcOp.Logic:
      case CcOp.Sar:
        code.i64(0);
        return;
      case CcOp.Add:
      case AddCarry:
        xor(L.CcA, L.CcR);
        xor(L.CcB, L.CcR);
        code.op(W.I64And);
        return;
      case CcOp.Sub:
      case SubCarry:
        xor(L.CcA, L.CcB);
        xor(L.CcA, L.CcR);
        code.op(W.I64And);
        return;
      case CcOp.Inc:
        code.get(L.CcA).i64(-1).op(W.I64Xor).get(L.CcR).op(W.I64And);
        return;
      case CcOp.Dec:
        code.get(L.CcA).get(L.CcR).i64(-1).op(W.I64Xor, W.I64And);
        return;
      case CcOp.Shl:
        xor(L.CcA, L.CcR);
        return;
      case CcOp.Shr:
        code.get(L.CcA);
        return;
      case CcOp.Mul:
        code.get(L.CcA).i64(63).op(W.I64Shl);
        return;
      case CcOp.Explicit:
        code
          .get(L.CcA)
          .i64(63 - Bit.Of)
          .op(W.I64Shl);
        return;
      default:
        code
          .get(L.CcRot)
          .op(W.I64ExtendI32U)
          .i64(63 - Bit.Of)
          .op(W.I64Shl);
    }
  }

  /** An i64 whose sign is OF. */
  protected ofWord(): void {
    const { code } = this;
    if (this.op !== DYNAMIC) return this.ofWordOf(this.op);
    // Without branches, so that the compiler can leave it to the ways out of the region.
    this.ofWordOf(CcOp.Rotated);
    for (const op of [CcOp.Explicit, CcOp.Mul, CcOp.Shr, CcOp.Shl, CcOp.Dec, CcOp.Inc, CcOp.Sub, CcOp.Add, CcOp.Logic]) {
      this.ofWordOf(op);
      code.get(L.CcOp);
      // Adc1 and Sbb1 are 2 more than Add and Sub.
      if (op === CcOp.Sub || op === CcOp.Add) code.i32(op).op(W.I32Sub).i32(~2).op(W.I32And);
      else if (op !== CcOp.Logic) code.i32(op).op(W.I32Sub);
      code.op(W.Select);
    }
    code.i64(0).get(L.CcOp).i32(CcOp.Sar).op(W.I32Ne, W.Select);
  }

  /** ZF as i32. */
  private zf(): void {
    if (this.op === CcOp.Sub) this.comparison(L.CcA, L.CcB, W.I32Eq, W.I64Eq);
    else this.compareZero(L.CcR, W.I32Eq, W.I64Eq);
  }

  /** SF as i32. */
  private sf(): void {
    const { code } = this;
    const base = baseOf(this.kind);
    if (base === DYNAMIC) {
      code.get(L.CcOp).i32(CcOp.Explicit).op(W.I32GeU, W.If, W.i32);
      this.askInterpreter(Cc.Sign << 1);
      code.op(W.Else).get(L.CcR).i64(0).op(W.I64LtS, W.End);
    } else if ((base & Op) === CcOp.Explicit) this.bitOf(L.CcA, Bit.Sf);
    else this.compareZero(L.CcR, W.I32LtS, W.I64LtS);
  }

  /** PF as i32. */
  private pf(): void {
    const { code } = this;
    const base = baseOf(this.kind);
    const fromResult = (): void => void code.get(L.CcR).op(W.I32WrapI64).i32(0xff).op(W.I32And, W.I32Popcnt).i32(1).op(W.I32And, W.I32Eqz);
    if (base === DYNAMIC) {
      code.get(L.CcOp).i32(CcOp.Explicit).op(W.I32GeU, W.If, W.i32);
      this.askInterpreter(Cc.Parity << 1);
      code.op(W.Else);
      fromResult();
      code.op(W.End);
    } else if ((base & Op) === CcOp.Explicit) this.bitOf(L.CcA, Bit.Pf);
    else fromResult();
  }

  /** AF as i32, at its place in RFLAGS; the kind is known. */
  private afInPlace(): void {
    const { code } = this;
    const mask = 1 << Bit.Af;
    switch (baseOf(this.kind) & Op) {
      case CcOp.Add:
      case CcOp.Sub:
      case AddCarry:
      case SubCarry:
        code.get(L.CcA).get(L.CcB).op(W.I64Xor);
        break;
      case CcOp.Inc:
      case CcOp.Dec:
        code.get(L.CcA).i64(1).op(W.I64Xor);
        break;
      case CcOp.Explicit:
        code.get(L.CcA).op(W.I32WrapI64).i32(mask).op(W.I32And);
        return;
      default:
        code.i32(0);
        return;
    }
    code.get(L.CcR).op(W.I64Xor, W.I32WrapI64).i32(mask).op(W.I32And);
  }

  /** The six status flags in their places in RFLAGS, as i32. */
  protected statusFlags(): void {
    const { code } = this;
    if (baseOf(this.kind) === DYNAMIC) return this.askInterpreter(ALL_STATUS);
    if (this.op === CcOp.Explicit) {
      code.get(L.CcA).op(W.I32WrapI64);
      return;
    }
    this.cf();
    this.pf();
    code.i32(Bit.Pf).op(W.I32Shl, W.I32Or);
    this.afInPlace();
    code.op(W.I32Or);
    this.zf();
    code.i32(Bit.Zf).op(W.I32Shl, W.I32Or);
    this.sf();
    code.i32(Bit.Sf).op(W.I32Shl, W.I32Or);
    this.ofInPlace();
    code.op(W.I32Or);
  }

  /** OF as i32, at its place in RFLAGS. */
  protected ofInPlace(): void {
    this.ofWord();
    this.code
      .i64(63 - Bit.Of)
      .op(W.I64ShrU, W.I32WrapI64)
      .i32(1 << Bit.Of)
      .op(W.I32And);
  }

  /** CF and OF := the i32 on the stack, bits as in RFLAGS; the others stay. */
  protected setRotated(): void {
    const { code, op } = this;
    code.set(L.CcRot);
    if (op === DYNAMIC) {
      code.get(L.CcBase).get(L.CcOp);
      this.isOp(CcOp.Rotated);
      code.op(W.Select).set(L.CcBase);
    } else if (op === AddCarry || op === SubCarry) code.get(L.CcOp).set(L.CcBase);
    else if (op !== CcOp.Rotated) code.i32(op).set(L.CcBase);
    this.setKind(CcOp.Rotated);
  }

  /** The same, only where an i32 local is not 0. */
  protected setRotatedIf(condition: number): void {
    const { code, op } = this;
    code.get(L.CcRot).get(condition).op(W.Select).set(L.CcRot);
    if (op !== CcOp.Rotated) {
      if (op === DYNAMIC) {
        code.get(L.CcBase).get(L.CcOp);
        this.isOp(CcOp.Rotated);
        code.op(W.Select);
      } else code.get(L.CcOp);
      code.get(L.CcBase).get(condition).op(W.Select).set(L.CcBase);
    }
    code.i32(CcOp.Rotated).get(L.CcOp).get(condition).op(W.Select).set(L.CcOp);
  }

  /** CF := the i32 on the stack, 0 or 1; the others stay. */
  protected setCarry(): void {
    const { code } = this;
    // By itself, so that the others are worked out where they are asked for, which is seldom.
    code.tee(L.Carry);
    this.ofInPlace();
    code.op(W.I32Or);
    this.setRotated();
    this.carried = code.versions[L.CcRot]!;
  }

  /** All status flags := the i32 on the stack, bits as in RFLAGS. */
  protected setExplicit(): void {
    const { code } = this;
    code.op(W.I64ExtendI32U).tee(L.CcA);
    code
      .i64(1 << Bit.Zf)
      .op(W.I64And, W.I64Eqz, W.I64ExtendI32U)
      .set(L.CcR);
    code.i64(0).set(L.CcB);
    this.setKind(CcOp.Explicit);
  }

  /** The condition `cc` as i32. */
  protected condition(cc: number): void {
    this.positive(cc >> 1);
    if (cc & 1) this.code.op(W.I32Eqz);
  }

  private positive(cc: Cc): void {
    const { code, op } = this;
    if (op === Ordered) return this.inOrder(cc);
    switch (cc) {
      case Cc.Overflow:
        if (op === DYNAMIC) return this.askInterpreter(cc << 1);
        this.ofWord();
        code.i64(0).op(W.I64LtS);
        return;
      case Cc.Below:
        return this.cf();
      case Cc.Zero:
        return this.zf();
      case Cc.BelowEqual:
        if (op === CcOp.Sub) return this.comparison(L.CcA, L.CcB, W.I32LeU, W.I64LeU);
        this.zf();
        this.cf();
        code.op(W.I32Or);
        return;
      case Cc.Sign:
        return this.sf();
      case Cc.Parity:
        return this.pf();
      case Cc.Less:
        if (op === CcOp.Sub) return this.comparison(L.CcA, L.CcB, W.I32LtS, W.I64LtS);
        return this.less(cc);
      case Cc.LessEqual:
        if (op === CcOp.Sub) return this.comparison(L.CcA, L.CcB, W.I32LeS, W.I64LeS);
        if (op !== DYNAMIC) {
          this.less(cc);
          this.zf();
          code.op(W.I32Or);
        } else this.less(cc);
    }
  }

  /** A condition after a comparison of numbers; of these flags only ZF and CF are ever set. */
  private inOrder(cc: Cc): void {
    const { code } = this;
    switch (cc) {
      case Cc.Below:
        code.get(L.CcA).op(W.I32WrapI64);
        return;
      case Cc.BelowEqual:
        code.get(L.CcB).op(W.I32WrapI64, W.I32Eqz);
        return;
      case Cc.Zero:
      case Cc.LessEqual:
        code.get(L.CcA).get(L.CcB).op(W.I64Or, W.I64Eqz);
        return;
      default:
        code.i32(0);
    }
  }

  /** SF ≠ OF, as i32; with a kind that is not known all of Less or LessEqual. */
  private less(cc: Cc): void {
    const { code, op } = this;
    if (op === DYNAMIC) {
      this.isOp(CcOp.Sub);
      code.op(W.If, W.i32);
      code.get(L.CcA).get(L.CcB);
      code.op(cc === Cc.Less ? W.I64LtS : W.I64LeS, W.Else);
      this.isOp(CcOp.Logic);
      code.op(W.If, W.i32);
      code.get(L.CcR).i64(0);
      code.op(cc === Cc.Less ? W.I64LtS : W.I64LeS, W.Else);
      this.askInterpreter(cc << 1);
      code.op(W.End, W.End);
    } else if (op === CcOp.Logic || op === CcOp.Sar) this.compareZero(L.CcR, W.I32LtS, W.I64LtS);
    else if (op === CcOp.Explicit || op === CcOp.Rotated) {
      this.sf();
      this.ofWord();
      code.i64(0).op(W.I64LtS, W.I32Xor);
    } else {
      this.ofWord();
      code.get(L.CcR).op(W.I64Xor).i64(0).op(W.I64LtS);
    }
  }
}
