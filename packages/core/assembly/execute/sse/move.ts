import { rmReadXmm, rmReadXmmAligned } from '../../cpu/operands';
import { fault } from '../../mmu/access';
import { put, store128, store128Aligned } from './operand';

/**
 * Moves of 128 bits: aligned (movaps, movapd, movdqa and the non-temporal stores, which are plain stores to a program)
 * and unaligned (movups, movupd, movdqu).
 */

export function mova_V_W(u: u32): i32 {
  const s = rmReadXmmAligned(u);
  return s ? put(u, v128.load(s)) : fault();
}

export function mova_W_V(u: u32): i32 {
  return store128Aligned(u);
}

export function movu_V_W(u: u32): i32 {
  const s = rmReadXmm(u, 16);
  return s ? put(u, v128.load(s)) : fault();
}

export function movu_W_V(u: u32): i32 {
  return store128(u);
}
