import { rmReadXmmAligned } from '../../cpu/operands';
import { fault } from '../../mmu/access';
import { dst, put } from './operand';

/** Bitwise operations; the floating-point names (andps, xorpd …) are the same functions. */

export function pand_V_W(u: u32): i32 {
  const s = rmReadXmmAligned(u);
  return s ? put(u, v128.and(dst(u), v128.load(s))) : fault();
}

export function pandn_V_W(u: u32): i32 {
  const s = rmReadXmmAligned(u);
  return s ? put(u, v128.andnot(v128.load(s), dst(u))) : fault();
}

export function por_V_W(u: u32): i32 {
  const s = rmReadXmmAligned(u);
  return s ? put(u, v128.or(dst(u), v128.load(s))) : fault();
}

export function pxor_V_W(u: u32): i32 {
  const s = rmReadXmmAligned(u);
  return s ? put(u, v128.xor(dst(u), v128.load(s))) : fault();
}
