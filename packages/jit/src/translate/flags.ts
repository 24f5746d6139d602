import { Import, W } from '../wasm-encoder.js';
import { MemoryEmitter } from './memory.js';
import { CcOp, DYNAMIC, L } from './locals.js';

/** Flags and conditions, from the operation that left them. */
export abstract class FlagsEmitter extends MemoryEmitter {
  /** CF as i32. */
  protected cf(): void {
    const { code } = this;
    switch (this.kind) {
      case CcOp.Logic:
        code.i32(0);
        return;
      case CcOp.Add:
        code.get(L.CcR).get(L.CcA).op(W.I64LtU);
        return;
      case CcOp.Sub:
        code.get(L.CcA).get(L.CcB).op(W.I64LtU);
        return;
      case CcOp.Inc:
      case CcOp.Dec:
        code.get(L.CcB).i64(0).op(W.I64Ne);
        return;
      case CcOp.Shl:
        code.get(L.CcA).i64(0).op(W.I64LtS);
        return;
      case CcOp.Shr:
      case CcOp.Sar:
      case CcOp.Mul:
        code.get(L.CcA).i64(1).op(W.I64And, W.I32WrapI64);
        return;
      case CcOp.Rotated:
        code.get(L.CcRot).i32(1).op(W.I32And);
        return;
      case CcOp.Explicit:
        code.get(L.CcA).i64(1).op(W.I64And, W.I32WrapI64);
        return;
      default:
        this.spillFlags(code);
        code.i32(2).call(Import.TestCondition);
    }
  }

  /** The condition as i32. */
  protected condition(cc: number): void {
    const { code, kind } = this;
    const negate = (): void => {
      if (cc & 1) code.op(W.I32Eqz);
    };
    const zero = (): void => void code.get(L.CcR).op(W.I64Eqz);
    switch (cc >> 1) {
      case 2:
        zero();
        return negate();
      case 1:
        if (kind !== DYNAMIC) {
          this.cf();
          return negate();
        }
        break;
      case 3:
        if (kind === CcOp.Sub) code.get(L.CcA).get(L.CcB).op(W.I64LeU);
        else if (kind === DYNAMIC) break;
        else {
          zero();
          this.cf();
          code.op(W.I32Or);
        }
        return negate();
      case 4:
        if (kind === DYNAMIC || kind === CcOp.Rotated || kind === CcOp.Explicit) break;
        code.get(L.CcR).i64(0).op(W.I64LtS);
        return negate();
      case 6:
        if (kind === CcOp.Sub) code.get(L.CcA).get(L.CcB).op(W.I64LtS);
        else if (kind === CcOp.Logic || kind === CcOp.Sar) code.get(L.CcR).i64(0).op(W.I64LtS);
        else break;
        return negate();
      case 7:
        if (kind === CcOp.Sub) code.get(L.CcA).get(L.CcB).op(W.I64LeS);
        else if (kind === CcOp.Logic || kind === CcOp.Sar) code.get(L.CcR).i64(0).op(W.I64LeS);
        else break;
        return negate();
    }
    if (cc >> 1 === 5 && kind === CcOp.Explicit) {
      code.get(L.CcA).i64(4).op(W.I64And).i64(0).op(W.I64Ne);
      return negate();
    }
    this.spillFlags(code);
    code.i32(cc).call(Import.TestCondition);
  }
}
