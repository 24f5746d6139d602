import { Cpu, MemoryMap } from '@ring3/abi';
import { type Code, W } from '../../wasm-encoder.js';
import { L } from '../locals.js';
import { Int, type Precision, V128 } from './opcodes.js';
import { F64, type SseInsn } from './operands.js';
import { PlainOperandsOf } from './plain.js';
import { SseShuffles } from './shuffles.js';

/** MXCSR: masks of all exceptions, rounding control. FTZ and DAZ do not matter to what passes the checks. */
const MODES = 0x7f80;
const DEFAULT_MODES = 0x1f80;
const PRECISION = 0x20;
/**
 * The range of the exponents, as the upper 32 bits of a number shifted left by one, from the second binade on: doubles, singles. The smallest
 * binade is left out, for a result there may have been tiny before it was rounded.
 */
const LOWEST_F64 = 0x0040_0000;
const LOWEST_F32 = 0x0200_0000;
/** Up to infinity less LOWEST_F32. Doubles beyond it are let to the second look. */
const LIMIT = 0xfd00_0000;
const LIMIT_F64 = 0xffa0_0000;

/**
 * Which floating-point operations WebAssembly may compute. Its results are x86's wherever they are numbers; what has to be known is that no
 * flag of MXCSR changes. First a quick look: operands and result within the range of exponents, and an inexact result would be no news (PE is
 * set, L.Limit). Then a second one, which lets zeros, infinities from infinities and exact results pass. All else leaves the region, before
 * any effect: NaNs, denormals, overflow.
 */
export abstract class SseChecks extends SseShuffles {
  private plainOf: PlainOperandsOf | null = null;

  protected plainOperands(s: SseInsn): { v: number; w: number } {
    this.plainOf ??= new PlainOperandsOf(this.blocks, (insn) => this.mustStep(insn));
    const { v, w } = this.plainOf.get(s.insn);
    return { v, w: s.isReg ? w : 0 };
  }

  /** L.Limit, at the entry of a region. */
  protected loadLimit(code: Code): void {
    code
      .i32(LIMIT)
      .i32(0)
      .i32(0)
      .mem(W.I32Load, MemoryMap.Cpu + Cpu.Mxcsr)
      .i32(MODES | PRECISION)
      .op(W.I32And)
      .i32(DEFAULT_MODES | PRECISION)
      .op(W.I32Eq, W.Select)
      .set(L.Limit);
  }

  /**
   * The quick look: each check pushes whether it is passed. When one is not, `second` pushes whether the operation may be computed; if
   * not, the region is left.
   */
  protected guarded({ insn, before }: SseInsn, checks: readonly (() => void)[], second: () => void): void {
    const { code } = this;
    if (checks.length === 0) return;
    code.op(W.Block, W.Void).op(W.Block, W.Void);
    this.context.push('passed', 'doubt');
    checks.forEach((check, i) => {
      check();
      if (i < checks.length - 1) code.op(W.I32Eqz).brIf(0);
      else code.brIf(1);
    });
    this.context.pop();
    code.op(W.End);
    second();
    code.op(W.I32Eqz);
    this.exit(insn, before);
    this.context.pop();
    code.op(W.End);
  }

  /** The exponent of a scalar local is within the range: not zero, denormal, infinite or NaN. Limit: L.Limit, or the whole range. */
  protected inRange(precision: Precision, local: number, limited: boolean): void {
    const { code } = this;
    this.magnitude(precision, local);
    if (limited) code.get(L.Limit);
    else code.i32(precision === F64 ? LIMIT_F64 : LIMIT);
    code.op(Int.I32LtU);
  }

  private magnitude(precision: Precision, local: number): void {
    const { code } = this;
    code.get(local);
    if (precision === F64) code.op(0xbd).i64(32).op(W.I64ShrU, W.I32WrapI64);
    else code.op(0xbc);
    code
      .i32(1)
      .op(W.I32Shl)
      .i32(precision === F64 ? LOWEST_F64 : LOWEST_F32)
      .op(W.I32Sub);
  }

  /** Normal, infinite or zero. */
  protected plain({ scalar, constant, min }: Precision, local: number): void {
    this.code
      .get(local)
      .op(scalar.abs, ...constant(min), scalar.ge)
      .get(local)
      .op(...constant(0), scalar.eq, W.I32Or);
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
    code.get(L.Limit).i32(0).op(W.I32Ne);
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

  /** All 32-bit lanes of a and b (the 64-bit lanes' upper halves for doubles) are within the range, as inRange says. */
  protected allInRange(precision: Precision, locals: readonly number[], limited: boolean): void {
    const { code } = this;
    locals.forEach((local, i) => {
      code.get(local).i32(1);
      this.simd(V128.I32x4Shl);
      code.i32(precision.bytes === 8 ? LOWEST_F64 : LOWEST_F32);
      this.simd(V128.I32x4Splat);
      this.simd(V128.I32x4Sub);
      if (i > 0) this.simd(V128.I32x4MaxU);
    });
    if (limited) code.get(L.Limit);
    else code.i32(precision.bytes === 8 ? LIMIT_F64 : LIMIT);
    this.simd(V128.I32x4Splat);
    this.simd(V128.I32x4GeU);
    if (precision.bytes === 8) this.simd(V128.I64x2Bitmask);
    else this.simd(V128.AnyTrue);
    code.op(W.I32Eqz);
  }

  /** A constant in all lanes. */
  protected splat(precision: Precision, value: number): void {
    this.code.op(...precision.constant(value));
    this.simd(precision.splat);
  }

  /** Lanes that are normal, infinite or zero. */
  protected plainLanes(precision: Precision, local: number): void {
    const { vector, min } = precision;
    const { code } = this;
    code.get(local);
    this.simd(vector.abs);
    this.splat(precision, min);
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
    code.i32(0).get(L.Limit).i32(0).op(W.I32Ne, W.I32Sub);
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
