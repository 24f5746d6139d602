import { fault } from '../../mmu/access';
import { count, immediate } from '../sse/lanes';
import { dst, put, putRm, ready, rm, source } from './state';

/** Packed shifts of MMX registers: a count of the lane's width or more gives zeros, or the sign in every bit. */

export function psrlw_P_Q(u: u32): i32 {
  const s = source(u, 8);
  if (!s) return fault();
  const n = count(s, 16);
  return put(u, n > 15 ? i64x2.splat(0) : i16x8.shr_u(dst(u), n));
}

export function psrlw_N_I(u: u32): i32 {
  if (!ready()) return fault();
  const n = immediate(u, 16);
  return putRm(u, n > 15 ? i64x2.splat(0) : i16x8.shr_u(rm(u), n));
}

export function psrld_P_Q(u: u32): i32 {
  const s = source(u, 8);
  if (!s) return fault();
  const n = count(s, 32);
  return put(u, n > 31 ? i64x2.splat(0) : i32x4.shr_u(dst(u), n));
}

export function psrld_N_I(u: u32): i32 {
  if (!ready()) return fault();
  const n = immediate(u, 32);
  return putRm(u, n > 31 ? i64x2.splat(0) : i32x4.shr_u(rm(u), n));
}

export function psrlq_P_Q(u: u32): i32 {
  const s = source(u, 8);
  if (!s) return fault();
  const n = count(s, 64);
  return put(u, n > 63 ? i64x2.splat(0) : i64x2.shr_u(dst(u), n));
}

export function psrlq_N_I(u: u32): i32 {
  if (!ready()) return fault();
  const n = immediate(u, 64);
  return putRm(u, n > 63 ? i64x2.splat(0) : i64x2.shr_u(rm(u), n));
}

export function psraw_P_Q(u: u32): i32 {
  const s = source(u, 8);
  if (!s) return fault();
  const n = count(s, 15);
  return put(u, i16x8.shr_s(dst(u), n));
}

export function psraw_N_I(u: u32): i32 {
  if (!ready()) return fault();
  const n = immediate(u, 15);
  return putRm(u, i16x8.shr_s(rm(u), n));
}

export function psrad_P_Q(u: u32): i32 {
  const s = source(u, 8);
  if (!s) return fault();
  const n = count(s, 31);
  return put(u, i32x4.shr_s(dst(u), n));
}

export function psrad_N_I(u: u32): i32 {
  if (!ready()) return fault();
  const n = immediate(u, 31);
  return putRm(u, i32x4.shr_s(rm(u), n));
}

export function psllw_P_Q(u: u32): i32 {
  const s = source(u, 8);
  if (!s) return fault();
  const n = count(s, 16);
  return put(u, n > 15 ? i64x2.splat(0) : i16x8.shl(dst(u), n));
}

export function psllw_N_I(u: u32): i32 {
  if (!ready()) return fault();
  const n = immediate(u, 16);
  return putRm(u, n > 15 ? i64x2.splat(0) : i16x8.shl(rm(u), n));
}

export function pslld_P_Q(u: u32): i32 {
  const s = source(u, 8);
  if (!s) return fault();
  const n = count(s, 32);
  return put(u, n > 31 ? i64x2.splat(0) : i32x4.shl(dst(u), n));
}

export function pslld_N_I(u: u32): i32 {
  if (!ready()) return fault();
  const n = immediate(u, 32);
  return putRm(u, n > 31 ? i64x2.splat(0) : i32x4.shl(rm(u), n));
}

export function psllq_P_Q(u: u32): i32 {
  const s = source(u, 8);
  if (!s) return fault();
  const n = count(s, 64);
  return put(u, n > 63 ? i64x2.splat(0) : i64x2.shl(dst(u), n));
}

export function psllq_N_I(u: u32): i32 {
  if (!ready()) return fault();
  const n = immediate(u, 64);
  return putRm(u, n > 63 ? i64x2.splat(0) : i64x2.shl(rm(u), n));
}
