/**
 * Whether a rounded result is exact, by error-free transformations (T. J. Dekker, 1971; D. E. Knuth, volume 2, 4.2.2). A doubt
 * is answered with false: then softfloat decides. Operands and results have passed the tests of classes.ts.
 */

/** r = a + b without error: the error of a sum is itself a floating-point number. */
export function exactSum<T>(a: T, b: T, r: T): bool {
  const c = r - a;
  return a - (r - c) + (b - c) == <T>0;
}

/** r = a × b without error. */
export function exactProduct<T>(a: T, b: T, r: T): bool {
  if (sizeof<T>() == 4) return <f64>a * <f64>b == <f64>r;
  return r == <T>0 || (moderate(<f64>a) && moderate(<f64>b) && productError(<f64>a, <f64>b, <f64>r) == 0);
}

/** r = a ÷ b without error: r × b is a. */
export function exactQuotient<T>(a: T, b: T, r: T): bool {
  if (sizeof<T>() == 4) return <f64>r * <f64>b == <f64>a;
  return r == <T>0 || (moderate(<f64>r) && moderate(<f64>b) && productError(<f64>r, <f64>b, <f64>a) == 0);
}

/** r² is a. */
export function exactRoot<T>(a: T, r: T): bool {
  if (sizeof<T>() == 4) return <f64>r * <f64>r == <f64>a;
  return r == <T>0 || (moderate(<f64>r) && productError(<f64>r, <f64>r, <f64>a) == 0);
}

/** a × b − p, exact when it is 0, for operands whose partial products neither overflow nor become denormal. */
function productError(a: f64, b: f64, p: f64): f64 {
  const ah = upperHalf(a);
  const bh = upperHalf(b);
  const al = a - ah;
  const bl = b - bh;
  return ah * bh - p + ah * bl + al * bh + al * bl;
}

/** The upper 26 bits of the significand (Veltkamp's splitting). */
@inline
function upperHalf(x: f64): f64 {
  const c = 134217729.0 * x;
  return c - (c - x);
}

/** 2^-400 ≤ |x| < 2^400. */
@inline
function moderate(x: f64): bool {
  return ((<u32>(reinterpret<u64>(x) >> 52)) & 0x7ff) - 623 < 800;
}

/** The same for every element of a vector: all ones where it holds. */
@inline
export function exactSumPs(a: v128, b: v128, r: v128): v128 {
  const c = f32x4.sub(r, a);
  return f32x4.eq(f32x4.add(f32x4.sub(a, f32x4.sub(r, c)), f32x4.sub(b, c)), f32x4.splat(0));
}

@inline
export function exactSumPd(a: v128, b: v128, r: v128): v128 {
  const c = f64x2.sub(r, a);
  return f64x2.eq(f64x2.add(f64x2.sub(a, f64x2.sub(r, c)), f64x2.sub(b, c)), f64x2.splat(0));
}

/** r = a × b, by the products in double precision, which are exact. */
@inline
export function exactProductPs(a: v128, b: v128, r: v128): v128 {
  const low = f64x2.eq(f64x2.mul(f64x2.promote_low_f32x4(a), f64x2.promote_low_f32x4(b)), f64x2.promote_low_f32x4(r));
  const high = f64x2.eq(f64x2.mul(promoteHigh(a), promoteHigh(b)), promoteHigh(r));
  return v128.and(low, high);
}

@inline
export function exactProductPd(a: v128, b: v128, r: v128): v128 {
  const split = f64x2.splat(134217729.0);
  const ac = f64x2.mul(split, a);
  const bc = f64x2.mul(split, b);
  const ah = f64x2.sub(ac, f64x2.sub(ac, a));
  const bh = f64x2.sub(bc, f64x2.sub(bc, b));
  const al = f64x2.sub(a, ah);
  const bl = f64x2.sub(b, bh);
  let error = f64x2.sub(f64x2.mul(ah, bh), r);
  error = f64x2.add(f64x2.add(error, f64x2.mul(ah, bl)), f64x2.add(f64x2.mul(al, bh), f64x2.mul(al, bl)));
  const zero = f64x2.splat(0);
  const sure = v128.and(f64x2.eq(error, zero), v128.and(moderatePd(a), moderatePd(b)));
  return v128.or(sure, f64x2.eq(r, zero));
}

@inline
function promoteHigh(x: v128): v128 {
  return f64x2.promote_low_f32x4(i64x2.shuffle(x, x, 1, 1));
}

/** 2^-400 ≤ |x| < 2^400. */
@inline
function moderatePd(x: v128): v128 {
  const magnitude = f64x2.abs(x);
  return v128.and(f64x2.ge(magnitude, f64x2.splat(3.8725919148493183e-121)), f64x2.lt(magnitude, f64x2.splat(2.5822498780869086e120)));
}
