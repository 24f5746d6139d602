import { Status } from '../../../../abi/src/machine/exits';
import { ea, isReg, mm, rmRead, setReg, uReg, uRm, xmm } from '../../cpu/operands';
import { fault, wr, wrDone } from '../../mmu/access';
import { storeSelected } from '../sse/mask';
import { enter, put, ready, rm, setMm, source } from './state';

/** Moves to, from and between MMX registers. */

export function movd_P_E<T>(u: u32): i32 {
  if (!ready()) return fault();
  const s = rmRead(u, sizeof<T>());
  if (!s) return fault();
  setMm(uReg(u), <u64>load<T>(s));
  return Status.Next;
}

export function movd_E_P<T>(u: u32): i32 {
  if (!ready()) return fault();
  const value = load<T>(mm(uReg(u)));
  if (!isReg(u)) return write<T>(u, value);
  enter();
  setReg<T>(uRm(u), value);
  return Status.Next;
}

export function movq_P_Q(u: u32): i32 {
  const s = source(u, 8);
  return s ? put(u, v128.load64_zero(s)) : fault();
}

/** Also movntq. */
export function movq_Q_P(u: u32): i32 {
  if (!ready()) return fault();
  const value = load<u64>(mm(uReg(u)));
  if (!isReg(u)) return write<u64>(u, value);
  setMm(uRm(u), value);
  return Status.Next;
}

export function movq2dq(u: u32): i32 {
  if (!ready()) return fault();
  v128.store(xmm(uReg(u)), rm(u));
  enter();
  return Status.Next;
}

export function movdq2q(u: u32): i32 {
  if (!ready()) return fault();
  setMm(uReg(u), load<u64>(xmm(uRm(u))));
  return Status.Next;
}

export function pmovmskb_G_N(u: u32): i32 {
  if (!ready()) return fault();
  setReg<u32>(uReg(u), i8x16.bitmask(rm(u)));
  enter();
  return Status.Next;
}

export function maskmovq(u: u32): i32 {
  if (!ready()) return fault();
  const status = storeSelected(u, mm(uReg(u)), i8x16.bitmask(rm(u)));
  if (status == Status.Next) enter();
  return status;
}

@inline
function write<T>(u: u32, value: T): i32 {
  const p = wr(ea(u), sizeof<T>());
  if (!p) return fault();
  store<T>(p, value);
  wrDone(p);
  enter();
  return Status.Next;
}
