import { rmReadXmmAligned } from '../../cpu/operands';
import { fault } from '../../mmu/access';
import { dst, put } from './operand';

/** Packed integer addition and subtraction: wrapping, signed and unsigned saturation (SDM volume 1, §11.3.3, §9.4.1). */

export function paddb_V_W(u: u32): i32 {
  const s = rmReadXmmAligned(u);
  return s ? put(u, i8x16.add(dst(u), v128.load(s))) : fault();
}

export function paddw_V_W(u: u32): i32 {
  const s = rmReadXmmAligned(u);
  return s ? put(u, i16x8.add(dst(u), v128.load(s))) : fault();
}

export function paddd_V_W(u: u32): i32 {
  const s = rmReadXmmAligned(u);
  return s ? put(u, i32x4.add(dst(u), v128.load(s))) : fault();
}

export function paddq_V_W(u: u32): i32 {
  const s = rmReadXmmAligned(u);
  return s ? put(u, i64x2.add(dst(u), v128.load(s))) : fault();
}

export function paddsb_V_W(u: u32): i32 {
  const s = rmReadXmmAligned(u);
  return s ? put(u, i8x16.add_sat_s(dst(u), v128.load(s))) : fault();
}

export function paddsw_V_W(u: u32): i32 {
  const s = rmReadXmmAligned(u);
  return s ? put(u, i16x8.add_sat_s(dst(u), v128.load(s))) : fault();
}

export function paddusb_V_W(u: u32): i32 {
  const s = rmReadXmmAligned(u);
  return s ? put(u, i8x16.add_sat_u(dst(u), v128.load(s))) : fault();
}

export function paddusw_V_W(u: u32): i32 {
  const s = rmReadXmmAligned(u);
  return s ? put(u, i16x8.add_sat_u(dst(u), v128.load(s))) : fault();
}

export function psubb_V_W(u: u32): i32 {
  const s = rmReadXmmAligned(u);
  return s ? put(u, i8x16.sub(dst(u), v128.load(s))) : fault();
}

export function psubw_V_W(u: u32): i32 {
  const s = rmReadXmmAligned(u);
  return s ? put(u, i16x8.sub(dst(u), v128.load(s))) : fault();
}

export function psubd_V_W(u: u32): i32 {
  const s = rmReadXmmAligned(u);
  return s ? put(u, i32x4.sub(dst(u), v128.load(s))) : fault();
}

export function psubq_V_W(u: u32): i32 {
  const s = rmReadXmmAligned(u);
  return s ? put(u, i64x2.sub(dst(u), v128.load(s))) : fault();
}

export function psubsb_V_W(u: u32): i32 {
  const s = rmReadXmmAligned(u);
  return s ? put(u, i8x16.sub_sat_s(dst(u), v128.load(s))) : fault();
}

export function psubsw_V_W(u: u32): i32 {
  const s = rmReadXmmAligned(u);
  return s ? put(u, i16x8.sub_sat_s(dst(u), v128.load(s))) : fault();
}

export function psubusb_V_W(u: u32): i32 {
  const s = rmReadXmmAligned(u);
  return s ? put(u, i8x16.sub_sat_u(dst(u), v128.load(s))) : fault();
}

export function psubusw_V_W(u: u32): i32 {
  const s = rmReadXmmAligned(u);
  return s ? put(u, i16x8.sub_sat_u(dst(u), v128.load(s))) : fault();
}
