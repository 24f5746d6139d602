import { Status } from '../../../../abi/src/machine/exits';
import { rmReadXmmAligned, uReg, xmm } from '../../cpu/operands';
import { fault } from '../../mmu/access';
import { finitePd, finitePs, plainPd, plainPs, wellInsidePd, wellInsidePs } from './classes';
import { exactProductPd, exactProductPs, exactSumPd, exactSumPs } from './exact';
import { defaultModes, precisionSeen } from './mxcsr';
import { Operation, softPacked } from './soft';

/** Arithmetic on all elements, by the rules of arith-scalar.ts: the fast path is taken when every element allows it. */

/** Elements whose result is zero because an operand is, not because it is tiny. */
@inline
function anyZeroPs(a: v128, b: v128, r: v128): v128 {
  const zero = f32x4.splat(0);
  return v128.and(f32x4.eq(r, zero), v128.or(f32x4.eq(a, zero), f32x4.eq(b, zero)));
}

@inline
function anyZeroPd(a: v128, b: v128, r: v128): v128 {
  const zero = f64x2.splat(0);
  return v128.and(f64x2.eq(r, zero), v128.or(f64x2.eq(a, zero), f64x2.eq(b, zero)));
}

export function addps(u: u32): i32 {
  const s = rmReadXmmAligned(u);
  if (!s) return fault();
  const d = xmm(uReg(u));
  const a = v128.load(d);
  const b = v128.load(s);
  const r = f32x4.add(a, b);
  const quiet = v128.and(v128.and(plainPs(a), plainPs(b)), finitePs(r));
  if (i32x4.all_true(quiet) && (precisionSeen() || (defaultModes() && i32x4.all_true(exactSumPs(a, b, r))))) {
    v128.store(d, r);
    return Status.Next;
  }
  return softPacked<f32>(Operation.Add, d, s);
}

export function subps(u: u32): i32 {
  const s = rmReadXmmAligned(u);
  if (!s) return fault();
  const d = xmm(uReg(u));
  const a = v128.load(d);
  const b = v128.load(s);
  const r = f32x4.sub(a, b);
  const quiet = v128.and(v128.and(plainPs(a), plainPs(b)), finitePs(r));
  if (i32x4.all_true(quiet) && (precisionSeen() || (defaultModes() && i32x4.all_true(exactSumPs(a, f32x4.neg(b), r))))) {
    v128.store(d, r);
    return Status.Next;
  }
  return softPacked<f32>(Operation.Sub, d, s);
}

export function mulps(u: u32): i32 {
  const s = rmReadXmmAligned(u);
  if (!s) return fault();
  const d = xmm(uReg(u));
  const a = v128.load(d);
  const b = v128.load(s);
  const r = f32x4.mul(a, b);
  const quiet = v128.and(v128.and(plainPs(a), plainPs(b)), v128.or(wellInsidePs(r), anyZeroPs(a, b, r)));
  if (i32x4.all_true(quiet) && (precisionSeen() || (defaultModes() && i32x4.all_true(exactProductPs(a, b, r))))) {
    v128.store(d, r);
    return Status.Next;
  }
  return softPacked<f32>(Operation.Mul, d, s);
}

export function divps(u: u32): i32 {
  const s = rmReadXmmAligned(u);
  if (!s) return fault();
  const d = xmm(uReg(u));
  const a = v128.load(d);
  const b = v128.load(s);
  const r = f32x4.div(a, b);
  const quiet = v128.and(v128.and(plainPs(a), plainPs(b)), v128.or(wellInsidePs(r), anyZeroPs(a, a, r)));
  if (i32x4.all_true(quiet) && (precisionSeen() || (defaultModes() && i32x4.all_true(exactProductPs(r, b, a))))) {
    v128.store(d, r);
    return Status.Next;
  }
  return softPacked<f32>(Operation.Div, d, s);
}

export function sqrtps(u: u32): i32 {
  const s = rmReadXmmAligned(u);
  if (!s) return fault();
  const d = xmm(uReg(u));
  const b = v128.load(s);
  const r = f32x4.sqrt(b);
  const quiet = v128.and(plainPs(b), v128.or(wellInsidePs(r), f32x4.eq(b, f32x4.splat(0))));
  if (i32x4.all_true(quiet) && (precisionSeen() || (defaultModes() && i32x4.all_true(exactProductPs(r, r, b))))) {
    v128.store(d, r);
    return Status.Next;
  }
  return softPacked<f32>(Operation.Sqrt, d, s);
}

export function minps(u: u32): i32 {
  const s = rmReadXmmAligned(u);
  if (!s) return fault();
  const d = xmm(uReg(u));
  const a = v128.load(d);
  const b = v128.load(s);
  const r = f32x4.pmin(b, a);
  if (i32x4.all_true(v128.and(plainPs(a), plainPs(b)))) {
    v128.store(d, r);
    return Status.Next;
  }
  return softPacked<f32>(Operation.Min, d, s);
}

