import { uImm } from '../../cpu/operands';

/** Lane arithmetic that wasm has no single instruction for, shared by the 64-bit and the 128-bit forms. */

/** The upper 16 bits of eight signed products. */
@inline
export function highSigned(a: v128, b: v128): v128 {
  return upperWords(i32x4.extmul_low_i16x8_s(a, b), i32x4.extmul_high_i16x8_s(a, b));
}

/** The upper 16 bits of eight unsigned products. */
@inline
export function highUnsigned(a: v128, b: v128): v128 {
  return upperWords(i32x4.extmul_low_i16x8_u(a, b), i32x4.extmul_high_i16x8_u(a, b));
}

@inline
function upperWords(low: v128, high: v128): v128 {
  return i16x8.shuffle(low, high, 1, 3, 5, 7, 9, 11, 13, 15);
}

/** 64-bit products of the unsigned even 32-bit lanes. */
@inline
export function evenProducts(a: v128, b: v128): v128 {
  return i64x2.extmul_low_i32x4_u(i32x4.shuffle(a, a, 0, 2, 0, 2), i32x4.shuffle(b, b, 0, 2, 0, 2));
}

/** Per 64-bit lane, the sum of the absolute differences of its eight unsigned bytes. */
@inline
export function absoluteDifferences(a: v128, b: v128): v128 {
  const difference = i8x16.sub(i8x16.max_u(a, b), i8x16.min_u(a, b));
  const sums = i32x4.extadd_pairwise_i16x8_u(i16x8.extadd_pairwise_i8x16_u(difference));
  return i64x2.shr_u(i64x2.add(sums, i64x2.shl(sums, 32)), 32);
}

/** A shift count from the low 64 bits of the operand at `s`, at most `limit`. */
@inline
export function count(s: u32, limit: u32): u32 {
  const n = load<u64>(s);
  return n > limit ? limit : <u32>n;
}

/** A shift count from the immediate byte, at most `limit`. */
@inline
export function immediate(u: u32, limit: u32): u32 {
  return min<u32>(uImm(u) & 0xff, limit);
}
