import { fault } from '../../mmu/access';
import { dst, put, source } from './state';

/** Packed minimum, maximum and rounded average of MMX registers. */

export function pminub_P_Q(u: u32): i32 {
  const s = source(u, 8);
  return s ? put(u, i8x16.min_u(dst(u), v128.load64_zero(s))) : fault();
}

export function pmaxub_P_Q(u: u32): i32 {
  const s = source(u, 8);
  return s ? put(u, i8x16.max_u(dst(u), v128.load64_zero(s))) : fault();
}

export function pminsw_P_Q(u: u32): i32 {
  const s = source(u, 8);
  return s ? put(u, i16x8.min_s(dst(u), v128.load64_zero(s))) : fault();
}

export function pmaxsw_P_Q(u: u32): i32 {
  const s = source(u, 8);
  return s ? put(u, i16x8.max_s(dst(u), v128.load64_zero(s))) : fault();
}

export function pavgb_P_Q(u: u32): i32 {
  const s = source(u, 8);
  return s ? put(u, i8x16.avgr_u(dst(u), v128.load64_zero(s))) : fault();
}

export function pavgw_P_Q(u: u32): i32 {
  const s = source(u, 8);
  return s ? put(u, i16x8.avgr_u(dst(u), v128.load64_zero(s))) : fault();
}
