import { Status } from '../../../../abi/src/machine/exits';
import { rmReadXmm, rmReadXmmAligned, uImm, uReg, xmm } from '../../cpu/operands';
import { f32_compare, f64_compare } from '../../fpu/softfloat';
import { fault } from '../../mmu/access';
import { plain, plainPd, plainPs } from './classes';
import { begin, commit, floatingPointException } from './mxcsr';

/**
 * Comparisons into masks. The predicate is in the lower three bits of the immediate: 0 equal, 1 less, 2 less or equal,
 * 3 unordered; 4–7 their negations. Less (or equal) refuses quiet NaNs too. While no operand is denormal or a NaN, MXCSR
 * plays no part.
 */
const NEGATED: u32 = 4;

export function cmpps(u: u32): i32 {
  const s = rmReadXmmAligned(u);
  if (!s) return fault();
  const d = xmm(uReg(u));
  const predicate = uImm(u) & 7;
  const a = v128.load(d);
  const b = v128.load(s);
  if (!i32x4.all_true(v128.and(plainPs(a), plainPs(b)))) return softPs(predicate, d, s);
  let r: v128;
  switch (predicate & 3) {
    case 0:
      r = f32x4.eq(a, b);
      break;
    case 1:
      r = f32x4.lt(a, b);
      break;
    case 2:
      r = f32x4.le(a, b);
      break;
    default:
      r = i64x2.splat(0);
  }
  v128.store(d, predicate & NEGATED ? v128.not(r) : r);
  return Status.Next;
}

export function cmppd(u: u32): i32 {
  const s = rmReadXmmAligned(u);
  if (!s) return fault();
  const d = xmm(uReg(u));
  const predicate = uImm(u) & 7;
  const a = v128.load(d);
  const b = v128.load(s);
  if (!i64x2.all_true(v128.and(plainPd(a), plainPd(b)))) return softPd(predicate, d, s);
  let r: v128;
  switch (predicate & 3) {
    case 0:
      r = f64x2.eq(a, b);
      break;
    case 1:
      r = f64x2.lt(a, b);
      break;
    case 2:
      r = f64x2.le(a, b);
      break;
    default:
      r = i64x2.splat(0);
  }
  v128.store(d, predicate & NEGATED ? v128.not(r) : r);
  return Status.Next;
}

export function cmpss(u: u32): i32 {
  const s = rmReadXmm(u, 4);
  if (!s) return fault();
  const d = xmm(uReg(u));
  const predicate = uImm(u) & 7;
  const a = load<f32>(d);
  const b = load<f32>(s);
  if (plain<f32>(a) && plain<f32>(b)) {
    store<i32>(d, holds(predicate, i32(a > b) - i32(a < b)));
    return Status.Next;
  }
  begin();
  const r = compare32(predicate, load<u32>(d), load<u32>(s));
  if (!commit()) return floatingPointException();
  store<i32>(d, r);
  return Status.Next;
}

export function cmpsd(u: u32): i32 {
  const s = rmReadXmm(u, 8);
  if (!s) return fault();
  const d = xmm(uReg(u));
  const predicate = uImm(u) & 7;
  const a = load<f64>(d);
  const b = load<f64>(s);
  if (plain<f64>(a) && plain<f64>(b)) {
    store<i64>(d, holds(predicate, i32(a > b) - i32(a < b)));
    return Status.Next;
  }
  begin();
  const r = compare64(predicate, load<u64>(d), load<u64>(s));
  if (!commit()) return floatingPointException();
  store<i64>(d, r);
  return Status.Next;
}

function softPs(predicate: u32, d: usize, s: usize): i32 {
  begin();
  const r0 = compare32(predicate, load<u32>(d), load<u32>(s));
  const r1 = compare32(predicate, load<u32>(d, 4), load<u32>(s, 4));
  const r2 = compare32(predicate, load<u32>(d, 8), load<u32>(s, 8));
  const r3 = compare32(predicate, load<u32>(d, 12), load<u32>(s, 12));
  if (!commit()) return floatingPointException();
  store<i32>(d, r0);
  store<i32>(d, r1, 4);
  store<i32>(d, r2, 8);
  store<i32>(d, r3, 12);
  return Status.Next;
}

function softPd(predicate: u32, d: usize, s: usize): i32 {
  begin();
  const r0 = compare64(predicate, load<u64>(d), load<u64>(s));
  const r1 = compare64(predicate, load<u64>(d, 8), load<u64>(s, 8));
  if (!commit()) return floatingPointException();
  store<i64>(d, r0);
  store<i64>(d, r1, 8);
  return Status.Next;
}

function compare32(predicate: u32, a: u32, b: u32): i32 {
  return holds(predicate, f32_compare(a, b, isSignaling(predicate)));
}

function compare64(predicate: u32, a: u64, b: u64): i32 {
  return holds(predicate, f64_compare(a, b, isSignaling(predicate)));
}

@inline
function isSignaling(predicate: u32): bool {
  return (predicate & 3) == 1 || (predicate & 3) == 2;
}

/** −1 where the predicate holds for an order of −1, 0, 1 or 2 (unordered), else 0. */
function holds(predicate: u32, order: i32): i32 {
  let r: bool;
  switch (predicate & 3) {
    case 0:
      r = order == 0;
      break;
    case 1:
      r = order < 0;
      break;
    case 2:
      r = order <= 0;
      break;
    default:
      r = order == 2;
  }
  return -i32(r != ((predicate & NEGATED) != 0));
}
