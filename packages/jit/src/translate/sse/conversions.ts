import { W } from '../../wasm-encoder.js';
import { L } from '../locals.js';
import { SseCompares } from './compare.js';
import { mnemonic } from './names.js';
import { type Precision, Scalar, V128 } from './opcodes.js';
import { F32, F64, Packed, type SseInsn } from './operands.js';
import { allSingles } from './register-facts.js';
import { narrowed } from './transfer.js';

const LOW_TWICE = [0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3, 4, 5, 6, 7];

/** Conversions. Where rounding or the flags need more than the checks allow, the region is left. */
export abstract class SseConversions extends SseCompares {
  protected conversion(s: SseInsn): void {
    const { insn, v } = s;
    const { code } = this;
    const m = mnemonic(insn.name).replace(/(si2sd|si)(32|64)$/, '$1');
    const wide = insn.name.endsWith('64');
    switch (m) {
      case 'cvtsi2sd':
        return this.fromInteger(s, F64, wide);
      case 'cvtsi2ss':
        return this.fromInteger(s, F32, wide);
      case 'cvttsd2si':
      case 'cvtsd2si':
        return this.toInteger(s, F64, wide, m === 'cvttsd2si');
      case 'cvttss2si':
      case 'cvtss2si':
        return this.toInteger(s, F32, wide, m === 'cvttss2si');
      case 'cvtss2sd':
        if (this.isNear) this.nearOperand(s, F32, this.factsOf(s).w.single === null);
        else {
          this.sourceScalar(s, F32);
          code.set(F32.b);
          this.guarded(s, this.factsOf(s).w.single ? [] : [() => this.inRange(F32, F32.b)], () => this.plain(F32, F32.b));
        }
        code.get(F32.b).op(Scalar.F64PromoteF32).set(F64.r);
        return this.setLow(s, F64, F64.r);
      case 'cvtsd2ss':
        return this.narrow(s);
      case 'cvtps2pd':
        return this.widenLanes(s);
      case 'cvtpd2ps':
        return this.narrowLanes(s);
      case 'cvtdq2pd':
        this.sourceLow(s);
        this.simd(V128.F64x2ConvertLowI32x4S);
        code.set(v);
        return;
      case 'cvtdq2ps':
        return this.singlesFromIntegers(s);
      case 'cvtps2dq':
      case 'cvttps2dq':
        return this.lanesToIntegers(s, F32, m === 'cvttps2dq' ? V128.F32x4Trunc : V128.F32x4Nearest, V128.I32x4TruncSatF32x4S);
      default:
        this.lanesToIntegers(s, F64, m === 'cvttpd2dq' ? V128.F64x2Trunc : V128.F64x2Nearest, V128.I32x4TruncSatF64x2SZero);
    }
  }

  /** A signed integer: exact below 2^53 or 2^24; otherwise it must be no news that it is not. */
  private fromInteger(s: SseInsn, precision: Precision, wide: boolean): void {
    const { insn, before, isReg } = s;
    const { code } = this;
    if (isReg) this.regSigned(insn.rm, wide ? 64 : 32);
    else {
      this.access(insn, before, wide ? 8 : 4, false);
      this.loadSigned(wide ? 64 : 32);
    }
    code.set(L.T);
    const bits = precision === F64 ? 53 : 24;
    if ((wide || precision === F32) && !this.factsOf(s).isQuiet) {
      this.guarded(s, [() => this.inexactIsNoNews()], () =>
        code
          .get(L.T)
          .i64(1n << BigInt(bits))
          .op(W.I64Add)
          .i64(2n << BigInt(bits))
          .op(W.I64LeU),
      );
    }
    code
      .get(L.T)
      .op(precision === F64 ? Scalar.F64ConvertI64S : Scalar.F32ConvertI64S)
      .set(precision.r);
    this.setLow(s, precision, precision.r);
  }

  private toInteger(s: SseInsn, precision: Precision, wide: boolean, truncates: boolean): void {
    const { code } = this;
    const { b, r } = F64;
    this.sourceScalar(s, precision);
    // A single as a double: exact, and no flag is asked.
    if (precision === F32) code.op(Scalar.F64PromoteF32);
    code
      .tee(b)
      .op(truncates ? Scalar.F64Trunc : Scalar.F64Nearest)
      .set(r);
    code
      .get(r)
      .op(F64.scalar.abs)
      .data(...F64.constant(wide ? 2 ** 63 : 2 ** 31))
      .op(F64.scalar.lt)
      .op(W.I32Eqz);
    this.exit(s.insn, s.before);
    if (!this.factsOf(s).isQuiet) this.guarded(s, [() => this.inexactIsNoNews()], () => code.get(r).get(b).op(F64.scalar.eq));
    code.get(r).op(Scalar.I64TruncF64S);
    this.setReg(s.insn.reg, wide ? 64 : 32);
  }

