import { fault } from '../../mmu/access';
import { dst, put, source } from './state';

/** Packed comparison of MMX registers: all ones where it holds. */

export function pcmpeqb_P_Q(u: u32): i32 {
  const s = source(u, 8);
  return s ? put(u, i8x16.eq(dst(u), v128.load64_zero(s))) : fault();
}

export function pcmpeqw_P_Q(u: u32): i32 {
  const s = source(u, 8);
  return s ? put(u, i16x8.eq(dst(u), v128.load64_zero(s))) : fault();
}

export function pcmpeqd_P_Q(u: u32): i32 {
  const s = source(u, 8);
  return s ? put(u, i32x4.eq(dst(u), v128.load64_zero(s))) : fault();
}

export function pcmpgtb_P_Q(u: u32): i32 {
  const s = source(u, 8);
  return s ? put(u, i8x16.gt_s(dst(u), v128.load64_zero(s))) : fault();
}

export function pcmpgtw_P_Q(u: u32): i32 {
  const s = source(u, 8);
  return s ? put(u, i16x8.gt_s(dst(u), v128.load64_zero(s))) : fault();
}

export function pcmpgtd_P_Q(u: u32): i32 {
  const s = source(u, 8);
  return s ? put(u, i32x4.gt_s(dst(u), v128.load64_zero(s))) : fault();
}
