import { fault } from '../../mmu/access';
import { absoluteDifferences, evenProducts, highSigned, highUnsigned } from '../sse/lanes';
import { dst, put, source } from './state';

/** Packed products of MMX registers, pmaddwd and psadbw. */

export function pmullw_P_Q(u: u32): i32 {
  const s = source(u, 8);
  return s ? put(u, i16x8.mul(dst(u), v128.load64_zero(s))) : fault();
}

export function pmulhw_P_Q(u: u32): i32 {
  const s = source(u, 8);
  return s ? put(u, highSigned(dst(u), v128.load64_zero(s))) : fault();
}

export function pmulhuw_P_Q(u: u32): i32 {
  const s = source(u, 8);
  return s ? put(u, highUnsigned(dst(u), v128.load64_zero(s))) : fault();
}

export function pmuludq_P_Q(u: u32): i32 {
  const s = source(u, 8);
  return s ? put(u, evenProducts(dst(u), v128.load64_zero(s))) : fault();
}

export function pmaddwd_P_Q(u: u32): i32 {
  const s = source(u, 8);
  return s ? put(u, i32x4.dot_i16x8_s(dst(u), v128.load64_zero(s))) : fault();
}

export function psadbw_P_Q(u: u32): i32 {
  const s = source(u, 8);
  return s ? put(u, absoluteDifferences(dst(u), v128.load64_zero(s))) : fault();
}
