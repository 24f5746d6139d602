import { W } from '../../wasm-encoder.js';
import { type Operation, outcomeOf } from './arithmetic-bounds.js';
import { L } from '../locals.js';
import { mnemonic } from './names.js';
import { Int, type Precision, Scalar } from './opcodes.js';
import { F32, F64, type SseInsn } from './operands.js';
import { SseNear } from './near.js';

/** Arithmetic on the low element: r = a op b. */
export abstract class SseScalars extends SseNear {
  protected scalarFloat(s: SseInsn): void {
    const { code } = this;
    const m = mnemonic(s.insn.name);
    const operation = m.slice(0, -2) as Operation;
    const precision = m.endsWith('sd') ? F64 : F32;
    const { a, b, r, scalar } = precision;
    if (this.isNear) return this.nearScalar(s, operation, precision);
    const facts = this.factsOf(s);
    this.sourceScalar(s, precision);
    code.set(b);
    if (operation === 'sqrt') return this.root(s, precision, this.lowest(precision, facts.w) !== null);
    this.lowOf(s.v, precision);
    code.set(a);
    const unknown = [...(this.lowest(precision, facts.v) ? [] : [a]), ...(this.lowest(precision, facts.w) ? [] : [b])];
    const check = (x: number) => (): void => this.inRange(precision, x);
    if (operation === 'min' || operation === 'max') {
      this.guarded(s, unknown.map(check), () => this.all(unknown.map((x) => () => this.plain(precision, x))));
      return this.choose(s, operation, precision);
    }
    code.get(a).get(b).op(scalar[operation]).set(r);
    this.guarded(
      s,
      // An infinite operand or a NaN shows in the result.
      [...unknown.map((x) => (x === b && !s.isReg ? (): void => this.memoryHasExponent(precision) : check(x))), check(r)],
      () => {
        const notDenormal = unknown.map((x) => () => this.notDenormal(precision, x));
        this.inexactIsNoNews();
        code.op(W.If, W.i32);
        this.all([...notDenormal, () => this.quiet(precision, operation)]);
        code.op(W.Else);
        this.all([...notDenormal, () => this.defaultModes(), () => this.exact(precision, operation)]);
        code.op(W.End);
      },
    );
    this.setLow(s, precision, r);
  }

  /** The second operand, unless the first is smaller or greater: pmin and pmax with their operands exchanged. */
  private choose(s: SseInsn, operation: 'min' | 'max', precision: Precision): void {
    const { code } = this;
    code.get(s.v);
    if (s.isReg) code.get(s.w);
    else {
      code.get(precision.b);
      this.simd(precision.splat);
    }
    code.get(s.v);
    this.simd(operation === 'min' ? precision.vector.pmin : precision.vector.pmax);
    this.lane(precision.extractLane, 0);
    this.lane(precision.replaceLane, 0);
    code.set(s.v);
  }

  /** With near operands: what their sizes do not tell is looked at. */
  private nearScalar(s: SseInsn, operation: Operation, precision: Precision): void {
    const { code } = this;
    const { a, b, r, scalar } = precision;
    const facts = this.factsOf(s);
    const known = { a: this.lowest(precision, facts.v), b: this.lowest(precision, facts.w) };
    const outcome = outcomeOf(operation, this.checks, this.formatOf(precision), known.a, known.b);
    if (outcome.rounds) this.quietOnly(s);
    const isChoice = operation === 'min' || operation === 'max';
    this.nearOperand(s, precision, outcome.checksB, isChoice);
    if (operation === 'sqrt') code.get(b).op(scalar.sqrt).set(r);
    else {
      this.lowOf(s.v, precision);
      code.set(a);
      if (outcome.checksA && !(s.isReg && s.v === s.w))
        this.nearly(s, [() => this.isNearScalar(precision, a)], () => this.mayPass(precision, a, isChoice));
      if (isChoice) return this.choose(s, operation, precision);
      code.get(a).get(b).op(scalar[operation]).set(r);
    }
    if (outcome.checksResult) {
      this.nearly(s, [() => this.isNearScalar(precision, r)], () => {
        this.isZero(precision, r);
        if (operation === 'add' || operation === 'sub') return;
        // As an operand is, not because it is too small.
        if (operation === 'sqrt') this.isZero(precision, b);
        else this.isZero(precision, a);
        if (operation === 'mul') {
          this.isZero(precision, b);
          code.op(W.I32Or);
        }
        code.op(W.I32And);
      });
    }
    this.setLow(s, precision, r);
  }

