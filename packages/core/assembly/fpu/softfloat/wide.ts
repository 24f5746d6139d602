/** 128-bit steps that WebAssembly has no instruction for. */

/** High half of the product; the low half is a * b. */
export function mulHigh(a: u64, b: u64): u64 {
  const al = a & 0xffffffff;
  const ah = a >> 32;
  const bl = b & 0xffffffff;
  const bh = b >> 32;
  const low = al * bl;
  const cross = ah * bl + (low >> 32);
  const middle = al * bh + (cross & 0xffffffff);
  return ah * bh + (cross >> 32) + (middle >> 32);
}

/** Remainder of the last divide128. */
export let divRemainder: u64 = 0;

/**
 * (hi:lo) / d for hi < d and bit 63 of d set: two digits of 32 bits, each estimated by the divisor's upper half and corrected at
 * most twice (Knuth, volume 2, 4.3.1, algorithm D).
 */
export function divide128(hi: u64, lo: u64, d: u64): u64 {
  const dh = d >> 32;
  const dl = d & 0xffffffff;
  const upper = divideDigit(hi, lo >> 32, d, dh, dl);
  const middle = ((hi << 32) | (lo >> 32)) - upper * d;
  const lower = divideDigit(middle, lo & 0xffffffff, d, dh, dl);
  divRemainder = ((middle << 32) | (lo & 0xffffffff)) - lower * d;
  return (upper << 32) | lower;
}

function divideDigit(rest: u64, next: u64, d: u64, dh: u64, dl: u64): u64 {
  let digit = rest / dh;
  let r = rest - digit * dh;
  while (digit >> 32 != 0 || digit * dl > ((r << 32) | next)) {
    digit--;
    r += dh;
    if (r >> 32 != 0) break;
  }
  return digit;
}

/** x >> n with what falls out ORed into bit 0. n ≥ 0. */
function shiftRightJam(x: u64, n: i32): u64 {
  if (n == 0) return x;
  if (n >= 64) return u64(x != 0);
  return (x >> <u64>n) | u64(x << (<u64>(64 - n)) != 0);
}

/** Low half of (hi:lo) >> n, jammed; the high half is hi >> n for n < 64, else 0. */
export function shiftRightJam128Low(hi: u64, lo: u64, n: i32): u64 {
  if (n == 0) return lo;
  if (n < 64) return (hi << (<u64>(64 - n))) | shiftRightJam(lo, n);
  if (n == 64) return hi | u64(lo != 0);
  return shiftRightJam(hi, n - 64) | u64(lo != 0);
}
