import { f80_nanOfTwo, f80_pack, f80_unpackA, f80_unpackB, setZ, zSe, zSig } from '../softfloat/f80';
import { xAdd, xDiv, xExp, xHi, xLo, xNormalise, xResult, xSet, xSign, xToZero } from '../softfloat/extended';
import { xAtan } from '../softfloat/series';
import { aClass, aExp, aSig, aSign, bClass, bExp, bSig, bSign, Class, denormalOperand, sfFlags } from '../softfloat/state';
import { begin, isEmpty, pending, pop, raisePending, setIndefinite, setSt, settle, stackFault, stSe, stSig } from './state';

/** FPATAN: right to about the last bit of 64, rounded by RC. */

const PI_HI: u64 = 0xc90fdaa22168c234;
const PI_LO: u64 = 0xc4c6628b80dc1cd1;
const PI_EXP: i32 = 1;

/** atan(i/8) for i = 1 … 8: hi, lo, exponent. */
const ARCTANGENTS = memory.data<u64>([
  0xfeadd4d5617b6e32, 0xc897989f3e888ef8, 4, 0xfadbafc96406eb15, 0x6dc79ef5f7a217e6, 3, 0xb7b0ca0f26f78473, 0x8aa32122dcfe4483, 2,
  0xed63382b0dda7b45, 0x6fe445ecbc3a8d03, 2, 0x8f005d5ef7f59f9b, 0x5c835e1665c43748, 1, 0xa4bc7d1934f70924, 0x19a87f2a457dac9f, 1,
  0xb8053e2bc2319e73, 0xcb2da55210a4443d, 1, 0xc90fdaa22168c234, 0xc4c6628b80dc1cd1, 1,
]);

/** x := atan(n/d) for n·2^nExp ≤ d·2^dExp, both with bit 63 set. */
function arctangent(nExp: i32, n: u64, dExp: i32, d: u64): void {
  const shift = dExp - nExp;
  const eighths = shift > 4 ? 0 : <u64>nearest<f64>((<f64>n * 8.0) / (<f64>d * <f64>(1 << shift)));
  if (eighths == 0) {
    xSet(0, nExp, n, 0);
    xDiv(dExp, d, 0);
    xAtan();
    return xToZero();
  }
  // atan(n/d) = atan c + atan((n − c·d) / (d + c·n)) with c = i/8; both terms are exact integers here: d has at most 68 bits.
  const dHi = shift == 0 ? 0 : d >> <u64>(64 - shift);
  const dLo = d << (<u64>shift);
  times(dHi, dLo, 8);
  const denominatorHi = pairHi;
  const denominatorLo = pairLo;
  times(0, n, eighths);
  const sumLo = denominatorLo + pairLo;
  const sumHi = denominatorHi + pairHi + u64(sumLo < pairLo);
  times(0, n, 8);
  const eightNHi = pairHi;
  const eightNLo = pairLo;
  times(dHi, dLo, eighths);
  let differenceHi = eightNHi - pairHi - u64(eightNLo < pairLo);
  let differenceLo = eightNLo - pairLo;
  const negative = <i64>differenceHi < 0;
  if (negative) {
    differenceHi = ~differenceHi + u64(differenceLo == 0);
    differenceLo = 0 - differenceLo;
  }
  xSet(0, 127, sumHi, sumLo);
  xNormalise();
  const exp = xExp;
  const hi = xHi;
  const lo = xLo;
  xSet(u32(negative), 127, differenceHi, differenceLo);
  xNormalise();
  if (xHi != 0) {
    xDiv(exp, hi, lo);
    xAtan();
  }
  const entry = ARCTANGENTS + <usize>(eighths - 1) * 24;
  xAdd(0, -(<i32>load<u64>(entry, 16)), load<u64>(entry), load<u64>(entry, 8));
}

let pairHi: u64 = 0;
let pairLo: u64 = 0;

/** (hi:lo) × small, for small ≤ 8. */
function times(hi: u64, lo: u64, small: u64): void {
  const low = (lo & 0xffffffff) * small;
  const high = (lo >> 32) * small + (low >> 32);
  pairLo = (high << 32) | (low & 0xffffffff);
  pairHi = hi * small + (high >> 32);
}

/** ST1 := the angle of the point (ST0, ST1), then a pop. Defined for all operands but NaNs (SDM, FPATAN's table). */
export function fpatan(u: u32): i32 {
  if (pending()) return raisePending();
  begin(u);
  if (isEmpty(0) || isEmpty(1)) {
    if (!stackFault(false)) return 0;
    setIndefinite(1);
    pop();
    return 0;
  }
  denormalOperand = 0;
  f80_unpackA(stSig(1), stSe(1));
  f80_unpackB(stSig(0), stSe(0));
  if (!f80_nanOfTwo()) {
    sfFlags |= denormalOperand;
    angle();
  }
  if (!settle()) return 0;
  setSt(1, zSig, zSe);
  pop();
  return 0;
}

/** z := atan2(a, b). */
function angle(): void {
  const yIsZero = aClass == Class.Zero || (bClass == Class.Infinity && aClass != Class.Infinity);
  if (yIsZero) {
    if (bSign == 0) return setZ(0, aSign << 15);
    xSet(0, PI_EXP, PI_HI, PI_LO);
  } else if (bClass == Class.Zero || (aClass == Class.Infinity && bClass != Class.Infinity)) xSet(0, PI_EXP - 1, PI_HI, PI_LO);
  else {
    if (aClass == Class.Infinity) xSet(0, PI_EXP - 2, PI_HI, PI_LO);
    else if (aExp < bExp || (aExp == bExp && aSig <= bSig)) arctangent(aExp, aSig, bExp, bSig);
    else {
      arctangent(bExp, bSig, aExp, aSig);
      xSign ^= 1;
      xAdd(0, PI_EXP - 1, PI_HI, PI_LO);
    }
    if (bSign != 0) {
      xSign ^= 1;
      xAdd(0, PI_EXP, PI_HI, PI_LO);
    }
  }
  xSign = aSign;
  xResult();
  f80_pack(64);
}
