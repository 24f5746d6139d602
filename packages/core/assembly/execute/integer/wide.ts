/** 128-bit results that WebAssembly has no instruction for. */

/** Upper half of the unsigned 64 × 64 product. */
export function mulHigh(a: u64, b: u64): u64 {
  const a0 = a & 0xffff_ffff;
  const a1 = a >> 32;
  const b0 = b & 0xffff_ffff;
  const b1 = b >> 32;
  const middle = a1 * b0 + ((a0 * b0) >> 32);
  const other = a0 * b1 + (middle & 0xffff_ffff);
  return a1 * b1 + (middle >> 32) + (other >> 32);
}

/** Upper half of the signed product. */
export function mulHighSigned(a: i64, b: i64): u64 {
  return mulHigh(<u64>a, <u64>b) - (a < 0 ? <u64>b : 0) - (b < 0 ? <u64>a : 0);
}

/** What divide128 leaves. */
export let quotient: u64 = 0;
export let remainder: u64 = 0;

/** high:low / divisor, where high < divisor: long division with two 32-bit digits (Knuth, volume 2, 4.3.1, algorithm D). */
export function divide128(high: u64, low: u64, divisor: u64): void {
  if (high == 0) {
    quotient = low / divisor;
    remainder = low % divisor;
    return;
  }
  const shift = clz<u64>(divisor);
  const d = divisor << shift;
  const top = shift ? (high << shift) | (low >> (64 - shift)) : high;
  const bottom = low << shift;
  const first = digit(top, bottom >> 32, d);
  const rest = (top << 32) + (bottom >> 32) - first * d;
  const second = digit(rest, bottom & 0xffff_ffff, d);
  quotient = (first << 32) | second;
  remainder = ((rest << 32) + (bottom & 0xffff_ffff) - second * d) >> shift;
}

/** For translated code: high:low / divisor, where high < divisor. */
export function quotientOf(high: u64, low: u64, divisor: u64): u64 {
  divide128(high, low, divisor);
  return quotient;
}

/** One digit: (rest × 2^32 + next) / d, where rest < d and d has its top bit set. */
function digit(rest: u64, next: u64, d: u64): u64 {
  const dHigh = d >> 32;
  const dLow = d & 0xffff_ffff;
  let q = rest / dHigh;
  let r = rest % dHigh;
  while (q >> 32 || q * dLow > ((r << 32) | next)) {
    q--;
    r += dHigh;
    if (r >> 32) break;
  }
  return q;
}
