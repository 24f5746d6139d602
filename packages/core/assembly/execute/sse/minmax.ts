import { rmReadXmmAligned } from '../../cpu/operands';
import { fault } from '../../mmu/access';
import { dst, put } from './operand';

/** Packed integer minimum, maximum and rounded average. */

export function pminub_V_W(u: u32): i32 {
  const s = rmReadXmmAligned(u);
  return s ? put(u, i8x16.min_u(dst(u), v128.load(s))) : fault();
}

export function pmaxub_V_W(u: u32): i32 {
  const s = rmReadXmmAligned(u);
  return s ? put(u, i8x16.max_u(dst(u), v128.load(s))) : fault();
}

export function pminsw_V_W(u: u32): i32 {
  const s = rmReadXmmAligned(u);
  return s ? put(u, i16x8.min_s(dst(u), v128.load(s))) : fault();
}

export function pmaxsw_V_W(u: u32): i32 {
  const s = rmReadXmmAligned(u);
  return s ? put(u, i16x8.max_s(dst(u), v128.load(s))) : fault();
}

export function pavgb_V_W(u: u32): i32 {
  const s = rmReadXmmAligned(u);
  return s ? put(u, i8x16.avgr_u(dst(u), v128.load(s))) : fault();
}

export function pavgw_V_W(u: u32): i32 {
  const s = rmReadXmmAligned(u);
  return s ? put(u, i16x8.avgr_u(dst(u), v128.load(s))) : fault();
}
