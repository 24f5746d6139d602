import { Class, rClass, rExp, rHi, rLo, rSign } from './state';
import { mulHigh } from './wide';

/**
 * Numbers with a significand of 128 bits, for the transcendental functions: sign × (hi:lo) × 2^(exp − 127) with bit 127 set, or
 * zero with hi = lo = 0. One of them is the accumulator x. Results are cut off, not rounded: the last few bits are not to be trusted.
 */
export let xSign: u32 = 0;
export let xExp: i32 = 0;
export let xHi: u64 = 0;
export let xLo: u64 = 0;

export function xSet(sign: u32, exp: i32, hi: u64, lo: u64): void {
  xSign = sign;
  xExp = exp;
  xHi = hi;
  xLo = lo;
}

/** The 128-bit result of the integer steps below. */
export let pHi: u64 = 0;
export let pLo: u64 = 0;

/** Upper 128 bits of a product of 128-bit integers, at most two too small. */
export function mulWide(aHi: u64, aLo: u64, bHi: u64, bLo: u64): void {
  const low = aHi * bHi;
  const cross = mulHigh(aHi, bLo);
  const sum = low + cross;
  let carry = u64(sum < low);
  pLo = sum + mulHigh(aLo, bHi);
  carry += u64(pLo < sum);
  pHi = mulHigh(aHi, bHi) + carry;
}

/** (hi:lo) / d for d < 2^32. */
export function divSmall(hi: u64, lo: u64, d: u64): void {
  pHi = hi / d;
  const middle = ((hi % d) << 32) | (lo >> 32);
  const low = ((middle % d) << 32) | (lo & 0xffffffff);
  pLo = ((middle / d) << 32) | (low / d);
}

export function xNormalise(): void {
  if (xHi == 0) {
    if (xLo == 0) return;
    xHi = xLo;
    xLo = 0;
    xExp -= 64;
  }
  const z = clz(xHi);
  if (z == 0) return;
  xHi = (xHi << z) | (xLo >> (64 - z));
  xLo <<= z;
  xExp -= <i32>z;
}

/** x := x × b. */
export function xMul(exp: i32, hi: u64, lo: u64): void {
  mulWide(xHi, xLo, hi, lo);
  xHi = pHi;
  xLo = pLo;
  xExp += exp + 1;
  xNormalise();
}

/** x := x / b, bit by bit. */
export function xDiv(exp: i32, hi: u64, lo: u64): void {
  let restHi = xHi;
  let restLo = xLo;
  let over = false;
  xExp -= exp;
  if (restHi < hi || (restHi == hi && restLo < lo)) {
    xExp--;
    over = <i64>restHi < 0;
    restHi = (restHi << 1) | (restLo >> 63);
    restLo <<= 1;
  }
  let qHi: u64 = 0;
  let qLo: u64 = 0;
  for (let i = 0; i < 128; i++) {
    qHi = (qHi << 1) | (qLo >> 63);
    qLo <<= 1;
    if (over || restHi > hi || (restHi == hi && restLo >= lo)) {
      restHi = restHi - hi - u64(restLo < lo);
      restLo -= lo;
      qLo |= 1;
    }
    over = <i64>restHi < 0;
    restHi = (restHi << 1) | (restLo >> 63);
    restLo <<= 1;
  }
  xHi = qHi;
  xLo = qLo;
}

/** x := x + b. */
export function xAdd(sign: u32, exp: i32, hi: u64, lo: u64): void {
  if (xHi == 0) return xSet(sign, exp, hi, lo);
  if (hi == 0) return;
  if (xExp < exp || (xExp == exp && (xHi < hi || (xHi == hi && xLo < lo)))) {
    const s = xSign;
    const e = xExp;
    const h = xHi;
    const l = xLo;
    xSet(sign, exp, hi, lo);
    return addSmaller(s, e, h, l);
  }
  addSmaller(sign, exp, hi, lo);
}

function addSmaller(sign: u32, exp: i32, hi: u64, lo: u64): void {
  shiftRight(hi, lo, xExp - exp);
  if (sign != xSign) {
    const borrow = u64(xLo < pLo);
    xLo -= pLo;
    xHi = xHi - pHi - borrow;
    return xNormalise();
  }
  xLo += pLo;
  const carry = u64(xLo < pLo);
  const sum = xHi + pHi;
  const over = sum < xHi || sum + carry < sum;
  xHi = sum + carry;
  if (!over) return;
  xLo = (xLo >> 1) | (xHi << 63);
  xHi = (xHi >> 1) | 0x8000000000000000;
  xExp++;
}

/** (hi:lo) >> n into p. */
function shiftRight(hi: u64, lo: u64, n: i32): void {
  if (n >= 128) {
    pHi = 0;
    pLo = 0;
  } else if (n >= 64) {
    pHi = 0;
    pLo = hi >> <u64>(n - 64);
  } else if (n > 0) {
    pHi = hi >> <u64>n;
    pLo = (lo >> <u64>n) | (hi << (<u64>(64 - n)));
  } else {
    pHi = hi;
    pLo = lo;
  }
}

/** |x| < 1 as a fraction of 128 bits, into p. */
export function xFraction(): void {
  shiftRight(xHi, xLo, -1 - xExp);
}

/** x, which is not exact, as the result to be rounded. */
export function xResult(): void {
  rClass = Class.Finite;
  rSign = xSign;
  rExp = xExp;
  rHi = xHi;
  rLo = xLo | 1;
}

/** x nearer to zero by its last bit: keeps an approximation that equals a representable number on the true side of it. */
export function xToZero(): void {
  if (xLo == 0) xHi--;
  xLo--;
  xNormalise();
}
