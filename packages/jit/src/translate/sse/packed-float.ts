import { W } from '../../wasm-encoder.js';
import { type Operation, outcomeOf } from './arithmetic-bounds.js';
import type { Known } from './bounds.js';
import { mnemonic } from './names.js';
import { type Precision, V128 } from './opcodes.js';
import { F32, F64, Packed, type SseInsn } from './operands.js';
import { SseScalars } from './scalar-float.js';

type Arithmetic = 'add' | 'sub' | 'mul' | 'div';

/** Products of pairs of doubles with so few bits each are exact. */
const HALF_SIGNIFICAND = 0x7ff_ffffn;

/** Arithmetic on all elements, by the rules of scalar-float.ts: every element must be allowed. */
export abstract class SsePacked extends SseScalars {
  protected packedFloat(s: SseInsn): void {
    const { code } = this;
    const m = mnemonic(s.insn.name);
    const operation = m.slice(0, -2) as Operation;
    const precision = m.endsWith('pd') ? F64 : F32;
    const { vector } = precision;
    const facts = this.factsOf(s);
    const known = { a: this.everyElement(precision, facts.v), b: this.everyElement(precision, facts.w) };
    if (this.isNear && operation !== 'sqrt') return this.nearPacked(s, operation, precision, known);
    const a = s.v;
    const b = this.sourceLocal(s);
    const r = Packed.Result;
    const bUnknown = known.b ? [] : [b];
    if (operation === 'sqrt') return this.roots(s, precision, b, bUnknown);
    const unknown = [...(known.a || (a === b && bUnknown.length > 0) ? [] : [a]), ...bUnknown];
    if (operation === 'min' || operation === 'max') {
      this.guarded(s, unknown.length > 0 ? [() => this.allInRange(precision, unknown)] : [], () =>
        this.allLanes(
          precision,
          unknown.map((x) => () => this.plainLanes(precision, x)),
        ),
      );
      this.lanes(operation === 'min' ? vector.pmin : vector.pmax, b, a);
      code.set(s.v);
      return;
    }
    this.lanes(vector[operation], a, b);
    code.set(r);
    const plainOperands = unknown.map((x) => () => this.plainLanes(precision, x));
    this.guarded(s, [() => this.allInRange(precision, [...unknown, r])], () => {
      this.inexactIsNoNews();
      code.op(W.If, W.i32);
      this.allLanes(precision, [...plainOperands, () => this.quietLanes(precision, operation, a, b)]);
      code.op(W.Else);
      this.allLanes(precision, [...plainOperands, () => this.exactLanes(precision, operation, a, b)]);
      this.defaultModes();
      code.op(W.I32And, W.End);
    });
    code.get(r).set(s.v);
  }

  /** As nearScalar. */
  private nearPacked(s: SseInsn, operation: Exclude<Operation, 'sqrt'>, precision: Precision, known: { a: Known; b: Known }): void {
    const { code } = this;
    const { vector } = precision;
    const outcome = outcomeOf(operation, this.checks, this.formatOf(precision), known.a, known.b);
    if (outcome.rounds) this.quietOnly(s);
    const a = s.v;
    const b = this.sourceLocal(s);
    const r = Packed.Result;
    const unknown = [...(outcome.checksA && a !== b ? [a] : []), ...(outcome.checksB ? [b] : [])];
    const isChoice = operation === 'min' || operation === 'max';
    if (!isChoice) {
      this.lanes(vector[operation], a, b);
      code.set(r);
    }
    const looked = outcome.checksResult ? [...unknown, r] : unknown;
    this.nearly(s, looked.length > 0 ? [() => this.areNear(precision, looked)] : [], () =>
      this.allLanes(precision, [
        ...unknown.map((x) => () => (isChoice ? this.plainLanes(precision, x) : this.nearLanes(precision, x))),
        ...(outcome.checksResult ? [() => this.nearResults(precision, operation, a, b)] : []),
      ]),
    );
    if (isChoice) this.lanes(operation === 'min' ? vector.pmin : vector.pmax, b, a);
    else code.get(r);
    code.set(s.v);
  }

  /** Lanes whose result is near, or zero as an operand is. */
  private nearResults(precision: Precision, operation: Operation, a: number, b: number): void {
    const { code } = this;
    const { vector } = precision;
    const r = Packed.Result;
    this.nearLanes(precision, r);
    if (operation === 'add' || operation === 'sub') return;
    const compareZero = (x: number, opcode: number): void => {
      code.get(x);
      this.splat(precision, 0);
      this.simd(opcode);
    };
    compareZero(r, vector.ne);
    compareZero(a, vector.eq);
    this.simd(V128.Or);
    if (operation === 'mul') {
      compareZero(b, vector.eq);
      this.simd(V128.Or);
    }
    this.simd(V128.And);
  }

