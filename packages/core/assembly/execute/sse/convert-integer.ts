import { Status } from '../../../../abi/src/machine/exits';
import { rmRead, rmReadXmm, setReg, uReg, xmm } from '../../cpu/operands';
import {
  f32_to_i32, f32_to_i32_trunc, f32_to_i64, f32_to_i64_trunc, f64_to_i32, f64_to_i32_trunc, f64_to_i64, f64_to_i64_trunc, i32_to_f32,
  i64_to_f32, i64_to_f64,
} from '../../fpu/softfloat';
import { fault } from '../../mmu/access';
import { begin, commit, floatingPointException, precisionSeen } from './mxcsr';

/**
 * Conversions between the low element and a general register, T = u32 or u64 (the operand size). Out of range and NaN give the
 * integer indefinite, only the sign bit. Denormal operands raise no DE here.
 */

export function cvtsi2sd<T>(u: u32): i32 {
  const s = rmRead(u, sizeof<T>());
  if (!s) return fault();
  const d = xmm(uReg(u));
  if (sizeof<T>() == 4) {
    store<f64>(d, <f64>load<i32>(s));
    return Status.Next;
  }
  const a = load<i64>(s);
  if (isExact(a, 53) || precisionSeen()) {
    store<f64>(d, <f64>a);
    return Status.Next;
  }
  begin();
  const r = i64_to_f64(a);
  if (!commit()) return floatingPointException();
  store<u64>(d, r);
  return Status.Next;
}

export function cvtsi2ss<T>(u: u32): i32 {
  const s = rmRead(u, sizeof<T>());
  if (!s) return fault();
  const d = xmm(uReg(u));
  const a: i64 = sizeof<T>() == 4 ? <i64>load<i32>(s) : load<i64>(s);
  if (isExact(a, 24) || precisionSeen()) {
    store<f32>(d, <f32>a);
    return Status.Next;
  }
  begin();
  const r = sizeof<T>() == 4 ? i32_to_f32(<i32>a) : i64_to_f32(a);
  if (!commit()) return floatingPointException();
  store<u32>(d, r);
  return Status.Next;
}

export function cvttsd2si<T>(u: u32): i32 {
  const s = rmReadXmm(u, 8);
  if (!s) return fault();
  const a = load<f64>(s);
  const whole = trunc<f64>(a);
  if (abs<f64>(whole) < limit<T>() && (whole == a || precisionSeen())) return put<T>(u, <i64>whole);
  begin();
  const r = sizeof<T>() == 4 ? <i64>f64_to_i32_trunc(load<u64>(s)) : f64_to_i64_trunc(load<u64>(s));
  return commit() ? put<T>(u, r) : floatingPointException();
}

export function cvtsd2si<T>(u: u32): i32 {
  const s = rmReadXmm(u, 8);
  if (!s) return fault();
  const a = load<f64>(s);
  const whole = nearest<f64>(a);
  if (abs<f64>(whole) < limit<T>() && (whole == a || precisionSeen())) return put<T>(u, <i64>whole);
  begin();
  const r = sizeof<T>() == 4 ? <i64>f64_to_i32(load<u64>(s)) : f64_to_i64(load<u64>(s));
  return commit() ? put<T>(u, r) : floatingPointException();
}

export function cvttss2si<T>(u: u32): i32 {
  const s = rmReadXmm(u, 4);
  if (!s) return fault();
  const a = <f64>load<f32>(s);
  const whole = trunc<f64>(a);
  if (abs<f64>(whole) < limit<T>() && (whole == a || precisionSeen())) return put<T>(u, <i64>whole);
  begin();
  const r = sizeof<T>() == 4 ? <i64>f32_to_i32_trunc(load<u32>(s)) : f32_to_i64_trunc(load<u32>(s));
  return commit() ? put<T>(u, r) : floatingPointException();
}

export function cvtss2si<T>(u: u32): i32 {
  const s = rmReadXmm(u, 4);
  if (!s) return fault();
  const a = <f64>load<f32>(s);
  const whole = nearest<f64>(a);
  if (abs<f64>(whole) < limit<T>() && (whole == a || precisionSeen())) return put<T>(u, <i64>whole);
  begin();
  const r = sizeof<T>() == 4 ? <i64>f32_to_i32(load<u32>(s)) : f32_to_i64(load<u32>(s));
  return commit() ? put<T>(u, r) : floatingPointException();
}

@inline
function put<T>(u: u32, value: i64): i32 {
  setReg<T>(uReg(u), <T>value);
  return Status.Next;
}

/** Whatever lies below it in magnitude fits the signed integer. */
@inline
function limit<T>(): f64 {
  return sizeof<T>() == 4 ? 2147483648.0 : 9223372036854775808.0;
}

/** |a| ≤ 2^bits: converts exactly. */
@inline
function isExact(a: i64, bits: i64): bool {
  return <u64>(a + (<i64>1 << bits)) <= <u64>2 << <u64>bits;
}
