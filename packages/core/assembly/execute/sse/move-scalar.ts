import { Status } from '../../../../abi/src/machine/exits';
import { isReg, reg, rmRead, rmReadXmm, setReg, uReg, uRm, xmm } from '../../cpu/operands';
import { fault } from '../../mmu/access';
import { put, putRm, writeMemory } from './operand';

/**
 * Moves of one element. Between registers movss and movsd replace only the low element; a load from memory, movd and movq
 * clear the rest of the register.
 */

export function movss_V_W(u: u32): i32 {
  const s = rmReadXmm(u, 4);
  if (!s) return fault();
  if (!isReg(u)) return put(u, v128.load32_zero(s));
  store<u32>(xmm(uReg(u)), load<u32>(s));
  return Status.Next;
}

export function movss_W_V(u: u32): i32 {
  const value = load<u32>(xmm(uReg(u)));
  if (!isReg(u)) return writeMemory<u32>(u, value);
  store<u32>(xmm(uRm(u)), value);
  return Status.Next;
}

export function movsd_V_W(u: u32): i32 {
  const s = rmReadXmm(u, 8);
  if (!s) return fault();
  if (!isReg(u)) return put(u, v128.load64_zero(s));
  store<u64>(xmm(uReg(u)), load<u64>(s));
  return Status.Next;
}

export function movsd_W_V(u: u32): i32 {
  const value = load<u64>(xmm(uReg(u)));
  if (!isReg(u)) return writeMemory<u64>(u, value);
  store<u64>(xmm(uRm(u)), value);
  return Status.Next;
}

export function movq_V_W(u: u32): i32 {
  const s = rmReadXmm(u, 8);
  return s ? put(u, v128.load64_zero(s)) : fault();
}

export function movq_W_V(u: u32): i32 {
  const d = xmm(uReg(u));
  return isReg(u) ? putRm(u, v128.load64_zero(d)) : writeMemory<u64>(u, load<u64>(d));
}

export function movd_V_E<T>(u: u32): i32 {
  const s = rmRead(u, sizeof<T>());
  if (!s) return fault();
  return put(u, sizeof<T>() == 8 ? v128.load64_zero(s) : v128.load32_zero(s));
}

export function movd_E_V<T>(u: u32): i32 {
  const value = load<T>(xmm(uReg(u)));
  if (!isReg(u)) return writeMemory<T>(u, value);
  setReg<T>(uRm(u), value);
  return Status.Next;
}

export function movnti<T>(u: u32): i32 {
  return writeMemory<T>(u, reg<T>(uReg(u)));
}
