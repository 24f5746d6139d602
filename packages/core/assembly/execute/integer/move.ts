import { Status } from '../../../../abi/src/machine/exits';
import { Cpu } from '../../../../abi/src/machine/cpu-state';
import { wide } from '../../cpu/hot';
import { ea, effectiveOffset, isReg, reg, rmRead, segmentBase, setReg, uFlags, uImm, uReg, uRm } from '../../cpu/operands';
import { Uop, UopFlag } from '../../../../abi/src/machine/uop';
import { fault, rd, wr, wrDone } from '../../mmu/access';

/** Stores a value to the rm operand. */
@inline
export function putE<T>(u: u32, value: T): i32 {
  if (isReg(u)) {
    setReg<T>(uRm(u), value);
    return Status.Next;
  }
  const p = wr(ea(u), sizeof<T>());
  if (!p) return fault();
  store<T>(p, value);
  wrDone(p);
  return Status.Next;
}

export function mov_E_G<T>(u: u32): i32 {
  return putE<T>(u, reg<T>(uReg(u)));
}

export function mov_G_E<T>(u: u32): i32 {
  const p = rmRead(u, sizeof<T>());
  if (!p) return fault();
  setReg<T>(uReg(u), load<T>(p));
  return Status.Next;
}

export function mov_E_I<T>(u: u32): i32 {
  return putE<T>(u, <T>wide<i32>(uImm(u)));
}

export function mov_Z_I<T>(u: u32): i32 {
  setReg<T>(uRm(u), <T>wideImmediate(u));
  return Status.Next;
}

/** 64 bits: low half in imm, high half in disp. */
function wideImmediate(u: u32): u64 {
  // Loaded unsigned: asc 0.28 turns <u64>(<u32>load<i32>(…)) into a sign-extending load.
  return <u64>load<u32>(u, Uop.Imm) | (<u64>load<u32>(u, Uop.Disp) << 32);
}

/** Linear address of an O operand. */
function absolute(u: u32): u64 {
  const address = wideImmediate(u);
  return (uFlags(u) & UopFlag.Addr32 ? address & 0xffff_ffff : address) + segmentBase(u);
}

export function mov_A_O<T>(u: u32): i32 {
  const p = rd(absolute(u), sizeof<T>());
  if (!p) return fault();
  setReg<T>(Cpu.Rax, load<T>(p));
  return Status.Next;
}

export function mov_O_A<T>(u: u32): i32 {
  const p = wr(absolute(u), sizeof<T>());
  if (!p) return fault();
  store<T>(p, reg<T>(Cpu.Rax));
  wrDone(p);
  return Status.Next;
}

export function lea<T>(u: u32): i32 {
  setReg<T>(uReg(u), <T>effectiveOffset(u));
  return Status.Next;
}

/** With a 16-bit operand it reads and writes 16 bits. */
export function movsxd<T>(u: u32): i32 {
  if (sizeof<T>() == 2) return mov_G_E<T>(u);
  const p = rmRead(u, 4);
  if (!p) return fault();
  setReg<T>(uReg(u), <T>(<i64>load<i32>(p)));
  return Status.Next;
}

export function movzx_G_Eb<T>(u: u32): i32 {
  const p = rmRead(u, 1);
  if (!p) return fault();
  setReg<T>(uReg(u), <T>load<u8>(p));
  return Status.Next;
}

export function movzx_G_Ew<T>(u: u32): i32 {
  const p = rmRead(u, 2);
  if (!p) return fault();
  setReg<T>(uReg(u), <T>load<u16>(p));
  return Status.Next;
}

export function movsx_G_Eb<T>(u: u32): i32 {
  const p = rmRead(u, 1);
  if (!p) return fault();
  setReg<T>(uReg(u), <T>(<i64>load<i8>(p)));
  return Status.Next;
}

export function movsx_G_Ew<T>(u: u32): i32 {
  const p = rmRead(u, 2);
  if (!p) return fault();
  setReg<T>(uReg(u), <T>(<i64>load<i16>(p)));
  return Status.Next;
}
