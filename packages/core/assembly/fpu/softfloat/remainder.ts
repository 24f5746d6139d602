import { aExp, aSig, aSign, bExp, bSig, Class, rClass, rExp, rHi, rLo, rSign } from './state';
import { divide128, divRemainder } from './wide';

/** Low bits of the quotient that the last remainder dropped. */
export let quotientBits: u32 = 0;

/**
 * FPREM and FPREM1 for finite a and b, b not zero, a's exponent at least b's minus one: the exact remainder as the result.
 * When the exponents differ by 64 or more, only a part of the reduction is done, by 32 to 63 binary places, and false is given.
 */
export function remainder(nearest: bool): bool {
  const distance = aExp - bExp;
  rSign = aSign;
  if (distance >= 64) {
    const step = 32 | (distance & 31);
    reduce(step);
    finish(bExp + distance - step);
    return false;
  }
  let quotient: u64 = 0;
  if (distance >= 0) quotient = reduce(distance);
  else rHi = aSig;
  const unit = distance >= 0 ? bExp : aExp;
  if (nearest && roundsAway(distance, quotient)) {
    // b − r in units of r's last place; for a below b in exponent, b counts double there.
    rHi = (distance >= 0 ? bSig : bSig << 1) - rHi;
    rSign ^= 1;
    quotient++;
  }
  quotientBits = <u32>quotient & 7;
  finish(unit);
  return true;
}

/** aSig × 2^n mod bSig into rHi; gives the low 64 bits of the quotient. 0 ≤ n < 64. */
function reduce(n: i32): u64 {
  const hi = n == 0 ? 0 : aSig >> <u64>(64 - n);
  const q = divide128(hi, aSig << (<u64>n), bSig);
  rHi = divRemainder;
  return q;
}

/** Whether the remainder rHi lies nearer to b than to 0; halfway, the even quotient wins. */
function roundsAway(distance: i32, quotient: u64): bool {
  if (distance < -1) return false;
  if (distance == -1) return rHi > bSig;
  const other = bSig - rHi;
  return rHi > other || (rHi == other && (quotient & 1) != 0);
}

function finish(exponent: i32): void {
  rLo = 0;
  if (rHi == 0) {
    rClass = Class.Zero;
    return;
  }
  const z = clz(rHi);
  rClass = Class.Finite;
  rHi <<= z;
  rExp = exponent - <i32>z;
}
