import { Status } from '../../../../abi/src/machine/exits';
import { adc, add, logic, sbb, sub, wide } from '../../cpu/hot';
import { ea, isReg, reg, rmRead, setReg, uImm, uReg, uRm } from '../../cpu/operands';
import { fault, rw, wrDone } from '../../mmu/access';

/** The two-operand operations; a constant argument of inlined functions. */
const enum Alu {
  Add,
  Or,
  Adc,
  Sbb,
  And,
  Sub,
  Xor,
}

/** a and b are sign-extended. */
@inline
function compute<T>(op: u32, a: u64, b: u64): T {
  if (op == Alu.Add) return add<T>(a, b);
  if (op == Alu.Or) return logic<T>(a | b);
  if (op == Alu.Adc) return adc<T>(a, b);
  if (op == Alu.Sbb) return sbb<T>(a, b);
  if (op == Alu.And) return logic<T>(a & b);
  if (op == Alu.Sub) return sub<T>(a, b);
  return logic<T>(a ^ b);
}

/** rm := rm op b. */
@inline
function toE<T>(op: u32, u: u32, b: u64): i32 {
  if (isReg(u)) {
    const rm = uRm(u);
    setReg<T>(rm, compute<T>(op, wide<T>(reg<T>(rm)), b));
    return Status.Next;
  }
  const p = rw(ea(u), sizeof<T>());
  if (!p) return fault();
  store<T>(p, compute<T>(op, wide<T>(load<T>(p)), b));
  wrDone(p);
  return Status.Next;
}

/** reg := reg op rm. */
@inline
function toG<T>(op: u32, u: u32): i32 {
  const p = rmRead(u, sizeof<T>());
  if (!p) return fault();
  const target = uReg(u);
  setReg<T>(target, compute<T>(op, wide<T>(reg<T>(target)), wide<T>(load<T>(p))));
  return Status.Next;
}

@inline
function g<T>(u: u32): u64 {
  return wide<T>(reg<T>(uReg(u)));
}

/** The immediate, sign-extended from the operand size. */
@inline
function i<T>(u: u32): u64 {
  return wide<T>(<T>uImm(u));
}

export function add_E_G<T>(u: u32): i32 {
  return toE<T>(Alu.Add, u, g<T>(u));
}

export function add_G_E<T>(u: u32): i32 {
  return toG<T>(Alu.Add, u);
}

export function add_E_I<T>(u: u32): i32 {
  return toE<T>(Alu.Add, u, i<T>(u));
}

export function or_E_G<T>(u: u32): i32 {
  return toE<T>(Alu.Or, u, g<T>(u));
}

export function or_G_E<T>(u: u32): i32 {
  return toG<T>(Alu.Or, u);
}

export function or_E_I<T>(u: u32): i32 {
  return toE<T>(Alu.Or, u, i<T>(u));
}

export function adc_E_G<T>(u: u32): i32 {
  return toE<T>(Alu.Adc, u, g<T>(u));
}

export function adc_G_E<T>(u: u32): i32 {
  return toG<T>(Alu.Adc, u);
}

export function adc_E_I<T>(u: u32): i32 {
  return toE<T>(Alu.Adc, u, i<T>(u));
}

export function sbb_E_G<T>(u: u32): i32 {
  return toE<T>(Alu.Sbb, u, g<T>(u));
}

export function sbb_G_E<T>(u: u32): i32 {
  return toG<T>(Alu.Sbb, u);
}

export function sbb_E_I<T>(u: u32): i32 {
  return toE<T>(Alu.Sbb, u, i<T>(u));
}

export function and_E_G<T>(u: u32): i32 {
  return toE<T>(Alu.And, u, g<T>(u));
}

export function and_G_E<T>(u: u32): i32 {
  return toG<T>(Alu.And, u);
}

export function and_E_I<T>(u: u32): i32 {
  return toE<T>(Alu.And, u, i<T>(u));
}

export function sub_E_G<T>(u: u32): i32 {
  return toE<T>(Alu.Sub, u, g<T>(u));
}

export function sub_G_E<T>(u: u32): i32 {
  return toG<T>(Alu.Sub, u);
}

export function sub_E_I<T>(u: u32): i32 {
  return toE<T>(Alu.Sub, u, i<T>(u));
}

export function xor_E_G<T>(u: u32): i32 {
  return toE<T>(Alu.Xor, u, g<T>(u));
}

export function xor_G_E<T>(u: u32): i32 {
  return toG<T>(Alu.Xor, u);
}

export function xor_E_I<T>(u: u32): i32 {
  return toE<T>(Alu.Xor, u, i<T>(u));
}

@inline
function cmpE<T>(u: u32, b: u64): i32 {
  const p = rmRead(u, sizeof<T>());
  if (!p) return fault();
  const a = wide<T>(load<T>(p));
  sub<T>(a, b);
  return Status.Next;
}

export function cmp_E_G<T>(u: u32): i32 {
  return cmpE<T>(u, g<T>(u));
}

export function cmp_E_I<T>(u: u32): i32 {
  return cmpE<T>(u, i<T>(u));
}

@inline
function testE<T>(u: u32, b: u64): i32 {
  const p = rmRead(u, sizeof<T>());
  if (!p) return fault();
  const a = wide<T>(load<T>(p));
  logic<T>(a & b);
  return Status.Next;
}

export function test_E_G<T>(u: u32): i32 {
  return testE<T>(u, g<T>(u));
}

export function test_E_I<T>(u: u32): i32 {
  return testE<T>(u, i<T>(u));
}

export function cmp_G_E<T>(u: u32): i32 {
  const p = rmRead(u, sizeof<T>());
  if (!p) return fault();
  sub<T>(g<T>(u), wide<T>(load<T>(p)));
  return Status.Next;
}
