import { rmReadXmmAligned } from '../../cpu/operands';
import { fault } from '../../mmu/access';
import { count, immediate } from './lanes';
import { dst, put, putRm, rm } from './operand';

/**
 * Packed shifts. A count of the lane's width or more gives zeros, or the sign in every bit; the count is the low 64 bits
 * of the source operand or an immediate.
 */

export function psrlw_V_W(u: u32): i32 {
  const s = rmReadXmmAligned(u);
  if (!s) return fault();
  const n = count(s, 16);
  return put(u, n > 15 ? i64x2.splat(0) : i16x8.shr_u(dst(u), n));
}

export function psrlw_U_I(u: u32): i32 {
  const n = immediate(u, 16);
  return putRm(u, n > 15 ? i64x2.splat(0) : i16x8.shr_u(rm(u), n));
}

export function psrld_V_W(u: u32): i32 {
  const s = rmReadXmmAligned(u);
  if (!s) return fault();
  const n = count(s, 32);
  return put(u, n > 31 ? i64x2.splat(0) : i32x4.shr_u(dst(u), n));
}

export function psrld_U_I(u: u32): i32 {
  const n = immediate(u, 32);
  return putRm(u, n > 31 ? i64x2.splat(0) : i32x4.shr_u(rm(u), n));
}

export function psrlq_V_W(u: u32): i32 {
  const s = rmReadXmmAligned(u);
  if (!s) return fault();
  const n = count(s, 64);
  return put(u, n > 63 ? i64x2.splat(0) : i64x2.shr_u(dst(u), n));
}

export function psrlq_U_I(u: u32): i32 {
  const n = immediate(u, 64);
  return putRm(u, n > 63 ? i64x2.splat(0) : i64x2.shr_u(rm(u), n));
}

export function psraw_V_W(u: u32): i32 {
  const s = rmReadXmmAligned(u);
  if (!s) return fault();
  const n = count(s, 15);
  return put(u, i16x8.shr_s(dst(u), n));
}

export function psraw_U_I(u: u32): i32 {
  const n = immediate(u, 15);
  return putRm(u, i16x8.shr_s(rm(u), n));
}

export function psrad_V_W(u: u32): i32 {
  const s = rmReadXmmAligned(u);
  if (!s) return fault();
  const n = count(s, 31);
  return put(u, i32x4.shr_s(dst(u), n));
}

export function psrad_U_I(u: u32): i32 {
  const n = immediate(u, 31);
  return putRm(u, i32x4.shr_s(rm(u), n));
}

export function psllw_V_W(u: u32): i32 {
  const s = rmReadXmmAligned(u);
  if (!s) return fault();
  const n = count(s, 16);
  return put(u, n > 15 ? i64x2.splat(0) : i16x8.shl(dst(u), n));
}

export function psllw_U_I(u: u32): i32 {
  const n = immediate(u, 16);
  return putRm(u, n > 15 ? i64x2.splat(0) : i16x8.shl(rm(u), n));
}

export function pslld_V_W(u: u32): i32 {
  const s = rmReadXmmAligned(u);
  if (!s) return fault();
  const n = count(s, 32);
  return put(u, n > 31 ? i64x2.splat(0) : i32x4.shl(dst(u), n));
}

export function pslld_U_I(u: u32): i32 {
  const n = immediate(u, 32);
  return putRm(u, n > 31 ? i64x2.splat(0) : i32x4.shl(rm(u), n));
}

export function psllq_V_W(u: u32): i32 {
  const s = rmReadXmmAligned(u);
  if (!s) return fault();
  const n = count(s, 64);
  return put(u, n > 63 ? i64x2.splat(0) : i64x2.shl(dst(u), n));
}

export function psllq_U_I(u: u32): i32 {
  const n = immediate(u, 64);
  return putRm(u, n > 63 ? i64x2.splat(0) : i64x2.shl(rm(u), n));
}

/** Byte i of the result is byte i − n; swizzle gives 0 for indices outside 0…15. */
export function pslldq(u: u32): i32 {
  return putRm(u, i8x16.swizzle(rm(u), i8x16.sub(ascending(), i8x16.splat(<i8>immediate(u, 16)))));
}

export function psrldq(u: u32): i32 {
  return putRm(u, i8x16.swizzle(rm(u), i8x16.add(ascending(), i8x16.splat(<i8>immediate(u, 16)))));
}

@inline
function ascending(): v128 {
  return i8x16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
}
