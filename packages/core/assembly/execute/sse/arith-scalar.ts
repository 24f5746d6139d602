import { Status } from '../../../../abi/src/machine/exits';
import { isReg, rmReadXmm, uReg, uRm, xmm } from '../../cpu/operands';
import { fault } from '../../mmu/access';
import { finite, notDenormal, plain, wellInside } from './classes';
import { exactProduct, exactQuotient, exactRoot, exactSum } from './exact';
import { defaultModes, precisionSeen } from './mxcsr';
import { Operation, softScalar } from './soft';

/**
 * Arithmetic on the low element, T = f32 or f64. The rest of the destination stays. Each computes with WebAssembly's own
 * operation and keeps the result where mxcsr.ts says that nothing else could have happened.
 */

/** Where the second operand can be read; 0 = faulted. A register costs no call. */
@inline
function source<T>(u: u32): u32 {
  return isReg(u) ? <u32>xmm(uRm(u)) : rmReadXmm(u, sizeof<T>());
}

@inline
function add<T>(u: u32): i32 {
  const s = source<T>(u);
  if (!s) return fault();
  const d = xmm(uReg(u));
  const a = load<T>(d);
  const b = load<T>(s);
  const r: T = a + b;
  if (notDenormal<T>(a) && notDenormal<T>(b) && finite<T>(r) && (precisionSeen() || (defaultModes() && exactSum<T>(a, b, r)))) {
    store<T>(d, r);
    return Status.Next;
  }
  return softScalar<T>(Operation.Add, d, s);
}

export function addss(u: u32): i32 {
  return add<f32>(u);
}

export function addsd(u: u32): i32 {
  return add<f64>(u);
}

@inline
function sub<T>(u: u32): i32 {
  const s = source<T>(u);
  if (!s) return fault();
  const d = xmm(uReg(u));
  const a = load<T>(d);
  const b = load<T>(s);
  const r: T = a - b;
  if (notDenormal<T>(a) && notDenormal<T>(b) && finite<T>(r) && (precisionSeen() || (defaultModes() && exactSum<T>(a, -b, r)))) {
    store<T>(d, r);
    return Status.Next;
  }
  return softScalar<T>(Operation.Sub, d, s);
}

export function subss(u: u32): i32 {
  return sub<f32>(u);
}

export function subsd(u: u32): i32 {
  return sub<f64>(u);
}

@inline
function mul<T>(u: u32): i32 {
  const s = source<T>(u);
  if (!s) return fault();
  const d = xmm(uReg(u));
  const a = load<T>(d);
  const b = load<T>(s);
  const r: T = a * b;
  const quiet = notDenormal<T>(a) && notDenormal<T>(b) && (wellInside<T>(r) || (r == <T>0 && (a == <T>0 || b == <T>0)));
  if (quiet && (precisionSeen() || (defaultModes() && exactProduct<T>(a, b, r)))) {
    store<T>(d, r);
    return Status.Next;
  }
  return softScalar<T>(Operation.Mul, d, s);
}

export function mulss(u: u32): i32 {
  return mul<f32>(u);
}

export function mulsd(u: u32): i32 {
  return mul<f64>(u);
}

@inline
function div<T>(u: u32): i32 {
  const s = source<T>(u);
  if (!s) return fault();
  const d = xmm(uReg(u));
  const a = load<T>(d);
  const b = load<T>(s);
  const r: T = a / b;
  const quiet = notDenormal<T>(a) && notDenormal<T>(b) && (wellInside<T>(r) || (r == <T>0 && a == <T>0));
  if (quiet && (precisionSeen() || (defaultModes() && exactQuotient<T>(a, b, r)))) {
    store<T>(d, r);
    return Status.Next;
  }
  return softScalar<T>(Operation.Div, d, s);
}

export function divss(u: u32): i32 {
  return div<f32>(u);
}

export function divsd(u: u32): i32 {
  return div<f64>(u);
}

@inline
function root<T>(u: u32): i32 {
  const s = source<T>(u);
  if (!s) return fault();
  const d = xmm(uReg(u));
  const a = load<T>(s);
  const r = sqrt<T>(a);
  if (notDenormal<T>(a) && (wellInside<T>(r) || a == <T>0) && (precisionSeen() || (defaultModes() && exactRoot<T>(a, r)))) {
    store<T>(d, r);
    return Status.Next;
  }
  return softScalar<T>(Operation.Sqrt, d, s);
}

export function sqrtss(u: u32): i32 {
  return root<f32>(u);
}

export function sqrtsd(u: u32): i32 {
  return root<f64>(u);
}

/** The second operand, unless the first is smaller. Independent of MXCSR while no operand is denormal or a NaN. */
@inline
function minimum<T>(u: u32): i32 {
  const s = source<T>(u);
  if (!s) return fault();
  const d = xmm(uReg(u));
  const a = load<T>(d);
  const b = load<T>(s);
  if (!plain<T>(a) || !plain<T>(b)) return softScalar<T>(Operation.Min, d, s);
  if (!(a < b)) store<T>(d, b);
  return Status.Next;
}

export function minss(u: u32): i32 {
  return minimum<f32>(u);
}

export function minsd(u: u32): i32 {
  return minimum<f64>(u);
}

@inline
function maximum<T>(u: u32): i32 {
  const s = source<T>(u);
  if (!s) return fault();
  const d = xmm(uReg(u));
  const a = load<T>(d);
  const b = load<T>(s);
  if (!plain<T>(a) || !plain<T>(b)) return softScalar<T>(Operation.Max, d, s);
  if (!(a > b)) store<T>(d, b);
  return Status.Next;
}

export function maxss(u: u32): i32 {
  return maximum<f32>(u);
}

export function maxsd(u: u32): i32 {
  return maximum<f64>(u);
}
