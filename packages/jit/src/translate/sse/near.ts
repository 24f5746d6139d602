import { Header, MemoryMap } from '@ring3/abi';
import { type Code, W } from '../../wasm-encoder.js';
import { L } from '../locals.js';
import { NEAR_DOUBLE, NEAR_SINGLE } from './bounds.js';
import { NEAR } from './arithmetic-bounds.js';
import { SseChecks } from './checks.js';
import { type Precision, Scalar, V128 } from './opcodes.js';
import { F64, type SseInsn } from './operands.js';

/** Exponents as the bits of numbers have them: the first near one, and how many there are. */
const FIRST_F64 = NEAR_DOUBLE.low + 1023;
const COUNT_F64 = NEAR_DOUBLE.high - NEAR_DOUBLE.low;
const FIRST_F32 = NEAR_SINGLE.low + 127;
const COUNT_F32 = NEAR_SINGLE.high - NEAR_SINGLE.low;
/** The same for bits that are shifted left by one, which the sign has left: of singles, and of the upper halves of doubles. */
const LOW_F64 = FIRST_F64 << 21;
const LIMIT_F64 = COUNT_F64 << 21;
const LOW_F32 = FIRST_F32 << 24;
const LIMIT_F32 = COUNT_F32 << 24;

/**
 * Near checks: is a number zero, or of a size that most numbers are of? What is computed from such numbers needs no check as long as
 * it cannot become too great or too small (bounds.ts). That what is inexact is no news is asked once on each way. All else leaves the
 * region; where that is often, the region is made again with plain checks.
 */
export abstract class SseNear extends SseChecks {
  /** Offsets of instructions at which a near check leaves. */
  readonly near = new Set<number>();

  protected get isNear(): boolean {
    return this.checks === NEAR;
  }

  protected override loadLimit(code: Code): void {
    super.loadLimit(code);
    const { scalar, packed } = this.floats();
    if (!this.isNear || (!scalar && !packed)) return;
    // Multiples of a 1 that V8 knows nothing of, or it would make constants of them again at every use.
    const one = (): Code => code.i32(0).mem(W.I32Load, MemoryMap.Header + Header.Translating);
    const wide = (exponent: number, local: number): void =>
      void one()
        .op(W.I64ExtendI32U)
        .i64(BigInt(exponent) << 52n)
        .op(W.I64Mul)
        .set(local);
    wide(-2 * FIRST_F64, L.NearLow);
    wide(2 * COUNT_F64, L.NearLimit);
    if (!packed) return;
    const lanes = (value: number, local: number): void => {
      one().i32(value).op(W.I32Mul);
      this.splatTo(code, local);
    };
    lanes(LOW_F64, L.NearLowF64);
    lanes(LIMIT_F64, L.NearLimitF64);
    lanes(LOW_F32, L.NearLowF32);
    lanes(LIMIT_F32, L.NearLimitF32);
  }

  /** Leaves unless an inexact result is no news. */
  protected quietOnly(s: SseInsn): void {
    if (this.factsOf(s).isQuiet) return;
    this.near.add(s.insn.offset);
    this.inexactIsNoNews();
    this.code.op(W.I32Eqz);
    this.exit(s.insn, s.before);
  }

  /** The checks of a near guard, and what else may pass. */
  protected nearly(s: SseInsn, checks: readonly (() => void)[], second: () => void): void {
    if (checks.length === 0) return;
    this.near.add(s.insn.offset);
    this.guarded(s, checks, second);
  }

  /** A scalar local is near, and not zero. */
  protected isNearScalar(precision: Precision, local: number): void {
    const { code } = this;
    code.get(local);
    if (precision === F64)
      code.op(Scalar.I64ReinterpretF64).i64(1).op(W.I64Shl).get(L.NearLow).op(W.I64Add).get(L.NearLimit).op(W.I64LtU);
    else {
      code.op(Scalar.I32ReinterpretF32);
      this.nearBits(LOW_F32, LIMIT_F32);
    }
  }

  private nearBits(low: number, limit: number): void {
    this.code
      .i32(1)
      .op(W.I32Shl)
      .i32(low)
      .op(W.I32Sub)
      .i32(limit)
      .op(W.I32LtU);
  }

  /** The scalar memory operand that has been checked last is near, and not zero. */
  protected isNearMemory({ bytes }: Precision): void {
    this.code.get(L.P).mem(W.I32Load, this.offset + bytes - 4);
    if (bytes === 8) this.nearBits(LOW_F64, LIMIT_F64);
    else this.nearBits(LOW_F32, LIMIT_F32);
  }

  /** It is zero. */
  protected isZeroMemory({ bytes }: Precision): void {
    const { code } = this;
    code.get(L.P).mem(bytes === 8 ? W.I64Load : W.I32Load, this.offset);
    if (bytes === 8) code.i64(1).op(W.I64Shl, W.I64Eqz);
    else code.i32(1).op(W.I32Shl, W.I32Eqz);
  }

  protected isZero({ scalar, constant }: Precision, local: number): void {
    this.code.get(local).data(...constant(0)).op(scalar.eq);
  }

  protected nearOrZero(precision: Precision, local: number): void {
    this.isNearScalar(precision, local);
    this.isZero(precision, local);
    this.code.op(W.I32Or);
  }

  /** All lanes are near, and none zero. */
  protected areNear(precision: Precision, locals: readonly number[]): void {
    const { code } = this;
    const isDouble = precision === F64;
    locals.forEach((local, i) => {
      code.get(local).i32(1);
      this.simd(V128.I32x4Shl);
      code.get(isDouble ? L.NearLowF64 : L.NearLowF32);
      this.simd(V128.I32x4Sub);
      if (i > 0) this.simd(V128.I32x4MaxU);
    });
    code.get(isDouble ? L.NearLimitF64 : L.NearLimitF32);
    this.simd(V128.I32x4GeU);
    this.simd(isDouble ? V128.I64x2Bitmask : V128.I32x4Bitmask);
    code.op(W.I32Eqz);
  }

  /** Lanes that are near or zero. */
  protected nearLanes(precision: Precision, local: number): void {
    const { vector } = precision;
    const { low, high } = precision === F64 ? NEAR_DOUBLE : NEAR_SINGLE;
    const { code } = this;
    const magnitude = (limit: number, opcode: number): void => {
      code.get(local);
      this.simd(vector.abs);
      this.splat(precision, limit);
      this.simd(opcode);
    };
    magnitude(2 ** low, vector.ge);
    magnitude(2 ** high, vector.lt);
    this.simd(V128.And);
    magnitude(0, vector.eq);
    this.simd(V128.Or);
  }
}
