import { UopFlag } from '@ring3/abi';
import type { Insn } from '../../region.js';
import { W } from '../../wasm-encoder.js';
import { CcOp, L } from '../locals.js';
import { mnemonic } from './names.js';
import { type Precision, Scalar, V128 } from './opcodes.js';
import { F32, F64, Packed, type SseInsn } from './operands.js';
import { SsePacked } from './packed-float.js';
import { BY_INTERPRETER } from './transfer.js';

/** ZF, PF and CF: not comparable. */
const UNORDERED = 0x45;
/** Predicates of cmpps and its kin (lower three bits of the immediate): equal, less, less or equal, unordered; 4–7 their negations. */
const enum Predicate {
  Equal = 0,
  Less = 1,
  LessOrEqual = 2,
  Negated = 4,
}

/** Comparisons. Their results are WebAssembly's for all operands; denormals and NaNs may set DE and IE. */
export abstract class SseCompares extends SsePacked {
  /** Does it leave the flags as the order of two numbers (Ordered)? */
  protected orders(insn: Insn): boolean {
    if (!this.isNear || !/^u?comis/.test(insn.name)) return false;
    return (insn.flags & UopFlag.RmReg) !== 0 || (insn.flags & BY_INTERPRETER) === 0;
  }

  protected compare(s: SseInsn): void {
    const m = mnemonic(s.insn.name);
    if (/^u?comis/.test(m)) this.compareToFlags(s, m);
    else if (m === 'cmpps' || m === 'cmppd') this.compareLanes(s, m === 'cmppd' ? F64 : F32);
    else this.compareLow(s, m === 'cmpsd' ? F64 : F32);
  }

  private compareToFlags(s: SseInsn, m: string): void {
    const { code } = this;
    const precision = m.endsWith('d') ? F64 : F32;
    const { a, b, scalar } = precision;
    if (this.isNear) {
      this.nearPair(s, precision);
      code.get(a).get(b).op(scalar.lt, W.I64ExtendI32U).set(L.CcA);
      code.get(a).get(b).op(scalar.gt, W.I64ExtendI32U).set(L.CcB);
      return;
    }
    const unknown = this.operandPair(s, precision);
    code.op(W.Block, W.Void);
    this.context.push('compared');
    this.guarded(
      s,
      unknown.map((x) => () => this.inRange(precision, x)),
      () => {
        if (!m.startsWith('u')) return this.all(unknown.map((x) => () => this.plain(precision, x)));
        // A quiet NaN is no news for ucomis.
        this.all(unknown.map((x) => () => this.plainOrQuiet(precision, x)));
        code.op(W.I32Eqz);
        this.exit(s.insn, s.before);
        code.get(a).get(a).op(scalar.ne).get(b).get(b).op(scalar.ne, W.I32Or, W.If, W.Void);
        this.context.push('if');
        code.i64(UNORDERED).set(L.CcA).i64(0).set(L.CcR).br(this.depth('compared'));
        this.context.pop();
        code.op(W.End).i32(1);
      },
    );
    code.get(a).get(b).op(scalar.lt).get(a).get(b).op(scalar.eq).i32(6).op(W.I32Shl, W.I32Or, W.I64ExtendI32U).set(L.CcA);
    code.get(a).get(b).op(scalar.ne, W.I64ExtendI32U).set(L.CcR);
    this.context.pop();
    code.op(W.End);
    code.i64(0).set(L.CcB);
    this.setKind(CcOp.Explicit);
  }

  /** Both low elements to their locals; those of which nothing is known. */
  private operandPair(s: SseInsn, precision: Precision): number[] {
    const { code } = this;
    const { a, b } = precision;
    const facts = this.factsOf(s);
    this.sourceScalar(s, precision);
    code.set(b);
    this.lowOf(s.v, precision);
    code.set(a);
    return [...(this.lowest(precision, facts.v) ? [] : [a]), ...(this.lowest(precision, facts.w) || (s.isReg && s.v === s.w) ? [] : [b])];
  }

  /** The same, looked at. */
  private nearPair(s: SseInsn, precision: Precision): void {
    const { code } = this;
    const { a } = precision;
    const facts = this.factsOf(s);
    const isKnown = this.lowest(precision, facts.v) !== null;
    this.nearOperand(s, precision, this.lowest(precision, facts.w) === null && !(s.isReg && s.v === s.w && isKnown), true);
    this.lowOf(s.v, precision);
    code.set(a);
    if (!isKnown && !(s.isReg && s.v === s.w)) this.nearly(s, [() => this.isNearScalar(precision, a)], () => this.plain(precision, a));
  }

