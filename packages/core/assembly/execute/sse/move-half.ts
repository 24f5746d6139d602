import { Status } from '../../../../abi/src/machine/exits';
import { rmReadXmm, uReg, uRm, xmm } from '../../cpu/operands';
import { fault } from '../../mmu/access';
import { writeMemory } from './operand';

/** Moves of one 64-bit half: movlps, movlpd, movhps, movhpd, movhlps, movlhps. The other half stays. */

export function movlow_V_M(u: u32): i32 {
  return loadHalf(u, 0);
}

export function movhigh_V_M(u: u32): i32 {
  return loadHalf(u, 8);
}

export function movlow_M_V(u: u32): i32 {
  return writeMemory<u64>(u, load<u64>(xmm(uReg(u))));
}

export function movhigh_M_V(u: u32): i32 {
  return writeMemory<u64>(u, load<u64>(xmm(uReg(u)), 8));
}

export function movhlps(u: u32): i32 {
  store<u64>(xmm(uReg(u)), load<u64>(xmm(uRm(u)), 8));
  return Status.Next;
}

export function movlhps(u: u32): i32 {
  store<u64>(xmm(uReg(u)), load<u64>(xmm(uRm(u))), 8);
  return Status.Next;
}

@inline
function loadHalf(u: u32, half: u32): i32 {
  const s = rmReadXmm(u, 8);
  if (!s) return fault();
  store<u64>(xmm(uReg(u)) + half, load<u64>(s));
  return Status.Next;
}
