import { Status } from '../../../../abi/src/machine/exits';
import { ea, isReg, uReg, uRm, xmm } from '../../cpu/operands';
import { raise } from '../../cpu/exceptions';
import { fault, wr, wrDone } from '../../mmu/access';
import { Vector } from '../../../../abi/src/x86/vectors';

/** Register operands of XMM instructions, and stores to W operands. */

/** Value of the ModRM.reg register. */
@inline
export function dst(u: u32): v128 {
  return v128.load(xmm(uReg(u)));
}

/** Sets the ModRM.reg register and ends the instruction. */
@inline
export function put(u: u32, v: v128): i32 {
  v128.store(xmm(uReg(u)), v);
  return Status.Next;
}

/** Value of a register in ModRM.rm. */
@inline
export function rm(u: u32): v128 {
  return v128.load(xmm(uRm(u)));
}

/** Sets the register in ModRM.rm and ends the instruction. */
@inline
export function putRm(u: u32, v: v128): i32 {
  v128.store(xmm(uRm(u)), v);
  return Status.Next;
}

/** Stores the ModRM.reg register to a register or, without alignment check, to memory. */
export function store128(u: u32): i32 {
  return isReg(u) ? putRm(u, dst(u)) : write128(u, ea(u));
}

/** Stores the ModRM.reg register to a register or to memory, which must be aligned: else #GP(0). */
export function store128Aligned(u: u32): i32 {
  if (isReg(u)) return putRm(u, dst(u));
  const va = ea(u);
  return va & 15 ? raise(Vector.GP, 0) : write128(u, va);
}

function write128(u: u32, va: u64): i32 {
  const p = wr(va, 16);
  if (!p) return fault();
  v128.store(p, dst(u));
  wrDone(p);
  return Status.Next;
}

/** Stores a scalar to the memory operand. */
export function writeMemory<T>(u: u32, value: T): i32 {
  const p = wr(ea(u), sizeof<T>());
  if (!p) return fault();
  store<T>(p, value);
  wrDone(p);
  return Status.Next;
}
