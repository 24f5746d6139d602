import { Cpu } from '../../../../abi/src/machine/cpu-state';
import { Status } from '../../../../abi/src/machine/exits';
import { UopFlag } from '../../../../abi/src/machine/uop';
import { reg, segmentBase, setReg, uFlags, uReg, xmm } from '../../cpu/operands';
import { fault, rw, wrDone } from '../../mmu/access';
import { rm } from './operand';

/** Sign bits of the elements as a mask in a general register, and stores selected by such a mask. */

export function movmskps(u: u32): i32 {
  setReg<u32>(uReg(u), i32x4.bitmask(rm(u)));
  return Status.Next;
}

export function movmskpd(u: u32): i32 {
  setReg<u32>(uReg(u), i64x2.bitmask(rm(u)));
  return Status.Next;
}

export function pmovmskb_G_U(u: u32): i32 {
  setReg<u32>(uReg(u), i8x16.bitmask(rm(u)));
  return Status.Next;
}

export function maskmovdqu(u: u32): i32 {
  return storeSelected(u, xmm(uReg(u)), i8x16.bitmask(rm(u)));
}

/**
 * Stores to ds:[rdi] the bytes of the register at `s` whose bit is set in `mask`. Only the span from the first to the last chosen byte is
 * touched, so a page without a chosen byte never faults; an empty mask is no access.
 */
export function storeSelected(u: u32, s: usize, mask: u32): i32 {
  if (!mask) return Status.Next;
  const first: u32 = ctz<u32>(mask);
  const size: u32 = 32 - clz<u32>(mask) - first;
  const p = rw(destination(u) + first, size);
  if (!p) return fault();
  for (let i: u32 = 0; i < size; i++) {
    if ((mask >> (first + i)) & 1) store<u8>(p + i, load<u8>(s + first + i));
  }
  wrDone(p);
  return Status.Next;
}

/** Linear address of the implied operand ds:[rdi], with segment override and address size prefix. */
function destination(u: u32): u64 {
  const rdi = reg<u64>(Cpu.Rdi);
  return (uFlags(u) & UopFlag.Addr32 ? rdi & 0xffff_ffff : rdi) + segmentBase(u);
}
