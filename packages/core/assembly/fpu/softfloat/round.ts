import { Class, Fe, rClass, rExp, rHi, rLo, rSign, rUp, Rounding, sfFlags, sfFtz, sfMasks, sfRound } from './state';
import { shiftRightJam128Low } from './wide';

/** Added to or taken from the exponent of an f80 result whose underflow or overflow is unmasked (SDM volume 1, 8.5.4). */
const BIAS_ADJUST: i32 = 24576;

/** What lies below the upper p bits of the significand, as a fraction of one unit in the last place: bit 63 is one half. */
function fraction(hi: u64, lo: u64, p: i32): u64 {
  return p == 64 ? lo : (hi << (<u64>p)) | u64(lo != 0);
}

function roundsUp(last: bool, rest: u64): bool {
  if (rest == 0) return false;
  if (sfRound == Rounding.Nearest) return rest > 0x8000000000000000 || (rest == 0x8000000000000000 && last);
  if (sfRound == Rounding.Down) return rSign != 0;
  if (sfRound == Rounding.Up) return rSign == 0;
  return false;
}

/** Whether a significand, rounded to p bits, becomes the next power of two. */
function carriesOut(hi: u64, lo: u64, p: i32): bool {
  const kept = (<u64>-1) << (<u64>(64 - p));
  return (hi & kept) == kept && roundsUp(true, fraction(hi, lo, p));
}

/** Rounds rHi:rLo to p bits in place; gives whether that was inexact. */
function roundSignificand(p: i32): bool {
  const rest = fraction(rHi, rLo, p);
  const unit: u64 = 1 << (<u64>(64 - p));
  rHi &= ~(unit - 1);
  rLo = 0;
  if (rest == 0) return false;
  if (roundsUp((rHi & unit) != 0, rest)) {
    rUp = true;
    rHi += unit;
    if (rHi == 0) {
      rHi = 0x8000000000000000;
      rExp++;
    }
  }
  return true;
}

/**
 * Rounds the result to p significand bits with exponents emin to emax, and raises overflow, underflow (tininess is found after
 * rounding) and precision. Afterwards rHi holds the significand, its bit 63 clear if and only if it is denormal (then rExp is
 * emin), and rClass may have become Zero or Infinity.
 * Unmasked underflow and overflow deliver the number rounded as if the exponent had no bounds, with an adjusted exponent: what
 * x87 registers get; FSCALE can go beyond even that, and then delivers zero or infinity. A destination in f32 or f64 must not
 * be written after an unmasked underflow or overflow.
 */
export function roundResult(p: i32, emin: i32, emax: i32): void {
  rUp = false;
  let tiny: u32 = 0;
  if (rExp < emin && !(rExp == emin - 1 && carriesOut(rHi, rLo, p))) {
    if ((sfMasks & Fe.Underflow) == 0) {
      sfFlags |= Fe.Underflow;
      if (rExp + BIAS_ADJUST < emin) return flushToZero();
      if (roundSignificand(p)) sfFlags |= Fe.Precision;
      rExp += BIAS_ADJUST;
      return;
    }
    if (sfFtz) return flushToZero();
    tiny = Fe.Underflow;
  }
  if (rExp < emin) {
    const n = emin - rExp;
    rLo = shiftRightJam128Low(rHi, rLo, n);
    rHi = n < 64 ? rHi >> <u64>n : 0;
    rExp = emin;
  }
  if (roundSignificand(p)) sfFlags |= Fe.Precision | tiny;
  if (rHi == 0) rClass = Class.Zero;
  else if (rExp > emax) overflow(p, emax);
}

function flushToZero(): void {
  sfFlags |= Fe.Underflow | Fe.Precision;
  rClass = Class.Zero;
}

function overflow(p: i32, emax: i32): void {
  sfFlags |= Fe.Overflow;
  let infinite = false;
  if ((sfMasks & Fe.Overflow) == 0) {
    infinite = rExp - BIAS_ADJUST > emax;
    if (!infinite) {
      rExp -= BIAS_ADJUST;
      return;
    }
  }
  sfFlags |= Fe.Precision;
  if (infinite || sfRound == Rounding.Nearest || sfRound == (rSign != 0 ? Rounding.Down : Rounding.Up)) {
    rUp = true;
    rClass = Class.Infinity;
    return;
  }
  rUp = false;
  rExp = emax;
  rHi = (<u64>-1) << (<u64>(64 - p));
}