  /** The second operand to its local, looked at if it has to be. */
  protected nearOperand(s: SseInsn, precision: Precision, checks: boolean, isPlain = false): void {
    const { code } = this;
    const { b, bytes, load } = precision;
    if (s.isReg) {
      this.sourceScalar(s, precision);
      code.set(b);
      if (checks) this.nearly(s, [() => this.isNearScalar(precision, b)], () => this.mayPass(precision, b, isPlain));
      return;
    }
    this.access(s.insn, s.before, bytes, false);
    if (checks)
      this.nearly(s, [() => this.isNearMemory(precision)], () => {
        if (!isPlain) return this.isZeroMemory(precision);
        code.get(L.P).mem(load, this.offset).set(b);
        this.plain(precision, b);
      });
    code.get(L.P).mem(load, this.offset).set(b);
  }

  protected all(conditions: readonly (() => void)[]): void {
    conditions.forEach((condition, i) => {
      condition();
      if (i > 0) this.code.op(W.I32And);
    });
  }

  /** Operands that are not denormal give this result without a flag but PE. */
  private quiet(precision: Precision, operation: 'add' | 'sub' | 'mul' | 'div'): void {
    const { code } = this;
    const { a, b, r, scalar } = precision;
    if (operation === 'mul' || operation === 'div') {
      this.inside(precision, r);
      this.fromZeroOrInfinite(precision, operation);
      code.op(W.I32Or);
      return;
    }
    this.notDenormal(precision, r);
    // Finite, or infinite because an operand is.
    code
      .get(r)
      .get(r)
      .op(scalar.sub)
      .data(...precision.constant(0))
      .op(scalar.eq);
    this.sameMagnitude(precision, r, a);
    code.op(W.I32Or);
    this.sameMagnitude(precision, r, b);
    code.op(W.I32Or, W.I32And);
  }

  /** 0 × b, ∞ × b; 0 ÷ b, ∞ ÷ b. */
  private fromZeroOrInfinite(precision: Precision, operation: 'mul' | 'div'): void {
    const { a, b, r } = precision;
    this.zeroOrInfinite(precision, r);
    this.sameMagnitude(precision, r, a);
    if (operation === 'mul') {
      this.sameMagnitude(precision, r, b);
      this.code.op(W.I32Or);
    }
    this.code.op(W.I32And);
  }

  /** The same without PE: the result is exact. A doubt is answered with no. */
  private exact(precision: Precision, operation: 'add' | 'sub' | 'mul' | 'div'): void {
    const { code } = this;
    const { a, b, r, scalar } = precision;
    if (operation === 'mul' || operation === 'div') {
      this.inside(precision, r);
      if (operation === 'mul') this.exactProduct(precision, a, b, r);
      else this.exactProduct(precision, r, b, a);
      code.op(W.I32And);
      this.fromZeroOrInfinite(precision, operation);
      code.op(W.I32Or);
      return;
    }
    this.notDenormal(precision, r);
    // The error of a sum is itself a number (Knuth, volume 2, 4.2.2): c = r − a; (a − (r − c)) + (b − c), −b for a difference. Not of infinity.
    const c = (): void => void code.get(r).get(a).op(scalar.sub);
    code.get(a).get(r);
    c();
    code.op(scalar.sub, scalar.sub);
    code.get(b);
    c();
    code.op(operation === 'add' ? scalar.sub : scalar.add, operation === 'add' ? scalar.add : scalar.sub);
    code.data(...precision.constant(0)).op(scalar.eq, W.I32And);
  }

  /** x × y is p: sure where the significands have at most 53 bits together. Singles: their products are doubles. */
  private exactProduct(precision: Precision, x: number, y: number, p: number): void {
    const { code } = this;
    const { scalar } = precision;
    if (precision !== F64) {
      code.get(x).op(Scalar.F64PromoteF32).get(y).op(Scalar.F64PromoteF32, F64.scalar.mul);
      code.get(p).op(Scalar.F64PromoteF32, F64.scalar.eq);
      return;
    }
    for (const factor of [x, y])
      code
        .get(factor)
        .op(Scalar.I64ReinterpretF64)
        .i64(1n << 52n)
        .op(W.I64Or, Int.I64Ctz);
    code.op(W.I64Add).i64(53).op(W.I64GeU);
    code.get(x).get(y).op(scalar.mul).get(p).op(scalar.eq, W.I32And);
  }

  private root(s: SseInsn, precision: Precision, plain: boolean): void {
    const { code } = this;
    const { b, r, scalar } = precision;
    code.get(b).op(scalar.sqrt).set(r);
    const checks = [...(plain ? [] : [b]), r];
    this.guarded(
      s,
      checks.map((x) => () => this.inRange(precision, x)),
      () => {
        this.plain(precision, b);
        this.inside(precision, r);
        code.get(r).get(b).op(scalar.eq);
        this.zeroOrInfinite(precision, r);
        code.op(W.I32And, W.I32Or, W.I32And);
        this.unlessInexact(() => {
          this.zeroOrInfinite(precision, r);
          this.exactProduct(precision, r, r, b);
          code.op(W.I32Or);
        });
        code.op(W.I32And);
      },
    );
    this.setLow(s, precision, r);
  }
}
