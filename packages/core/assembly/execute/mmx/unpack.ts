import { fault } from '../../mmu/access';
import { dst, put, source } from './state';

/**
 * Interleaving and packing with saturation of MMX registers. An interleaving of two 64-bit values has 128 bits: the low
 * half is punpckl's result, the upper half punpckh's. The low forms read only 32 bits of memory.
 */
@inline
function upper(v: v128): v128 {
  return i64x2.shuffle(v, v, 1, 1);
}

/** Both 64-bit operands as one vector, as the pack instructions take them. */
@inline
function both(low: v128, high: v128): v128 {
  return i64x2.shuffle(low, high, 0, 2);
}

export function punpcklbw_P_Q(u: u32): i32 {
  const s = source(u, 4);
  return s ? put(u, i8x16.shuffle(dst(u), v128.load32_zero(s), 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)) : fault();
}

export function punpckhbw_P_Q(u: u32): i32 {
  const s = source(u, 8);
  return s ? put(u, upper(i8x16.shuffle(dst(u), v128.load64_zero(s), 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23))) : fault();
}

export function punpcklwd_P_Q(u: u32): i32 {
  const s = source(u, 4);
  return s ? put(u, i16x8.shuffle(dst(u), v128.load32_zero(s), 0, 8, 1, 9, 2, 10, 3, 11)) : fault();
}

export function punpckhwd_P_Q(u: u32): i32 {
  const s = source(u, 8);
  return s ? put(u, upper(i16x8.shuffle(dst(u), v128.load64_zero(s), 0, 8, 1, 9, 2, 10, 3, 11))) : fault();
}

export function punpckldq_P_Q(u: u32): i32 {
  const s = source(u, 4);
  return s ? put(u, i32x4.shuffle(dst(u), v128.load32_zero(s), 0, 4, 1, 5)) : fault();
}

export function punpckhdq_P_Q(u: u32): i32 {
  const s = source(u, 8);
  return s ? put(u, upper(i32x4.shuffle(dst(u), v128.load64_zero(s), 0, 4, 1, 5))) : fault();
}

export function packsswb_P_Q(u: u32): i32 {
  const s = source(u, 8);
  return s ? put(u, i8x16.narrow_i16x8_s(both(dst(u), v128.load64_zero(s)), i64x2.splat(0))) : fault();
}

export function packuswb_P_Q(u: u32): i32 {
  const s = source(u, 8);
  return s ? put(u, i8x16.narrow_i16x8_u(both(dst(u), v128.load64_zero(s)), i64x2.splat(0))) : fault();
}

export function packssdw_P_Q(u: u32): i32 {
  const s = source(u, 8);
  return s ? put(u, i16x8.narrow_i32x4_s(both(dst(u), v128.load64_zero(s)), i64x2.splat(0))) : fault();
}
