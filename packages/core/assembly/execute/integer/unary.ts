import { Status } from '../../../../abi/src/machine/exits';
import { dec, inc, sub, wide } from '../../cpu/hot';
import { ea, isReg, reg, setReg, uRm } from '../../cpu/operands';
import { fault, rw, wrDone } from '../../mmu/access';

const enum Unary {
  Inc,
  Dec,
  Not,
  Neg,
}

@inline
function compute<T>(op: u32, a: u64): T {
  if (op == Unary.Inc) return inc<T>(a);
  if (op == Unary.Dec) return dec<T>(a);
  if (op == Unary.Not) return <T>~a;
  return sub<T>(0, a);
}

@inline
function toE<T>(op: u32, u: u32): i32 {
  if (isReg(u)) {
    const rm = uRm(u);
    setReg<T>(rm, compute<T>(op, wide<T>(reg<T>(rm))));
    return Status.Next;
  }
  const p = rw(ea(u), sizeof<T>());
  if (!p) return fault();
  store<T>(p, compute<T>(op, wide<T>(load<T>(p))));
  wrDone(p);
  return Status.Next;
}

export function inc_E<T>(u: u32): i32 {
  return toE<T>(Unary.Inc, u);
}

export function dec_E<T>(u: u32): i32 {
  return toE<T>(Unary.Dec, u);
}

/** Changes no flag. */
export function not_E<T>(u: u32): i32 {
  return toE<T>(Unary.Not, u);
}

/** CF = the operand was not 0: what 0 − a leaves. */
export function neg_E<T>(u: u32): i32 {
  return toE<T>(Unary.Neg, u);
}
