import { fault } from '../../mmu/access';
import { dst, put, source } from './state';

/** Packed addition and subtraction of MMX registers: wrapping, signed and unsigned saturation (SDM volume 1, §9.4.1). */

export function paddb_P_Q(u: u32): i32 {
  const s = source(u, 8);
  return s ? put(u, i8x16.add(dst(u), v128.load64_zero(s))) : fault();
}

export function paddw_P_Q(u: u32): i32 {
  const s = source(u, 8);
  return s ? put(u, i16x8.add(dst(u), v128.load64_zero(s))) : fault();
}

export function paddd_P_Q(u: u32): i32 {
  const s = source(u, 8);
  return s ? put(u, i32x4.add(dst(u), v128.load64_zero(s))) : fault();
}

export function paddq_P_Q(u: u32): i32 {
  const s = source(u, 8);
  return s ? put(u, i64x2.add(dst(u), v128.load64_zero(s))) : fault();
}

export function paddsb_P_Q(u: u32): i32 {
  const s = source(u, 8);
  return s ? put(u, i8x16.add_sat_s(dst(u), v128.load64_zero(s))) : fault();
}

export function paddsw_P_Q(u: u32): i32 {
  const s = source(u, 8);
  return s ? put(u, i16x8.add_sat_s(dst(u), v128.load64_zero(s))) : fault();
}

export function paddusb_P_Q(u: u32): i32 {
  const s = source(u, 8);
  return s ? put(u, i8x16.add_sat_u(dst(u), v128.load64_zero(s))) : fault();
}

export function paddusw_P_Q(u: u32): i32 {
  const s = source(u, 8);
  return s ? put(u, i16x8.add_sat_u(dst(u), v128.load64_zero(s))) : fault();
}

export function psubb_P_Q(u: u32): i32 {
  const s = source(u, 8);
  return s ? put(u, i8x16.sub(dst(u), v128.load64_zero(s))) : fault();
}

export function psubw_P_Q(u: u32): i32 {
  const s = source(u, 8);
  return s ? put(u, i16x8.sub(dst(u), v128.load64_zero(s))) : fault();
}

export function psubd_P_Q(u: u32): i32 {
  const s = source(u, 8);
  return s ? put(u, i32x4.sub(dst(u), v128.load64_zero(s))) : fault();
}

export function psubq_P_Q(u: u32): i32 {
  const s = source(u, 8);
  return s ? put(u, i64x2.sub(dst(u), v128.load64_zero(s))) : fault();
}

export function psubsb_P_Q(u: u32): i32 {
  const s = source(u, 8);
  return s ? put(u, i8x16.sub_sat_s(dst(u), v128.load64_zero(s))) : fault();
}

export function psubsw_P_Q(u: u32): i32 {
  const s = source(u, 8);
  return s ? put(u, i16x8.sub_sat_s(dst(u), v128.load64_zero(s))) : fault();
}

export function psubusb_P_Q(u: u32): i32 {
  const s = source(u, 8);
  return s ? put(u, i8x16.sub_sat_u(dst(u), v128.load64_zero(s))) : fault();
}

export function psubusw_P_Q(u: u32): i32 {
  const s = source(u, 8);
  return s ? put(u, i16x8.sub_sat_u(dst(u), v128.load64_zero(s))) : fault();
}
