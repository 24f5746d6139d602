import { Status } from '../../../../abi/src/machine/exits';
import { ea, isReg, rmReadXmm, rmReadXmmAligned, uReg, xmm } from '../../cpu/operands';
import { f32_to_i32, f32_to_i32_trunc, f64_to_i32, f64_to_i32_trunc, i32_to_f32 } from '../../fpu/softfloat';
import { fault, rd } from '../../mmu/access';
import { begin, commit, floatingPointException } from '../sse/mxcsr';
import { enter, ready, setMm, source } from './state';

/**
 * Conversions between two 32-bit integers in an MMX register and floating-point numbers in an XMM register. With a memory
 * operand cvtpi2ps and cvtpi2pd touch no MMX register: there is no change from x87 to MMX, and no wait for x87 exceptions (SDM,
 * CVTPI2PD; processors treat CVTPI2PS alike). Otherwise the change comes even when the conversion ends in #XM.
 */

/** The upper half of the destination stays. */
export function cvtpi2ps(u: u32): i32 {
  const s = integers(u);
  if (!s) return fault();
  begin();
  const r0 = i32_to_f32(load<i32>(s));
  const r1 = i32_to_f32(load<i32>(s, 4));
  if (isReg(u)) enter();
  if (!commit()) return floatingPointException();
  const d = xmm(uReg(u));
  store<u32>(d, r0);
  store<u32>(d, r1, 4);
  return Status.Next;
}

/** Always exact. */
export function cvtpi2pd(u: u32): i32 {
  const s = integers(u);
  if (!s) return fault();
  v128.store(xmm(uReg(u)), f64x2.convert_low_i32x4_s(v128.load64_zero(s)));
  if (isReg(u)) enter();
  return Status.Next;
}

@inline
function integers(u: u32): u32 {
  return isReg(u) ? source(u, 8) : rd(ea(u), 8);
}

export function cvtps2pi(u: u32): i32 {
  const s = ready() ? rmReadXmm(u, 8) : 0;
  if (!s) return fault();
  begin();
  const r0 = f32_to_i32(load<u32>(s));
  const r1 = f32_to_i32(load<u32>(s, 4));
  return finish(u, r0, r1);
}

export function cvttps2pi(u: u32): i32 {
  const s = ready() ? rmReadXmm(u, 8) : 0;
  if (!s) return fault();
  begin();
  const r0 = f32_to_i32_trunc(load<u32>(s));
  const r1 = f32_to_i32_trunc(load<u32>(s, 4));
  return finish(u, r0, r1);
}

export function cvtpd2pi(u: u32): i32 {
  const s = ready() ? rmReadXmmAligned(u) : 0;
  if (!s) return fault();
  begin();
  const r0 = f64_to_i32(load<u64>(s));
  const r1 = f64_to_i32(load<u64>(s, 8));
  return finish(u, r0, r1);
}

export function cvttpd2pi(u: u32): i32 {
  const s = ready() ? rmReadXmmAligned(u) : 0;
  if (!s) return fault();
  begin();
  const r0 = f64_to_i32_trunc(load<u64>(s));
  const r1 = f64_to_i32_trunc(load<u64>(s, 8));
  return finish(u, r0, r1);
}

function finish(u: u32, low: u32, high: u32): i32 {
  enter();
  if (!commit()) return floatingPointException();
  setMm(uReg(u), <u64>low | (<u64>high << 32));
  return Status.Next;
}
