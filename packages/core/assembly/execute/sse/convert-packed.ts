import { Status } from '../../../../abi/src/machine/exits';
import { rmReadXmm, rmReadXmmAligned, uReg, xmm } from '../../cpu/operands';
import { f32_to_i32, f32_to_i32_trunc, f64_to_i32, f64_to_i32_trunc, i32_to_f32 } from '../../fpu/softfloat';
import { fault } from '../../mmu/access';
import { put } from './operand';
import { begin, commit, floatingPointException, precisionSeen } from './mxcsr';

/** Conversions between packed 32-bit integers and packed floating-point numbers. */

/** Always exact. */
export function cvtdq2pd(u: u32): i32 {
  const s = rmReadXmm(u, 8);
  return s ? put(u, f64x2.convert_low_i32x4_s(v128.load64_zero(s))) : fault();
}

export function cvtdq2ps(u: u32): i32 {
  const s = rmReadXmmAligned(u);
  if (!s) return fault();
  const a = v128.load(s);
  if (precisionSeen() || i32x4.all_true(i32x4.le_u(i32x4.abs(a), i32x4.splat(1 << 24)))) return put(u, f32x4.convert_i32x4_s(a));
  begin();
  const r0 = i32_to_f32(load<i32>(s));
  const r1 = i32_to_f32(load<i32>(s, 4));
  const r2 = i32_to_f32(load<i32>(s, 8));
  const r3 = i32_to_f32(load<i32>(s, 12));
  return finish(u, r0, r1, r2, r3);
}

export function cvtps2dq(u: u32): i32 {
  const s = rmReadXmmAligned(u);
  if (!s) return fault();
  const a = v128.load(s);
  const whole = f32x4.nearest(a);
  if (areInts(a, whole)) return put(u, i32x4.trunc_sat_f32x4_s(whole));
  begin();
  const r0 = f32_to_i32(load<u32>(s));
  const r1 = f32_to_i32(load<u32>(s, 4));
  const r2 = f32_to_i32(load<u32>(s, 8));
  const r3 = f32_to_i32(load<u32>(s, 12));
  return finish(u, r0, r1, r2, r3);
}

export function cvttps2dq(u: u32): i32 {
  const s = rmReadXmmAligned(u);
  if (!s) return fault();
  const a = v128.load(s);
  const whole = f32x4.trunc(a);
  if (areInts(a, whole)) return put(u, i32x4.trunc_sat_f32x4_s(whole));
  begin();
  const r0 = f32_to_i32_trunc(load<u32>(s));
  const r1 = f32_to_i32_trunc(load<u32>(s, 4));
  const r2 = f32_to_i32_trunc(load<u32>(s, 8));
  const r3 = f32_to_i32_trunc(load<u32>(s, 12));
  return finish(u, r0, r1, r2, r3);
}

export function cvtpd2dq(u: u32): i32 {
  const s = rmReadXmmAligned(u);
  if (!s) return fault();
  const a = v128.load(s);
  const whole = f64x2.nearest(a);
  if (areIntsPd(a, whole)) return put(u, i32x4.trunc_sat_f64x2_s_zero(whole));
  begin();
  const r0 = f64_to_i32(load<u64>(s));
  const r1 = f64_to_i32(load<u64>(s, 8));
  return finish(u, r0, r1, 0, 0);
}

export function cvttpd2dq(u: u32): i32 {
  const s = rmReadXmmAligned(u);
  if (!s) return fault();
  const a = v128.load(s);
  const whole = f64x2.trunc(a);
  if (areIntsPd(a, whole)) return put(u, i32x4.trunc_sat_f64x2_s_zero(whole));
  begin();
  const r0 = f64_to_i32_trunc(load<u64>(s));
  const r1 = f64_to_i32_trunc(load<u64>(s, 8));
  return finish(u, r0, r1, 0, 0);
}

/** The rounded values `whole` fit, and nobody sees whether they are exact. */
@inline
function areInts(a: v128, whole: v128): bool {
  const fits = f32x4.lt(f32x4.abs(whole), f32x4.splat(2147483648.0));
  return i32x4.all_true(precisionSeen() ? fits : v128.and(fits, f32x4.eq(a, whole)));
}

@inline
function areIntsPd(a: v128, whole: v128): bool {
  const fits = f64x2.lt(f64x2.abs(whole), f64x2.splat(2147483648.0));
  return i64x2.all_true(precisionSeen() ? fits : v128.and(fits, f64x2.eq(a, whole)));
}

function finish(u: u32, r0: u32, r1: u32, r2: u32, r3: u32): i32 {
  if (!commit()) return floatingPointException();
  const d = xmm(uReg(u));
  store<u32>(d, r0);
  store<u32>(d, r1, 4);
  store<u32>(d, r2, 8);
  store<u32>(d, r3, 12);
  return Status.Next;
}
