import { getFlags } from '../../cpu/flags';
import { uRm } from '../../cpu/operands';
import { begin, beginKeepingC1, isEmpty, pending, raisePending, setIndefinite, setSt, stackFault, stSe, stSig } from './state';

/** FCMOVcc, FCHS, FABS. */

const CF: u32 = 1;
const PF: u32 = 4;
const ZF: u32 = 0x40;

function move(u: u32, condition: bool): i32 {
  if (pending()) return raisePending();
  beginKeepingC1(u);
  const i = uRm(u) >> 4;
  if (isEmpty(0) || isEmpty(i)) {
    if (stackFault(false)) setIndefinite(0);
    return 0;
  }
  if (condition) setSt(0, stSig(i), stSe(i));
  return 0;
}

export function fcmovb(u: u32): i32 {
  return move(u, (getFlags() & CF) != 0);
}

export function fcmove(u: u32): i32 {
  return move(u, (getFlags() & ZF) != 0);
}

export function fcmovbe(u: u32): i32 {
  return move(u, (getFlags() & (CF | ZF)) != 0);
}

export function fcmovu(u: u32): i32 {
  return move(u, (getFlags() & PF) != 0);
}

export function fcmovnb(u: u32): i32 {
  return move(u, (getFlags() & CF) == 0);
}

export function fcmovne(u: u32): i32 {
  return move(u, (getFlags() & ZF) == 0);
}

export function fcmovnbe(u: u32): i32 {
  return move(u, (getFlags() & (CF | ZF)) == 0);
}

export function fcmovnu(u: u32): i32 {
  return move(u, (getFlags() & PF) == 0);
}

function sign(u: u32, keep: u32, flip: u32): i32 {
  if (pending()) return raisePending();
  begin(u);
  if (isEmpty(0)) {
    if (stackFault(false)) setIndefinite(0);
    return 0;
  }
  setSt(0, stSig(0), (stSe(0) & keep) ^ flip);
  return 0;
}

export function fchs(u: u32): i32 {
  return sign(u, 0xffff, 0x8000);
}

export function fabs(u: u32): i32 {
  return sign(u, 0x7fff, 0);
}