  private compareLanes(s: SseInsn, precision: Precision): void {
    const facts = this.factsOf(s);
    const from = this.sourceLocal(s);
    const unknown = [
      ...(this.everyElement(precision, facts.v) ? [] : [s.v]),
      ...(this.everyElement(precision, facts.w) || from === s.v ? [] : [from]),
    ];
    const quiet = !isSignaling(s.insn.imm);
    if (this.isNear)
      this.nearly(s, unknown.length > 0 ? [() => this.areNear(precision, unknown)] : [], () =>
        this.allLanes(
          precision,
          unknown.map((x) => () => this.plainLanes(precision, x)),
        ),
      );
    else
      this.guarded(s, unknown.length > 0 ? [() => this.allInRange(precision, unknown)] : [], () =>
        this.allLanes(
          precision,
          unknown.map((x) => () => (quiet ? this.plainOrQuietLanes(precision, x) : this.plainLanes(precision, x))),
        ),
      );
    this.mask(precision, s.v, from, s.insn.imm);
    this.code.set(s.v);
  }

  private compareLow(s: SseInsn, precision: Precision): void {
    const { code } = this;
    if (this.isNear) this.nearPair(s, precision);
    else {
      const unknown = this.operandPair(s, precision);
      const quiet = !isSignaling(s.insn.imm);
      this.guarded(
        s,
        unknown.map((x) => () => this.inRange(precision, x)),
        () => this.all(unknown.map((x) => () => (quiet ? this.plainOrQuiet(precision, x) : this.plain(precision, x)))),
      );
    }
    let from = s.w;
    if (!s.isReg) {
      code.get(precision.b);
      this.simd(precision.splat);
      code.set((from = Packed.Source));
    }
    code.get(s.v);
    this.mask(precision, s.v, from, s.insn.imm);
    this.lane(precision.extractLane, 0);
    this.lane(precision.replaceLane, 0);
    code.set(s.v);
  }

  /** All ones in the lanes where a predicate holds. */
  private mask({ vector }: Precision, a: number, b: number, predicate: number): void {
    switch (predicate & 3) {
      case Predicate.Equal:
        this.lanes(predicate & Predicate.Negated ? vector.ne : vector.eq, a, b);
        return;
      case Predicate.Less:
        this.lanes(vector.lt, a, b);
        break;
      case Predicate.LessOrEqual:
        this.lanes(vector.le, a, b);
        break;
      default:
        this.lanes(vector.ne, a, a);
        this.lanes(vector.ne, b, b);
        this.simd(V128.Or);
    }
    if (predicate & Predicate.Negated) this.simd(V128.Not);
  }

  /** Plain, or a NaN whose quiet bit is set. */
  private plainOrQuiet(precision: Precision, x: number): void {
    const { code } = this;
    this.plain(precision, x);
    code.get(x).get(x).op(precision.scalar.ne).get(x);
    if (precision === F64) code.op(Scalar.I64ReinterpretF64).i64(51).op(W.I64ShrU, W.I32WrapI64);
    else code.op(Scalar.I32ReinterpretF32).i32(22).op(W.I32ShrU);
    code.op(W.I32And, W.I32Or);
  }

  private plainOrQuietLanes(precision: Precision, x: number): void {
    const { code } = this;
    this.plainLanes(precision, x);
    this.lanes(precision.vector.ne, x, x);
    // The quiet bit, shifted to the sign: as a mask.
    code.get(x).i32(precision === F64 ? 12 : 9);
    this.simd(precision === F64 ? V128.I64x2Shl : V128.I32x4Shl);
    code.i32(precision === F64 ? 63 : 31);
    this.simd(precision === F64 ? V128.I64x2ShrS : V128.I32x4ShrS);
    this.simd(V128.And);
    this.simd(V128.Or);
  }
}

/** Less and less or equal refuse quiet NaNs too. */
function isSignaling(predicate: number): boolean {
  return (predicate & 3) === Predicate.Less || (predicate & 3) === Predicate.LessOrEqual;
}
