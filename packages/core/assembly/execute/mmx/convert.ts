import { Status } from '../../../../abi/src/machine/exits';
import { rmReadXmm, rmReadXmmAligned, uReg, xmm } from '../../cpu/operands';
import { f32_to_i32, f32_to_i32_trunc, f64_to_i32, f64_to_i32_trunc, i32_to_f32 } from '../../fpu/softfloat';
import { fault } from '../../mmu/access';
import { begin, commit, floatingPointException } from '../sse/mxcsr';
import { enter, ready, setMm, source } from './state';

/** Conversions between two 32-bit integers in an MMX register and floating-point numbers in an XMM register. */

/** The upper half of the destination stays. */
export function cvtpi2ps(u: u32): i32 {
  const s = source(u, 8);
  if (!s) return fault();
  begin();
  const r0 = i32_to_f32(load<i32>(s));
  const r1 = i32_to_f32(load<i32>(s, 4));
  if (!commit()) return floatingPointException();
  const d = xmm(uReg(u));
  store<u32>(d, r0);
  store<u32>(d, r1, 4);
  enter();
  return Status.Next;
}

/** Always exact. */
export function cvtpi2pd(u: u32): i32 {
  const s = source(u, 8);
  if (!s) return fault();
  v128.store(xmm(uReg(u)), f64x2.convert_low_i32x4_s(v128.load64_zero(s)));
  enter();
  return Status.Next;
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
  if (!commit()) return floatingPointException();
  setMm(uReg(u), <u64>low | (<u64>high << 32));
  return Status.Next;
}
