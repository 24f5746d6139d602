import { Status } from '../../../../abi/src/machine/exits';
import { condition } from '../../cpu/conditions';
import { reg, rmRead, setReg, uReg } from '../../cpu/operands';
import { fault } from '../../mmu/access';
import { putE } from './move';

/** The source is read, and a 32-bit destination's upper half cleared, whatever the condition. */
@inline
function cmov<T>(u: u32, code: u32): i32 {
  const p = rmRead(u, sizeof<T>());
  if (!p) return fault();
  const target = uReg(u);
  setReg<T>(target, condition(code) ? load<T>(p) : reg<T>(target));
  return Status.Next;
}

export function cmovo<T>(u: u32): i32 {
  return cmov<T>(u, 0);
}

export function seto(u: u32): i32 {
  return putE<u8>(u, <u8>condition(0));
}

export function cmovno<T>(u: u32): i32 {
  return cmov<T>(u, 1);
}

export function setno(u: u32): i32 {
  return putE<u8>(u, <u8>condition(1));
}

export function cmovb<T>(u: u32): i32 {
  return cmov<T>(u, 2);
}

export function setb(u: u32): i32 {
  return putE<u8>(u, <u8>condition(2));
}

export function cmovae<T>(u: u32): i32 {
  return cmov<T>(u, 3);
}

export function setae(u: u32): i32 {
  return putE<u8>(u, <u8>condition(3));
}

export function cmove<T>(u: u32): i32 {
  return cmov<T>(u, 4);
}

export function sete(u: u32): i32 {
  return putE<u8>(u, <u8>condition(4));
}

export function cmovne<T>(u: u32): i32 {
  return cmov<T>(u, 5);
}

export function setne(u: u32): i32 {
  return putE<u8>(u, <u8>condition(5));
}

export function cmovbe<T>(u: u32): i32 {
  return cmov<T>(u, 6);
}

export function setbe(u: u32): i32 {
  return putE<u8>(u, <u8>condition(6));
}

export function cmova<T>(u: u32): i32 {
  return cmov<T>(u, 7);
}

export function seta(u: u32): i32 {
  return putE<u8>(u, <u8>condition(7));
}

export function cmovs<T>(u: u32): i32 {
  return cmov<T>(u, 8);
}

export function sets(u: u32): i32 {
  return putE<u8>(u, <u8>condition(8));
}

export function cmovns<T>(u: u32): i32 {
  return cmov<T>(u, 9);
}

export function setns(u: u32): i32 {
  return putE<u8>(u, <u8>condition(9));
}

export function cmovp<T>(u: u32): i32 {
  return cmov<T>(u, 10);
}

export function setp(u: u32): i32 {
  return putE<u8>(u, <u8>condition(10));
}

export function cmovnp<T>(u: u32): i32 {
  return cmov<T>(u, 11);
}

export function setnp(u: u32): i32 {
  return putE<u8>(u, <u8>condition(11));
}

export function cmovl<T>(u: u32): i32 {
  return cmov<T>(u, 12);
}

export function setl(u: u32): i32 {
  return putE<u8>(u, <u8>condition(12));
}

export function cmovge<T>(u: u32): i32 {
  return cmov<T>(u, 13);
}

export function setge(u: u32): i32 {
  return putE<u8>(u, <u8>condition(13));
}

export function cmovle<T>(u: u32): i32 {
  return cmov<T>(u, 14);
}

export function setle(u: u32): i32 {
  return putE<u8>(u, <u8>condition(14));
}

export function cmovg<T>(u: u32): i32 {
  return cmov<T>(u, 15);
}

export function setg(u: u32): i32 {
  return putE<u8>(u, <u8>condition(15));
}
