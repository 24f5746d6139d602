import { Status } from '../../../../abi/src/machine/exits';
import { Cpu } from '../../../../abi/src/machine/cpu-state';
import { Vector } from '../../../../abi/src/x86/vectors';
import { add, sub, wide } from '../../cpu/hot';
import { raise } from '../../cpu/exceptions';
import { setZf } from '../../cpu/flags';
import { ea, isReg, reg, setReg, uReg, uRm } from '../../cpu/operands';
import { fault, rw, wrDone } from '../../mmu/access';

export function xchg_E_G<T>(u: u32): i32 {
  const source = uReg(u);
  if (isReg(u)) {
    const rm = uRm(u);
    const value = reg<T>(rm);
    setReg<T>(rm, reg<T>(source));
    setReg<T>(source, value);
    return Status.Next;
  }
  const p = rw(ea(u), sizeof<T>());
  if (!p) return fault();
  const value = load<T>(p);
  store<T>(p, reg<T>(source));
  wrDone(p);
  setReg<T>(source, value);
  return Status.Next;
}

/** 90 without REX.B is a nop: it does not clear the upper half of rax. */
export function xchg_Z_A<T>(u: u32): i32 {
  const rm = uRm(u);
  if (rm == Cpu.Rax) return Status.Next;
  const value = reg<T>(rm);
  setReg<T>(rm, reg<T>(Cpu.Rax));
  setReg<T>(Cpu.Rax, value);
  return Status.Next;
}

/** The sum goes to rm after its old value went to reg: with both the same register the sum stays. */
export function xadd<T>(u: u32): i32 {
  const source = uReg(u);
  const addend = reg<T>(source);
  if (isReg(u)) {
    const rm = uRm(u);
    const value = reg<T>(rm);
    setReg<T>(source, value);
    setReg<T>(rm, add<T>(wide<T>(value), wide<T>(addend)));
    return Status.Next;
  }
  const p = rw(ea(u), sizeof<T>());
  if (!p) return fault();
  const value = load<T>(p);
  store<T>(p, add<T>(wide<T>(value), wide<T>(addend)));
  wrDone(p);
  setReg<T>(source, value);
  return Status.Next;
}

/** Memory is written in either case (so it must be writable); rax only when the comparison fails. */
export function cmpxchg<T>(u: u32): i32 {
  const expected = reg<T>(Cpu.Rax);
  const replacement = reg<T>(uReg(u));
  if (isReg(u)) {
    const rm = uRm(u);
    const value = reg<T>(rm);
    sub<T>(wide<T>(expected), wide<T>(value));
    if (value == expected) setReg<T>(rm, replacement);
    else setReg<T>(Cpu.Rax, value);
    return Status.Next;
  }
  const p = rw(ea(u), sizeof<T>());
  if (!p) return fault();
  const value = load<T>(p);
  sub<T>(wide<T>(expected), wide<T>(value));
  if (value == expected) store<T>(p, replacement);
  else setReg<T>(Cpu.Rax, value);
  wrDone(p);
  return Status.Next;
}

/** cmpxchg8b, with REX.W cmpxchg16b, which wants alignment. Only ZF changes. */
export function cmpxchg_pair<T>(u: u32): i32 {
  const va = ea(u);
  if (sizeof<T>() == 8) return va & 15 ? raise(Vector.GP, 0) : compare<u64>(va);
  return compare<u32>(va);
}

function compare<T>(va: u64): i32 {
  const p = rw(va, 2 * sizeof<T>());
  if (!p) return fault();
  const low = load<T>(p);
  const high = load<T>(p, sizeof<T>());
  const equal = low == reg<T>(Cpu.Rax) && high == reg<T>(Cpu.Rdx);
  if (equal) {
    store<T>(p, reg<T>(Cpu.Rbx));
    store<T>(p, reg<T>(Cpu.Rcx), sizeof<T>());
  } else {
    setReg<T>(Cpu.Rax, low);
    setReg<T>(Cpu.Rdx, high);
  }
  wrDone(p);
  setZf(equal);
  return Status.Next;
}
