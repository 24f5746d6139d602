import { rmReadXmmAligned } from '../../cpu/operands';
import { fault } from '../../mmu/access';
import { dst, put } from './operand';

/** Interleaving and packing with saturation; unpcklps, unpckhps, unpcklpd and unpckhpd are punpckldq … punpckhqdq. */

export function punpcklbw_V_W(u: u32): i32 {
  const s = rmReadXmmAligned(u);
  return s ? put(u, i8x16.shuffle(dst(u), v128.load(s), 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)) : fault();
}

export function punpckhbw_V_W(u: u32): i32 {
  const s = rmReadXmmAligned(u);
  return s ? put(u, i8x16.shuffle(dst(u), v128.load(s), 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31)) : fault();
}

export function punpcklwd_V_W(u: u32): i32 {
  const s = rmReadXmmAligned(u);
  return s ? put(u, i16x8.shuffle(dst(u), v128.load(s), 0, 8, 1, 9, 2, 10, 3, 11)) : fault();
}

export function punpckhwd_V_W(u: u32): i32 {
  const s = rmReadXmmAligned(u);
  return s ? put(u, i16x8.shuffle(dst(u), v128.load(s), 4, 12, 5, 13, 6, 14, 7, 15)) : fault();
}

export function punpckldq_V_W(u: u32): i32 {
  const s = rmReadXmmAligned(u);
  return s ? put(u, i32x4.shuffle(dst(u), v128.load(s), 0, 4, 1, 5)) : fault();
}

export function punpckhdq_V_W(u: u32): i32 {
  const s = rmReadXmmAligned(u);
  return s ? put(u, i32x4.shuffle(dst(u), v128.load(s), 2, 6, 3, 7)) : fault();
}

export function punpcklqdq(u: u32): i32 {
  const s = rmReadXmmAligned(u);
  return s ? put(u, i64x2.shuffle(dst(u), v128.load(s), 0, 2)) : fault();
}

export function punpckhqdq(u: u32): i32 {
  const s = rmReadXmmAligned(u);
  return s ? put(u, i64x2.shuffle(dst(u), v128.load(s), 1, 3)) : fault();
}

export function packsswb_V_W(u: u32): i32 {
  const s = rmReadXmmAligned(u);
  return s ? put(u, i8x16.narrow_i16x8_s(dst(u), v128.load(s))) : fault();
}

export function packuswb_V_W(u: u32): i32 {
  const s = rmReadXmmAligned(u);
  return s ? put(u, i8x16.narrow_i16x8_u(dst(u), v128.load(s))) : fault();
}

export function packssdw_V_W(u: u32): i32 {
  const s = rmReadXmmAligned(u);
  return s ? put(u, i16x8.narrow_i32x4_s(dst(u), v128.load(s))) : fault();
}