  private narrow(s: SseInsn): void {
    const { code } = this;
    const a = F64.b;
    const { r, scalar } = F32;
    if (this.isNear) this.quietOnly(s);
    this.sourceScalar(s, F64);
    code.tee(a).op(Scalar.F32DemoteF64).set(r);
    if (this.isNear) {
      const known = s.isReg ? this.factsOf(s).w.low : null;
      if (!narrowed(known, this.checks)) {
        this.nearly(s, [() => this.isNearScalar(F32, r)], () => {
          this.isZero(F32, r);
          this.isZero(F64, a);
          code.op(W.I32And);
        });
      }
      return this.setLow(s, F32, r);
    }
    this.guarded(s, [() => this.inRange(F32, r)], () => {
      const same = (): void => void code.get(r).op(Scalar.F64PromoteF32).get(a).op(F64.scalar.eq);
      this.inside(F32, r);
      code.get(r).get(r).op(scalar.add).get(r).op(scalar.eq);
      same();
      code.op(W.I32And, W.I32Or);
      this.unlessInexact(same);
      code.op(W.I32And);
    });
    this.setLow(s, F32, r);
  }

  private widenLanes(s: SseInsn): void {
    const { code } = this;
    this.sourceLow(s);
    code.set(Packed.Source);
    this.shuffle(Packed.Source, Packed.Source, LOW_TWICE);
    code.set(Packed.Source);
    this.guarded(s, allSingles(this.factsOf(s).w) ? [] : [() => this.allInRange(F32, [Packed.Source])], () =>
      this.allLanes(F32, [() => this.plainLanes(F32, Packed.Source)]),
    );
    code.get(Packed.Source);
    this.simd(V128.F64x2PromoteLowF32x4);
    code.set(s.v);
  }

  private narrowLanes(s: SseInsn): void {
    const { code } = this;
    const from = this.sourceLocal(s);
    const wide = Packed.Result;
    code.get(from);
    this.simd(V128.F32x4DemoteF64x2Zero);
    code.set(L.V);
    // Back as doubles: their range tells what happened.
    code.get(L.V);
    this.simd(V128.F64x2PromoteLowF32x4);
    code.set(wide);
    const inside = (): void => {
      this.insideLanes(F64, wide, 2 * F32.min);
    };
    this.guarded(
      s,
      [
        () => this.inexactIsNoNews(),
        () => {
          inside();
          this.simd(V128.I64x2AllTrue);
        },
      ],
      () =>
        this.allLanes(F64, [
          () => {
            inside();
            this.zeroOrInfiniteLanes(F64, wide);
            this.lanes(F64.vector.eq, wide, from);
            this.simd(V128.And);
            this.simd(V128.Or);
          },
          () => this.unlessInexactLanes(() => this.lanes(F64.vector.eq, wide, from)),
        ]),
    );
    code.get(L.V).set(s.v);
  }

  private singlesFromIntegers(s: SseInsn): void {
    const { code } = this;
    const from = this.sourceLocal(s);
    this.guarded(s, [() => this.inexactIsNoNews()], () => {
      code.get(from).i32(1 << 24);
      this.simd(V128.I32x4Splat);
      this.simd(V128.I32x4Add);
      code.i32(2 << 24);
      this.simd(V128.I32x4Splat);
      this.simd(V128.I32x4LeU);
      this.simd(V128.I32x4AllTrue);
    });
    code.get(from);
    this.simd(V128.F32x4ConvertI32x4S);
    code.set(s.v);
  }

  /** The rounded numbers fit, and that they were rounded is no news. */
  private lanesToIntegers(s: SseInsn, precision: Precision, round: V128, convert: V128): void {
    const { code } = this;
    const { vector, allTrue } = precision;
    const from = this.sourceLocal(s);
    const rounded = Packed.Result;
    code.get(from);
    this.simd(round);
    code.set(rounded);
    code.get(rounded);
    this.simd(vector.abs);
    this.splat(precision, 2 ** 31);
    this.simd(vector.lt);
    this.simd(allTrue);
    code.op(W.I32Eqz);
    this.exit(s.insn, s.before);
    this.guarded(s, [() => this.inexactIsNoNews()], () => {
      this.lanes(vector.eq, rounded, from);
      this.simd(allTrue);
    });
    code.get(rounded);
    this.simd(convert);
    code.set(s.v);
  }
}