export function maxps(u: u32): i32 {
  const s = rmReadXmmAligned(u);
  if (!s) return fault();
  const d = xmm(uReg(u));
  const a = v128.load(d);
  const b = v128.load(s);
  const r = f32x4.pmax(b, a);
  if (i32x4.all_true(v128.and(plainPs(a), plainPs(b)))) {
    v128.store(d, r);
    return Status.Next;
  }
  return softPacked<f32>(Operation.Max, d, s);
}

export function addpd(u: u32): i32 {
  const s = rmReadXmmAligned(u);
  if (!s) return fault();
  const d = xmm(uReg(u));
  const a = v128.load(d);
  const b = v128.load(s);
  const r = f64x2.add(a, b);
  const quiet = v128.and(v128.and(plainPd(a), plainPd(b)), finitePd(r));
  if (i64x2.all_true(quiet) && (precisionSeen() || (defaultModes() && i64x2.all_true(exactSumPd(a, b, r))))) {
    v128.store(d, r);
    return Status.Next;
  }
  return softPacked<f64>(Operation.Add, d, s);
}

export function subpd(u: u32): i32 {
  const s = rmReadXmmAligned(u);
  if (!s) return fault();
  const d = xmm(uReg(u));
  const a = v128.load(d);
  const b = v128.load(s);
  const r = f64x2.sub(a, b);
  const quiet = v128.and(v128.and(plainPd(a), plainPd(b)), finitePd(r));
  if (i64x2.all_true(quiet) && (precisionSeen() || (defaultModes() && i64x2.all_true(exactSumPd(a, f64x2.neg(b), r))))) {
    v128.store(d, r);
    return Status.Next;
  }
  return softPacked<f64>(Operation.Sub, d, s);
}

export function mulpd(u: u32): i32 {
  const s = rmReadXmmAligned(u);
  if (!s) return fault();
  const d = xmm(uReg(u));
  const a = v128.load(d);
  const b = v128.load(s);
  const r = f64x2.mul(a, b);
  const quiet = v128.and(v128.and(plainPd(a), plainPd(b)), v128.or(wellInsidePd(r), anyZeroPd(a, b, r)));
  if (i64x2.all_true(quiet) && (precisionSeen() || (defaultModes() && i64x2.all_true(exactProductPd(a, b, r))))) {
    v128.store(d, r);
    return Status.Next;
  }
  return softPacked<f64>(Operation.Mul, d, s);
}

export function divpd(u: u32): i32 {
  const s = rmReadXmmAligned(u);
  if (!s) return fault();
  const d = xmm(uReg(u));
  const a = v128.load(d);
  const b = v128.load(s);
  const r = f64x2.div(a, b);
  const quiet = v128.and(v128.and(plainPd(a), plainPd(b)), v128.or(wellInsidePd(r), anyZeroPd(a, a, r)));
  if (i64x2.all_true(quiet) && (precisionSeen() || (defaultModes() && i64x2.all_true(exactProductPd(r, b, a))))) {
    v128.store(d, r);
    return Status.Next;
  }
  return softPacked<f64>(Operation.Div, d, s);
}

export function sqrtpd(u: u32): i32 {
  const s = rmReadXmmAligned(u);
  if (!s) return fault();
  const d = xmm(uReg(u));
  const b = v128.load(s);
  const r = f64x2.sqrt(b);
  const quiet = v128.and(plainPd(b), v128.or(wellInsidePd(r), f64x2.eq(b, f64x2.splat(0))));
  if (i64x2.all_true(quiet) && (precisionSeen() || (defaultModes() && i64x2.all_true(exactProductPd(r, r, b))))) {
    v128.store(d, r);
    return Status.Next;
  }
  return softPacked<f64>(Operation.Sqrt, d, s);
}

export function minpd(u: u32): i32 {
  const s = rmReadXmmAligned(u);
  if (!s) return fault();
  const d = xmm(uReg(u));
  const a = v128.load(d);
  const b = v128.load(s);
  const r = f64x2.pmin(b, a);
  if (i64x2.all_true(v128.and(plainPd(a), plainPd(b)))) {
    v128.store(d, r);
    return Status.Next;
  }
  return softPacked<f64>(Operation.Min, d, s);
}

export function maxpd(u: u32): i32 {
  const s = rmReadXmmAligned(u);
  if (!s) return fault();
  const d = xmm(uReg(u));
  const a = v128.load(d);
  const b = v128.load(s);
  const r = f64x2.pmax(b, a);
  if (i64x2.all_true(v128.and(plainPd(a), plainPd(b)))) {
    v128.store(d, r);
    return Status.Next;
  }
  return softPacked<f64>(Operation.Max, d, s);
}
