import { HotReason, MemoryMap } from '@ring3/abi';
import { type Code, Simd, W } from '../../wasm-encoder.js';
import { L } from '../locals.js';
import { NEAR_DOUBLE, NEAR_SINGLE } from './bounds.js';
import { NEAR } from './arithmetic-bounds.js';
import { SseChecks } from './checks.js';
import type { Demand } from './float-facts.js';
import { type Precision, Scalar, V128 } from './opcodes.js';
import { F32, F64, type SseInsn } from './operands.js';

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

const SIGN = 0x8000_0000;

/** Where the constants are, for all regions. */
const NEAR_AT = MemoryMap.RegionTables;
export const NEAR_BYTES = 80;

/** The constants: what is added to the bits of a double without its sign, and the first sum that is too great; the same for lanes, but to subtract. */
export function nearConstants(): Uint8Array {
  const lanes = (value: number): bigint[] => {
    const two = (BigInt(value) << 32n) | BigInt(value);
    return [two, two];
  };
  const words = [
    -(BigInt(LOW_F64 >>> 0) << 32n),
    BigInt(LIMIT_F64 >>> 0) << 32n,
    // For a signed comparison, as whose least number 0 is then: what is greater than the limit less one.
    ...[LOW_F64 + SIGN, LIMIT_F64 - 1 + SIGN, LOW_F32 + SIGN, LIMIT_F32 - 1 + SIGN].flatMap((value) => lanes(value >>> 0)),
  ];
  return new Uint8Array(BigUint64Array.from(words, (word) => BigInt.asUintN(64, word)).buffer);
}

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

  /** The constants of the checks, at the entry of a region: read from memory, or V8 would make them again at every use. */
  protected loadNear(code: Code): void {
    const { scalar, packed } = this.floats();
    if (!this.isNear || (!scalar && !packed)) return;
    code.i32(0).mem(W.I64Load, NEAR_AT).set(L.NearLow);
    code
      .i32(0)
      .mem(W.I64Load, NEAR_AT + 8)
      .set(L.NearLimit);
    if (!packed) return;
    for (const [i, local] of [L.NearLowF64, L.NearLimitF64, L.NearLowF32, L.NearLimitF32].entries()) {
      code.i32(0);
      code.simdMem(Simd.Load, NEAR_AT + 16 + 16 * i).set(local);
    }
  }

  /** What a loop relies on and the ways to it do not tell; the region is left at its first instruction. */
  protected demand(header: number, { isQuiet, elements }: Demand): void {
    const { code } = this;
    const exit = (): void => {
      if (this.isNear) this.near.add(header);
      this.site(header, 0, this.isNear ? HotReason.Far : HotReason.Failed);
      code.unlikely().brIf(this.out('site'));
    };
    const scalar = (precision: Precision, register: number, lane: number, isPlain: boolean): void => {
      code.get(L.Xmm + register);
      this.lane(precision.extractLane, lane);
      code.set(precision.b);
      if (this.isNear) {
        code.op(W.Block, W.Void);
        this.context.push('near');
        this.isNearScalar(precision, precision.b);
        code.likely().brIf(0);
        this.mayPass(precision, precision.b, isPlain);
        code.op(W.I32Eqz);
        exit();
        this.context.pop();
        code.op(W.End);
        return;
      }
      this.plain(precision, precision.b);
      code.op(W.I32Eqz);
      exit();
    };
    if (isQuiet) {
      this.inexactIsNoNews();
      code.op(W.I32Eqz);
      exit();
    }
    for (const { register, element, bounds } of elements) {
      const isPlain = bounds.top === Infinity;
      if (element === 'low') scalar(F64, register, 0, isPlain);
      else if (element === 'high') scalar(F64, register, 1, isPlain);
      else if (element === 'single') scalar(F32, register, 0, isPlain);
      else for (const lane of [1, 2, 3]) scalar(F32, register, lane, isPlain);
    }
  }

  /** Leaves unless an inexact result is no news. */
  protected quietOnly(s: SseInsn): void {
    if (this.factsOf(s).isQuiet) return;
    this.near.add(s.insn.offset);
    this.inexactIsNoNews();
    this.code.op(W.I32Eqz);
    this.exit(s.insn, s.before, HotReason.Far);
  }

  /** The checks of a near guard, and what else may pass. */
  protected nearly(s: SseInsn, checks: readonly (() => void)[], second: () => void): void {
    if (checks.length === 0) return;
    this.near.add(s.insn.offset);
    this.guarded(s, checks, second, HotReason.Far);
  }

  /** A scalar local is near, and not zero. */
  protected isNearScalar(precision: Precision, local: number): void {
    const { code } = this;
    code.get(local);
    if (precision === F64) code.op(Scalar.I64ReinterpretF64).i64(1).op(W.I64Shl).get(L.NearLow).op(W.I64Add).get(L.NearLimit).op(W.I64LtU);
    else {
      code.op(Scalar.I32ReinterpretF32);
      this.nearBits(LOW_F32, LIMIT_F32);
    }
  }

  private nearBits(low: number, limit: number): void {
    this.code.i32(1).op(W.I32Shl).i32(low).op(W.I32Sub).i32(limit).op(W.I32LtU);
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

  /** Of what is not near: zero, or, where sizes do not matter, all that is plain. */
  protected mayPass(precision: Precision, local: number, isPlain: boolean): void {
    if (isPlain) this.plain(precision, local);
    else this.isZero(precision, local);
  }

  protected isZero({ scalar, constant }: Precision, local: number): void {
    this.code
      .get(local)
      .data(...constant(0))
      .op(scalar.eq);
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
      if (i > 0) this.simd(V128.I32x4MaxS);
    });
    code.get(isDouble ? L.NearLimitF64 : L.NearLimitF32);
    this.simd(V128.I32x4GtS);
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
