import { fault } from '../../mmu/access';
import { dst, put, source } from './state';

/** Bitwise operations on MMX registers. */

export function pand_P_Q(u: u32): i32 {
  const s = source(u, 8);
  return s ? put(u, v128.and(dst(u), v128.load64_zero(s))) : fault();
}

export function pandn_P_Q(u: u32): i32 {
  const s = source(u, 8);
  return s ? put(u, v128.andnot(v128.load64_zero(s), dst(u))) : fault();
}

export function por_P_Q(u: u32): i32 {
  const s = source(u, 8);
  return s ? put(u, v128.or(dst(u), v128.load64_zero(s))) : fault();
}

export function pxor_P_Q(u: u32): i32 {
  const s = source(u, 8);
  return s ? put(u, v128.xor(dst(u), v128.load64_zero(s))) : fault();
}
