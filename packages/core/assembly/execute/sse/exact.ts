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
