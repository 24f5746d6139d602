import { rmReadXmmAligned } from '../../cpu/operands';
import { fault } from '../../mmu/access';
import { absoluteDifferences, evenProducts, highSigned, highUnsigned } from './lanes';
import { dst, put } from './operand';

/** Packed integer products, pmaddwd and psadbw. */

export function pmullw_V_W(u: u32): i32 {
  const s = rmReadXmmAligned(u);
  return s ? put(u, i16x8.mul(dst(u), v128.load(s))) : fault();
}

export function pmulhw_V_W(u: u32): i32 {
  const s = rmReadXmmAligned(u);
  return s ? put(u, highSigned(dst(u), v128.load(s))) : fault();
}

export function pmulhuw_V_W(u: u32): i32 {
  const s = rmReadXmmAligned(u);
  return s ? put(u, highUnsigned(dst(u), v128.load(s))) : fault();
}

export function pmuludq_V_W(u: u32): i32 {
  const s = rmReadXmmAligned(u);
  return s ? put(u, evenProducts(dst(u), v128.load(s))) : fault();
}

export function pmaddwd_V_W(u: u32): i32 {
  const s = rmReadXmmAligned(u);
  return s ? put(u, i32x4.dot_i16x8_s(dst(u), v128.load(s))) : fault();
}

export function psadbw_V_W(u: u32): i32 {
  const s = rmReadXmmAligned(u);
  return s ? put(u, absoluteDifferences(dst(u), v128.load(s))) : fault();
}
