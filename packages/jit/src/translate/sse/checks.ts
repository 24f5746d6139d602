import { Cpu, type HotReason, MemoryMap } from '@ring3/abi';
import { type Code, W } from '../../wasm-encoder.js';
import { L } from '../locals.js';
import { type Checks, NEAR } from './arithmetic-bounds.js';
import { DOUBLE, type Format, type Known, SINGLE } from './bounds.js';
import type { OperandFacts } from './float-facts.js';
import { Theme, themeOf } from './names.js';
import { Int, type Precision, Scalar, V128 } from './opcodes.js';
import { F64, type SseInsn } from './operands.js';
import { allSingles, bothDoubles, NOTHING, type Register } from './register-facts.js';
import { SseShuffles } from './shuffles.js';

/** MXCSR: masks of all exceptions, rounding control. FTZ and DAZ do not matter to what passes the checks. */
const MODES = 0x7f80;
const DEFAULT_MODES = 0x1f80;
const PRECISION = 0x20;
/** IM: one of the masks. */
const INVALID_MASK = 0x80;
/**
 * A scalar is within the range when its exponent + 1 has one of these bits: then it is none of 0, 1, 2 and the greatest, and a result there has
 * not been tiny before it was rounded either.
 */
const MASK_F32 = 0x7e00_0000;
const MASK_F64 = 0x7fc0_0000_0000_0000n;
const STEP_F32 = 0x0080_0000;
const STEP_F64 = 1n << 52n;
/** Any bit of the exponent. */
const EXPONENT_F32 = 0x7f80_0000;
const EXPONENT_F64 = 0x7ff0_0000;
/** Lanes, shifted left by one as integers (of doubles the upper halves), are within the range from the second binade up to LIMIT above it. */
const LOWEST_F32 = 0x0200_0000;
const LOWEST_F64 = 0x0040_0000;
const LIMIT = 0xfd00_0000;

/** What floating-point operations a region has. */
interface FloatKinds {
  scalar: boolean;
  packed: boolean;
  /** Packed ones that are checked for their range in any case. */
  ranges: boolean;
}

/**
 * Which floating-point operations WebAssembly may compute. Its results are x86's wherever they are numbers; what has to be known is that no
 * flag of MXCSR changes. First a quick look: operands and result within the range of exponents, and an inexact result would be no news (PE is
 * set: else the masks are 0). Then a second one, which lets zeros, infinities from infinities and exact results pass. All else leaves the region, before
 * any effect: NaNs, denormals, overflow.
 */
export abstract class SseChecks extends SseShuffles {
  /** Are scalars checked for their range? */
  protected get usesRanges(): boolean {
    return this.checks !== NEAR;
  }

  /** How much checks in this region ask. */
  protected abstract readonly checks: Checks;
  protected abstract factsAt(number: number): OperandFacts;

  /** What is known of the operands: nothing of memory. */
  protected factsOf({ before, isReg }: SseInsn): OperandFacts {
    const facts = this.factsAt(before);
    return isReg ? facts : { ...facts, w: NOTHING };
  }

  protected formatOf(precision: Precision): Format {
    return precision === F64 ? DOUBLE : SINGLE;
  }

  /** The lowest element of a register. */
  protected lowest(precision: Precision, register: Register): Known {
    return precision === F64 ? register.low : register.single;
  }

  /** All its elements. */
  protected everyElement(precision: Precision, register: Register): Known {
    return precision === F64 ? bothDoubles(register) : allSingles(register);
  }

  /** The locals of the checks, at the entry of a region. */
  protected loadLimit(code: Code): void {
    const { scalar, packed, ranges } = this.floats();
    const isUsed = this.usesRanges ? scalar || packed : ranges;
    if (!isUsed) return;
    const mxcsr = (mask: number): Code =>
      code
        .i32(0)
        .mem(W.I32Load, MemoryMap.Cpu + Cpu.Mxcsr)
        .i32(mask)
        .op(W.I32And);
    // Decided by a branch: V8 puts what it takes for arithmetic where it is used, into loops.
    const unlessNews = (type: W, some: () => void, none: () => void): void => {
      code.op(W.If, type);
      some();
      code.op(W.Else);
      none();
      code.op(W.End);
    };
    mxcsr(MODES | PRECISION)
      .i32(DEFAULT_MODES | PRECISION)
      .op(W.I32Eq);
    unlessNews(
      W.i32,
      () => code.i32(MASK_F32),
      () => code.i32(0),
    );
    code.set(L.Mask32);
    if (this.usesRanges) {
      code.get(L.Mask32);
      unlessNews(
        W.i64,
        () => code.i64(MASK_F64),
        () => code.i64(0),
      );
      code.set(L.Mask64);
      // From a bit of MXCSR, or V8 would make constants of them again at every use. Where it is not set, no check is passed.
      mxcsr(INVALID_MASK)
        .op(W.I64ExtendI32U)
        .i64(Math.log2(Number(STEP_F64) / INVALID_MASK))
        .op(W.I64Shl)
        .set(L.Step64);
    }
    if (!(this.usesRanges ? packed : ranges)) return;
    code.get(L.Mask32);
    unlessNews(
      W.i32,
      () => code.i32(LIMIT),
      () => code.i32(0),
    );
    this.splatTo(code, L.LimitV);
    mxcsr(INVALID_MASK)
      .i32(Math.log2(LOWEST_F32 / INVALID_MASK))
      .op(W.I32Shl);
    this.splatTo(code, L.LowF32);
    mxcsr(INVALID_MASK)
      .i32(Math.log2(LOWEST_F64 / INVALID_MASK))
      .op(W.I32Shl);
    this.splatTo(code, L.LowF64);
  }

