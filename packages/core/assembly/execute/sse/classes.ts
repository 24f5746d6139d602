/**
 * Tests of operands and results, by which the fast paths know that no flag but PE can change. T is f32 or f64; the vector
 * forms give all ones in the lanes where the test holds.
 */

/** Normal, infinite or zero: neither denormal (DE) nor NaN (IE). */
@inline
export function plain<T>(x: T): bool {
  return <bool>(i32(abs<T>(x) >= smallestNormal<T>()) | i32(x == <T>0));
}

/** Not denormal. */
@inline
export function notDenormal<T>(x: T): bool {
  if (sizeof<T>() == 8) return (reinterpret<u64>(<f64>x) << 1) - 1 >= 0x001f_ffff_ffff_ffff;
  return (reinterpret<u32>(<f32>x) << 1) - 1 >= 0x00ff_ffff;
}

@inline
export function finite<T>(x: T): bool {
  return abs<T>(x) < <T>Infinity;
}

/**
 * Normal and finite, and not so small that it could have been rounded up from a tiny number: the smallest binade is left out,
 * for tininess is detected after rounding as if the exponent had no limit.
 */
@inline
export function wellInside<T>(x: T): bool {
  if (sizeof<T>() == 8) return (reinterpret<u64>(<f64>x) << 1) - 0x0040_0000_0000_0000 < 0xffa0_0000_0000_0000;
  return (reinterpret<u32>(<f32>x) << 1) - 0x0200_0000 < 0xfd00_0000;
}

@inline
function smallestNormal<T>(): T {
  return sizeof<T>() == 8 ? <T>f64.MIN_NORMAL_VALUE : <T>f32.MIN_NORMAL_VALUE;
}

@inline
export function plainPs(x: v128): v128 {
  return v128.or(f32x4.ge(f32x4.abs(x), f32x4.splat(f32.MIN_NORMAL_VALUE)), f32x4.eq(x, f32x4.splat(0)));
}

@inline
export function plainPd(x: v128): v128 {
  return v128.or(f64x2.ge(f64x2.abs(x), f64x2.splat(f64.MIN_NORMAL_VALUE)), f64x2.eq(x, f64x2.splat(0)));
}

@inline
export function finitePs(x: v128): v128 {
  return f32x4.lt(f32x4.abs(x), f32x4.splat(<f32>Infinity));
}

@inline
export function finitePd(x: v128): v128 {
  return f64x2.lt(f64x2.abs(x), f64x2.splat(Infinity));
}

@inline
export function wellInsidePs(x: v128): v128 {
  return v128.and(finitePs(x), f32x4.ge(f32x4.abs(x), f32x4.splat(2 * f32.MIN_NORMAL_VALUE)));
}

@inline
export function wellInsidePd(x: v128): v128 {
  return v128.and(finitePd(x), f64x2.ge(f64x2.abs(x), f64x2.splat(2 * f64.MIN_NORMAL_VALUE)));
}
