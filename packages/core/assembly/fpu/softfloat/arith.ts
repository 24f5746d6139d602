import {
  aClass,
  aExp,
  aSig,
  aSign,
  bClass,
  bExp,
  bSig,
  bSign,
  Class,
  denormalOperand,
  Fe,
  rClass,
  rExp,
  rHi,
  rLo,
  Rounding,
  rSign,
  sfFlags,
  sfRound,
} from './state';
import { divide128, divRemainder, mulHigh, shiftRightJam128Low } from './wide';

/** The four operations and the square root on unpacked operands without NaNs; the result is exact but for the sticky bit. */

function invalid(): void {
  sfFlags |= Fe.Invalid;
  rClass = Class.QuietNaN;
}

function resultIsA(): void {
  rClass = aClass;
  rSign = aSign;
  rExp = aExp;
  rHi = aSig;
  rLo = 0;
}

/** a + b; `flip` 1 makes it a − b. */
export function addUnpacked(flip: u32): void {
  bSign ^= flip;
  if (aClass == Class.Infinity && bClass == Class.Infinity && aSign != bSign) return invalid();
  sfFlags |= denormalOperand;
  if (aClass == Class.Infinity) return resultIsA();
  if (bClass == Class.Infinity) {
    rClass = Class.Infinity;
    rSign = bSign;
    return;
  }
  if (bClass == Class.Zero) {
    const sign = aSign == bSign ? aSign : u32(sfRound == Rounding.Down);
    resultIsA();
    if (aClass == Class.Zero) rSign = sign;
    return;
  }
  if (aClass == Class.Zero || aExp < bExp || (aExp == bExp && aSig < bSig)) {
    if (aClass == Class.Zero) {
      aSig = 0;
      aExp = bExp;
    }
    addOrdered(bSign, bExp, bSig, aSign, aExp, aSig);
  } else addOrdered(aSign, aExp, aSig, bSign, bExp, bSig);
}

/** |x| ≥ |y|, x not zero. */
function addOrdered(xSign: u32, xExp: i32, xSig: u64, ySign: u32, yExp: i32, ySig: u64): void {
  const n = xExp - yExp;
  let lo = shiftRightJam128Low(ySig, 0, n);
  let hi = n < 64 ? ySig >> <u64>n : 0;
  rClass = Class.Finite;
  rSign = xSign;
  rExp = xExp;
  if (xSign == ySign) {
    hi += xSig;
    if (hi < xSig) {
      lo = (lo >> 1) | (lo & 1) | (hi << 63);
      hi = (hi >> 1) | 0x8000000000000000;
      rExp++;
    }
    rHi = hi;
    rLo = lo;
    return;
  }
  hi = xSig - hi - u64(lo != 0);
  lo = 0 - lo;
  if (hi == 0) {
    if (lo == 0) {
      rClass = Class.Zero;
      rSign = u32(sfRound == Rounding.Down);
      return;
    }
    hi = lo;
    lo = 0;
    rExp -= 64;
  }
  const z = clz(hi);
  if (z != 0) {
    hi = (hi << z) | (lo >> (64 - z));
    lo <<= z;
    rExp -= <i32>z;
  }
  rHi = hi;
  rLo = lo;
}

export function mulUnpacked(): void {
  rSign = aSign ^ bSign;
  if (aClass == Class.Infinity || bClass == Class.Infinity) {
    if (aClass == Class.Zero || bClass == Class.Zero) return invalid();
    sfFlags |= denormalOperand;
    rClass = Class.Infinity;
    return;
  }
  sfFlags |= denormalOperand;
  if (aClass == Class.Zero || bClass == Class.Zero) {
    rClass = Class.Zero;
    return;
  }
  rClass = Class.Finite;
  rExp = aExp + bExp + 1;
  rHi = mulHigh(aSig, bSig);
  rLo = aSig * bSig;
  if (<i64>rHi < 0) return;
  rHi = (rHi << 1) | (rLo >> 63);
  rLo <<= 1;
  rExp--;
}

export function divUnpacked(): void {
  rSign = aSign ^ bSign;
  if (aClass == bClass && aClass != Class.Finite) return invalid();
  if (aClass == Class.Infinity) {
    sfFlags |= denormalOperand;
    rClass = Class.Infinity;
    return;
  }
  if (bClass == Class.Zero) {
    sfFlags |= Fe.DivByZero;
    rClass = Class.Infinity;
    return;
  }
  sfFlags |= denormalOperand;
  if (aClass == Class.Zero || bClass == Class.Infinity) {
    rClass = Class.Zero;
    return;
  }
  rClass = Class.Finite;
  if (aSig >= bSig) {
    rExp = aExp - bExp;
    rHi = divide128(aSig >> 1, aSig << 63, bSig);
  } else {
    rExp = aExp - bExp - 1;
    rHi = divide128(aSig, 0, bSig);
  }
  rLo = remainderAsFraction(divRemainder, bSig);
}

/** remainder/divisor compared with 0 and one half, as the bits below a quotient. */
function remainderAsFraction(remainder: u64, divisor: u64): u64 {
  if (remainder == 0) return 0;
  const other = divisor - remainder;
  if (remainder < other) return 1;
  return remainder == other ? 0x8000000000000000 : 0x8000000000000001;
}

/** Square root of a. */
export function sqrtUnpacked(): void {
  rSign = aSign;
  if (aClass == Class.Zero) {
    rClass = Class.Zero;
    return;
  }
  if (aSign != 0) return invalid();
  sfFlags |= denormalOperand;
  rClass = aClass;
  if (aClass == Class.Infinity) return;
  // The radicand as a 128-bit integer in [2^126, 2^128), so that its root has 64 bits.
  const odd = aExp & 1;
  const hi = odd != 0 ? aSig : aSig >> 1;
  const lo = odd != 0 ? 0 : aSig << 63;
  rExp = aExp >> 1;
  rHi = isqrt128(hi, lo);
  // What is left is at most 2·root: above root means above one half, as (root + ½)² = root² + root + ¼.
  const square = rHi * rHi;
  const restLo = lo - square;
  const restHi = hi - mulHigh(rHi, rHi) - u64(lo < square);
  if ((restHi | restLo) == 0) rLo = 0;
  else rLo = restHi != 0 || restLo > rHi ? 0x8000000000000001 : 1;
}

/** Integer square root of hi:lo ≥ 2^126: the f64 root, one step of Newton's, and a correction. */
function isqrt128(hi: u64, lo: u64): u64 {
  let root = <u64>min<f64>(sqrt<f64>(<f64>hi) * 4294967296.0, 18446744073709549568.0);
  if (hi < root) {
    const quotient = divide128(hi, lo, root);
    root = (root >> 1) + (quotient >> 1) + (root & quotient & 1);
  } else root = (hi >> 1) | 0x8000000000000000;
  while (mulHigh(root, root) > hi || (mulHigh(root, root) == hi && root * root > lo)) root--;
  while (root != <u64>-1) {
    const next = root + 1;
    const nextHi = mulHigh(next, next);
    if (nextHi > hi || (nextHi == hi && next * next > lo)) break;
    root = next;
  }
  return root;
}