  protected splatTo(code: Code, local: number): void {
    code.op(0xfd, V128.I32x4Splat).set(local);
  }

  private numbers: FloatKinds | null = null;

  /** Does the region compute with floating-point numbers? */
  protected get computes(): boolean {
    const { scalar, packed } = this.floats();
    return scalar || packed;
  }

  protected floats(): FloatKinds {
    if (this.numbers) return this.numbers;
    const kinds = { scalar: false, packed: false, ranges: false };
    for (const { insns } of this.blocks.values())
      for (const { name } of insns) {
        const theme = themeOf(name);
        if (theme === undefined || theme < Theme.ScalarFloat || theme === Theme.Control) continue;
        if (theme === Theme.PackedFloat || /^cmpp|^cvt\w*p[sd]/.test(name)) kinds.packed = true;
        else kinds.scalar = true;
        if (/^sqrtp|^cvtps2pd/.test(name)) kinds.ranges = true;
      }
    return (this.numbers = kinds);
  }

  /**
   * The quick look: each check pushes whether it is passed. When one is not, `second` pushes whether the operation may be computed; if
   * not, the region is left.
   */
  protected guarded({ insn, before }: SseInsn, checks: readonly (() => void)[], second: () => void, why?: HotReason.Far): void {
    const { code } = this;
    if (checks.length === 0) return;
    code.op(W.Block, W.Void).op(W.Block, W.Void);
    this.context.push('passed', 'doubt');
    checks.forEach((check, i) => {
      check();
      if (i < checks.length - 1) code.op(W.I32Eqz).unlikely().brIf(0);
      else code.likely().brIf(1);
    });
    this.context.pop();
    code.op(W.End);
    second();
    code.op(W.I32Eqz);
    this.exit(insn, before, why);
    this.context.pop();
    code.op(W.End);
  }

  /** The exponent of a scalar local is within the range: not zero, denormal, infinite or NaN; and what is inexact is no news. */
  protected inRange(precision: Precision, local: number): void {
    const { code } = this;
    code.get(local);
    if (precision === F64) code.op(Scalar.I64ReinterpretF64).get(L.Step64).op(W.I64Add).get(L.Mask64).op(W.I64And).i64(0).op(W.I64Ne);
    else code.op(Scalar.I32ReinterpretF32).i32(STEP_F32).op(W.I32Add).get(L.Mask32).op(W.I32And);
  }

  /** The same of its exponent alone, for the second look. */
  protected inside(precision: Precision, local: number): void {
    const { code } = this;
    code.get(local);
    if (precision === F64) code.op(Scalar.I64ReinterpretF64).i64(STEP_F64).op(W.I64Add).i64(MASK_F64).op(W.I64And).i64(0).op(W.I64Ne);
    else code.op(Scalar.I32ReinterpretF32).i32(STEP_F32).op(W.I32Add).i32(MASK_F32).op(W.I32And).i32(0).op(W.I32Ne);
  }

  /** Zero, or of an exponent that is not 0. */
  protected notDenormal(precision: Precision, local: number): void {
    const { code } = this;
    code.get(local);
    // Without the sign, and 0 the greatest.
    if (precision === F64)
      code
        .op(Scalar.I64ReinterpretF64)
        .i64(1)
        .op(W.I64Shl)
        .i64(1)
        .op(W.I64Sub)
        .i64(2n * STEP_F64 - 1n)
        .op(W.I64GeU);
    else
      code
        .op(Scalar.I32ReinterpretF32)
        .i32(1)
        .op(W.I32Shl)
        .i32(1)
        .op(W.I32Sub)
        .i32(2 * STEP_F32 - 1)
        .op(Int.I32GeU);
  }

  /** The scalar memory operand that has been read last is neither zero nor denormal. */
  protected memoryHasExponent({ bytes }: Precision): void {
    this.code
      .get(L.P)
      .mem(W.I32Load, this.offset + bytes - 4)
      .i32(bytes === 8 ? EXPONENT_F64 : EXPONENT_F32)
      .op(W.I32And);
  }