  /** All lanes of the masks that the conditions push. */
  protected allLanes(precision: Precision, conditions: readonly (() => void)[]): void {
    conditions.forEach((condition, i) => {
      condition();
      if (i > 0) this.simd(V128.And);
    });
    this.simd(precision.allTrue);
  }

  private quietLanes(precision: Precision, operation: Arithmetic, a: number, b: number): void {
    const { vector } = precision;
    const r = Packed.Result;
    if (operation === 'add' || operation === 'sub') {
      this.plainLanes(precision, r);
      this.lanes(vector.sub, r, r);
      this.splat(precision, 0);
      this.simd(vector.eq);
      this.sameMagnitudeLanes(precision, r, a);
      this.simd(V128.Or);
      this.sameMagnitudeLanes(precision, r, b);
      this.simd(V128.Or);
      this.simd(V128.And);
      return;
    }
    this.insideLanes(precision, r);
    this.zeroOrInfiniteLanes(precision, r);
    this.sameMagnitudeLanes(precision, r, a);
    if (operation === 'mul') {
      this.sameMagnitudeLanes(precision, r, b);
      this.simd(V128.Or);
    }
    this.simd(V128.And);
    this.simd(V128.Or);
  }

  /** Lanes whose result is exact, for plain operands. */
  private exactLanes(precision: Precision, operation: Arithmetic, a: number, b: number): void {
    const { code } = this;
    const { vector } = precision;
    const r = Packed.Result;
    this.plainLanes(precision, r);
    if (operation === 'add' || operation === 'sub') {
      const c = (): void => this.lanes(vector.sub, r, a);
      code.get(a).get(r);
      c();
      this.simd(vector.sub);
      this.simd(vector.sub);
      code.get(b);
      c();
      this.simd(operation === 'add' ? vector.sub : vector.add);
      this.simd(operation === 'add' ? vector.add : vector.sub);
      this.splat(precision, 0);
      this.simd(vector.eq);
      this.simd(V128.And);
      return;
    }
    if (operation === 'mul') this.exactProducts(precision, a, b, r);
    else this.exactProducts(precision, r, b, a);
    this.simd(V128.And);
    // Finite; and zero only where an operand is: not too small for the range.
    this.lanes(vector.sub, r, r);
    this.splat(precision, 0);
    this.simd(vector.eq);
    this.simd(V128.And);
    const isZero = (x: number, opcode: number): void => {
      code.get(x);
      this.splat(precision, 0);
      this.simd(opcode);
    };
    isZero(r, vector.ne);
    isZero(a, vector.eq);
    this.simd(V128.Or);
    if (operation === 'mul') {
      isZero(b, vector.eq);
      this.simd(V128.Or);
    }
    this.simd(V128.And);
  }

  /** x × y is p, as exactProduct of scalar-float.ts. */
  private exactProducts(precision: Precision, x: number, y: number, p: number): void {
    const { code } = this;
    if (precision === F64) {
      this.lanes(V128.Or, x, y);
      code.i64(HALF_SIGNIFICAND);
      this.simd(V128.I64x2Splat);
      this.simd(V128.And);
      code.i64(0);
      this.simd(V128.I64x2Splat);
      this.simd(V128.I64x2Eq);
      this.lanes(F64.vector.mul, x, y);
      code.get(p);
      this.simd(F64.vector.eq);
      this.simd(V128.And);
      return;
    }
    const half = (high: boolean): void => {
      const promote = (local: number): void => {
        if (high) this.shuffle(local, local, [8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15]);
        else code.get(local);
        this.simd(V128.F64x2PromoteLowF32x4);
      };
      promote(x);
      promote(y);
      this.simd(F64.vector.mul);
      promote(p);
      this.simd(F64.vector.eq);
    };
    // One 32-bit lane for each: the lower halves of the 64-bit masks.
    half(false);
    half(true);
    this.simd(V128.I8x16Shuffle);
    code.data(...[0, 8, 16, 24].flatMap((lane) => [lane, lane + 1, lane + 2, lane + 3]));
  }

  private roots(s: SseInsn, precision: Precision, b: number, unknown: readonly number[]): void {
    const { code } = this;
    const { vector } = precision;
    const r = Packed.Result;
    code.get(b);
    this.simd(vector.sqrt);
    code.set(r);
    this.guarded(s, [() => this.allInRange(precision, [...unknown, r])], () =>
      this.allLanes(precision, [
        () => this.plainLanes(precision, b),
        () => {
          this.insideLanes(precision, r);
          this.lanes(vector.eq, r, b);
          this.zeroOrInfiniteLanes(precision, r);
          this.simd(V128.And);
          this.simd(V128.Or);
        },
        () =>
          this.unlessInexactLanes(() => {
            this.zeroOrInfiniteLanes(precision, r);
            this.exactProducts(precision, r, r, b);
            this.simd(V128.Or);
          }),
      ]),
    );
    code.get(r).set(s.v);
  }
}
