import { Status } from '../../../../abi/src/machine/exits';
import { rmReadXmm, rmReadXmmAligned, uReg, xmm } from '../../cpu/operands';
import { fault } from '../../mmu/access';
import { reciprocal, reciprocalRoot } from './approx-tables';

/**
 * rcpps, rcpss, rsqrtps, rsqrtss: approximations with a relative error of at most 1.5 × 2^-12. MXCSR plays no part, and no flag
 * is raised; denormal operands count as zeros, and tiny results become zeros. The SDM leaves the bits to the processor.
 */
const SIGN: u32 = 0x8000_0000;
const INFINITY: u32 = 0x7f80_0000;
const QUIET: u32 = 0x0040_0000;
const DEFAULT_NAN: u32 = 0xffc0_0000;

export function rcpss(u: u32): i32 {
  const s = rmReadXmm(u, 4);
  if (!s) return fault();
  store<u32>(xmm(uReg(u)), approximateReciprocal(load<u32>(s)));
  return Status.Next;
}

export function rcpps(u: u32): i32 {
  const s = rmReadXmmAligned(u);
  if (!s) return fault();
  const d = xmm(uReg(u));
  for (let i: u32 = 0; i < 16; i += 4) store<u32>(d + i, approximateReciprocal(load<u32>(s + i)));
  return Status.Next;
}

export function rsqrtss(u: u32): i32 {
  const s = rmReadXmm(u, 4);
  if (!s) return fault();
  store<u32>(xmm(uReg(u)), approximateRoot(load<u32>(s)));
  return Status.Next;
}

export function rsqrtps(u: u32): i32 {
  const s = rmReadXmmAligned(u);
  if (!s) return fault();
  const d = xmm(uReg(u));
  for (let i: u32 = 0; i < 16; i += 4) store<u32>(d + i, approximateRoot(load<u32>(s + i)));
  return Status.Next;
}

function approximateReciprocal(x: u32): u32 {
  const sign = x & SIGN;
  const magnitude = x & ~SIGN;
  if (magnitude > INFINITY) return x | QUIET;
  const exponent = magnitude >> 23;
  if (exponent == 0) return sign | INFINITY;
  // The result for an exponent of 127 has 126; the sum of the exponents stays the same.
  if (exponent >= 253) return sign;
  return sign | (reciprocal((x >> 11) & 0xfff) + ((127 - exponent) << 23));
}

function approximateRoot(x: u32): u32 {
  const magnitude = x & ~SIGN;
  if (magnitude > INFINITY) return x | QUIET;
  const exponent = magnitude >> 23;
  if (exponent == 0) return (x & SIGN) | INFINITY;
  if (x & SIGN) return DEFAULT_NAN;
  if (exponent == 255) return 0;
  const odd = (exponent - 127) & 1;
  const half = (<i32>exponent - 127 - <i32>odd) >> 1;
  return reciprocalRoot(((x >> 11) & 0xfff) | (odd << 12)) - (<u32>half << 23);
}
