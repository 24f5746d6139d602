import { divSmall, mulWide, pHi, pLo, xFraction, xMul, xSign } from './extended';

/**
 * Power series in fixed point. The argument is a fraction of 128 bits, the accumulator has one bit before the point:
 *
 *    acc  │1│ 127 bits │        argument  │ 128 bits │
 */
const ONE: u64 = 0x8000000000000000;

let accHi: u64 = 0;
let accLo: u64 = 0;
let argHi: u64 = 0;
let argLo: u64 = 0;

/** acc := 1 ± argument × acc / d. */
function nested(d: u64, minus: bool): void {
  mulWide(argHi, argLo, accHi, accLo);
  divSmall(pHi, pLo, d);
  if (minus) {
    accLo = 0 - pLo;
    accHi = ONE - pHi - u64(pLo != 0);
  } else {
    accLo = pLo;
    accHi = ONE + pHi;
  }
}

/** acc := 1 / d ± argument × acc. */
function reciprocal(d: u64, minus: bool): void {
  mulWide(argHi, argLo, accHi, accLo);
  const hi = pHi;
  const lo = pLo;
  divSmall(ONE, 0, d);
  if (minus) {
    accLo = pLo - lo;
    accHi = pHi - hi - u64(pLo < lo);
  } else {
    accLo = pLo + lo;
    accHi = pHi + hi + u64(accLo < lo);
  }
}

function one(): void {
  accHi = ONE;
  accLo = 0;
}

function argumentX(): void {
  xFraction();
  argHi = pHi;
  argLo = pLo;
}

function argumentSquareOfX(): void {
  xFraction();
  mulWide(pHi, pLo, pHi, pLo);
  argHi = pHi;
  argLo = pLo;
}

/** x × acc, acc not below one half. */
function timesAcc(): void {
  if (<i64>accHi < 0) xMul(0, accHi, accLo);
  else xMul(-1, (accHi << 1) | (accLo >> 63), accLo << 1);
}

/** x := sin x for |x| ≤ π/4: x·(1 − x²/6·(1 − x²/20·(…))). */
export function xSin(): void {
  argumentSquareOfX();
  one();
  for (let k: u64 = 13; k > 0; k--) nested(2 * k * (2 * k + 1), true);
  timesAcc();
}

/** cos x for |x| ≤ π/4, into the accumulator, for the three functions below; x stays. */
export function cosOfX(): void {
  argumentSquareOfX();
  one();
  for (let k: u64 = 14; k > 0; k--) nested((2 * k - 1) * 2 * k, true);
}

export function accumulatorHi(): u64 {
  return <i64>accHi < 0 ? accHi : (accHi << 1) | (accLo >> 63);
}

export function accumulatorLo(): u64 {
  return <i64>accHi < 0 ? accLo : accLo << 1;
}

export function accumulatorExp(): i32 {
  return <i64>accHi < 0 ? 0 : -1;
}

/** x := e^x − 1 for |x| < 0.7: x·(1 + x/2·(1 + x/3·(…))). */
export function xExpM1(): void {
  const minus = xSign != 0;
  argumentX();
  one();
  for (let k: u64 = 25; k > 1; k--) nested(k, minus);
  timesAcc();
}

/** x := atanh x for |x| < 0.18: x·(1 + x²/3 + x⁴/5 + …). */
export function xAtanh(): void {
  argumentSquareOfX();
  divSmall(ONE, 0, 41);
  accHi = pHi;
  accLo = pLo;
  for (let d: i32 = 39; d > 0; d -= 2) reciprocal(d, false);
  timesAcc();
}

/** x := atan x for |x| ≤ 1/15. */
export function xAtan(): void {
  argumentSquareOfX();
  divSmall(ONE, 0, 27);
  accHi = pHi;
  accLo = pLo;
  for (let d: i32 = 25; d > 0; d -= 2) reciprocal(d, true);
  timesAcc();
}
