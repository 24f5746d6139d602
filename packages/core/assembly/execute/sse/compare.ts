import { rmReadXmmAligned } from '../../cpu/operands';
import { fault } from '../../mmu/access';
import { dst, put } from './operand';

/** Packed integer comparison: all ones where it holds. */

export function pcmpeqb_V_W(u: u32): i32 {
  const s = rmReadXmmAligned(u);
  return s ? put(u, i8x16.eq(dst(u), v128.load(s))) : fault();
}

export function pcmpeqw_V_W(u: u32): i32 {
  const s = rmReadXmmAligned(u);
  return s ? put(u, i16x8.eq(dst(u), v128.load(s))) : fault();
}

export function pcmpeqd_V_W(u: u32): i32 {
  const s = rmReadXmmAligned(u);
  return s ? put(u, i32x4.eq(dst(u), v128.load(s))) : fault();
}

export function pcmpgtb_V_W(u: u32): i32 {
  const s = rmReadXmmAligned(u);
  return s ? put(u, i8x16.gt_s(dst(u), v128.load(s))) : fault();
}

export function pcmpgtw_V_W(u: u32): i32 {
  const s = rmReadXmmAligned(u);
  return s ? put(u, i16x8.gt_s(dst(u), v128.load(s))) : fault();
}

export function pcmpgtd_V_W(u: u32): i32 {
  const s = rmReadXmmAligned(u);
  return s ? put(u, i32x4.gt_s(dst(u), v128.load(s))) : fault();
}