  /** Normal, infinite or zero. */
  protected plain({ scalar, constant, min }: Precision, local: number): void {
    this.code
      .get(local)
      .op(scalar.abs)
      .data(...constant(min))
      .op(scalar.ge)
      .get(local)
      .data(...constant(0))
      .op(scalar.eq, W.I32Or);
  }

  /** MXCSR's exceptions are masked and it rounds to nearest. */
  protected defaultModes(): void {
    this.code
      .i32(0)
      .mem(W.I32Load, MemoryMap.Cpu + Cpu.Mxcsr)
      .i32(MODES)
      .op(W.I32And)
      .i32(DEFAULT_MODES)
      .op(W.I32Eq);
  }

  /** An inexact result is no news, or `exact` (which pushes it) holds. */
  protected unlessInexact(exact: () => void): void {
    const { code } = this;
    this.inexactIsNoNews();
    code.i32(0).op(W.I32Ne);
    this.defaultModes();
    exact();
    code.op(W.I32And, W.I32Or);
  }

  /** |a| = |b|. */
  protected sameMagnitude({ scalar }: Precision, a: number, b: number): void {
    this.code.get(a).op(scalar.abs).get(b).op(scalar.abs, scalar.eq);
  }

  /** Zero or infinite: x + x = x. */
  protected zeroOrInfinite({ scalar }: Precision, x: number): void {
    this.code.get(x).get(x).op(scalar.add).get(x).op(scalar.eq);
  }

  /** Inexact results are no news: MXCSR has PE, and all exceptions are masked. */
  protected inexactIsNoNews(): void {
    const { code } = this;
    if (this.usesRanges) code.get(L.Mask32);
    else
      code
        .i32(0)
        .mem(W.I32Load, MemoryMap.Cpu + Cpu.Mxcsr)
        .i32(MODES | PRECISION)
        .op(W.I32And)
        .i32(DEFAULT_MODES | PRECISION)
        .op(W.I32Eq);
  }

  /** All lanes are within the range, as inRange says. */
  protected allInRange(precision: Precision, locals: readonly number[]): void {
    const { code } = this;
    locals.forEach((local, i) => {
      code.get(local).i32(1);
      this.simd(V128.I32x4Shl);
      code.get(precision === F64 ? L.LowF64 : L.LowF32);
      this.simd(V128.I32x4Sub);
      if (i > 0) this.simd(V128.I32x4MaxU);
    });
    code.get(L.LimitV);
    this.simd(V128.I32x4GeU);
    if (precision === F64) this.simd(V128.I64x2Bitmask);
    else this.simd(V128.AnyTrue);
    code.op(W.I32Eqz);
  }

  /** A constant in all lanes. */
  protected splat(precision: Precision, value: number): void {
    this.code.data(...precision.constant(value));
    this.simd(precision.splat);
  }

  /** Lanes that are normal, infinite or zero. */
  protected plainLanes(precision: Precision, local: number): void {
    const { vector } = precision;
    const { code } = this;
    code.get(local);
    this.simd(vector.abs);
    this.splat(precision, precision.min);
    this.simd(vector.ge);
    code.get(local);
    this.splat(precision, 0);
    this.simd(vector.eq);
    this.simd(V128.Or);
  }

  /** Lanes that are finite and not below the second binade. */
  protected insideLanes(precision: Precision, local: number, lowest = 2 * precision.min): void {
    const { vector } = precision;
    const { code } = this;
    code.get(local);
    this.simd(vector.abs);
    this.splat(precision, lowest);
    this.simd(vector.ge);
    code.get(local);
    this.simd(vector.abs);
    this.splat(precision, Infinity);
    this.simd(vector.lt);
    this.simd(V128.And);
  }

  /** Lanes of two locals combined by an operation. */
  protected lanes(opcode: number, a: number, b: number): void {
    this.code.get(a).get(b);
    this.simd(opcode);
  }

  /** Lanes that are zero or infinite. */
  protected zeroOrInfiniteLanes({ vector }: Precision, x: number): void {
    this.lanes(vector.add, x, x);
    this.code.get(x);
    this.simd(vector.eq);
  }

  protected sameMagnitudeLanes({ vector }: Precision, a: number, b: number): void {
    this.code.get(a);
    this.simd(vector.abs);
    this.code.get(b);
    this.simd(vector.abs);
    this.simd(vector.eq);
  }

  /** Lanes for which an inexact result is no news: all, or those for which `exact` (which pushes a mask) holds. */
  protected unlessInexactLanes(exact: () => void): void {
    const { code } = this;
    code.i32(0);
    this.inexactIsNoNews();
    code.i32(0).op(W.I32Ne, W.I32Sub);
    this.simd(V128.I32x4Splat);
    code.i32(0);
    this.defaultModes();
    code.op(W.I32Sub);
    this.simd(V128.I32x4Splat);
    exact();
    this.simd(V128.And);
    this.simd(V128.Or);
  }
}
