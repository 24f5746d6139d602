import { Status } from '../../../../abi/src/machine/exits';
import { rmReadXmm, rmReadXmmAligned, uReg, xmm } from '../../cpu/operands';
import { f32_to_f64, f64_to_f32 } from '../../fpu/softfloat';
import { fault } from '../../mmu/access';
import { notDenormal, plain, plainPd, plainPs, wellInside, wellInsidePs } from './classes';
import { begin, commit, defaultModes, floatingPointException, precisionSeen } from './mxcsr';

/** Conversions between single and double precision. The wider result is always exact. */

export function cvtss2sd(u: u32): i32 {
  const s = rmReadXmm(u, 4);
  if (!s) return fault();
  const d = xmm(uReg(u));
  const a = load<f32>(s);
  if (plain<f32>(a)) {
    store<f64>(d, <f64>a);
    return Status.Next;
  }
  begin();
  const r = f32_to_f64(load<u32>(s));
  if (!commit()) return floatingPointException();
  store<u64>(d, r);
  return Status.Next;
}

export function cvtsd2ss(u: u32): i32 {
  const s = rmReadXmm(u, 8);
  if (!s) return fault();
  const d = xmm(uReg(u));
  const a = load<f64>(s);
  const r = <f32>a;
  const quiet = notDenormal<f64>(a) && (wellInside<f32>(r) || a == 0);
  if (quiet && (precisionSeen() || (defaultModes() && <f64>r == a))) {
    store<f32>(d, r);
    return Status.Next;
  }
  begin();
  const soft = f64_to_f32(load<u64>(s));
  if (!commit()) return floatingPointException();
  store<u32>(d, soft);
  return Status.Next;
}

export function cvtps2pd(u: u32): i32 {
  const s = rmReadXmm(u, 8);
  if (!s) return fault();
  const d = xmm(uReg(u));
  const a = v128.load64_zero(s);
  if (i32x4.all_true(plainPs(a))) {
    v128.store(d, f64x2.promote_low_f32x4(a));
    return Status.Next;
  }
  begin();
  const r0 = f32_to_f64(load<u32>(s));
  const r1 = f32_to_f64(load<u32>(s, 4));
  if (!commit()) return floatingPointException();
  store<u64>(d, r0);
  store<u64>(d, r1, 8);
  return Status.Next;
}

export function cvtpd2ps(u: u32): i32 {
  const s = rmReadXmmAligned(u);
  if (!s) return fault();
  const d = xmm(uReg(u));
  const a = v128.load(s);
  const r = f32x4.demote_f64x2_zero(a);
  if (precisionSeen() && i64x2.all_true(plainPd(a)) && isInsideOrZero(a, r)) {
    v128.store(d, r);
    return Status.Next;
  }
  begin();
  const r0 = f64_to_f32(load<u64>(s));
  const r1 = f64_to_f32(load<u64>(s, 8));
  if (!commit()) return floatingPointException();
  store<u32>(d, r0);
  store<u32>(d, r1, 4);
  store<u64>(d, 0, 8);
  return Status.Next;
}

/** Each of the two results is well inside its range, or its operand is zero. */
@inline
function isInsideOrZero(a: v128, r: v128): bool {
  const zero = f64x2.eq(a, f64x2.splat(0));
  return (i32x4.bitmask(v128.or(wellInsidePs(r), i32x4.shuffle(zero, zero, 0, 2, 1, 3))) & 3) == 3;
}
