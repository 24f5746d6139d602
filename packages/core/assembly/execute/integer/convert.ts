import { Status } from '../../../../abi/src/machine/exits';
import { Cpu } from '../../../../abi/src/machine/cpu-state';
import { UopFlag } from '../../../../abi/src/machine/uop';
import { reg, segmentBase, setReg, uFlags, uRm } from '../../cpu/operands';
import { fault, rd } from '../../mmu/access';

/** cbw, cwde, cdqe: the lower half of rax, sign-extended. */
export function cbw<T>(u: u32): i32 {
  if (sizeof<T>() == 2) setReg<u16>(Cpu.Rax, <u16>reg<i8>(Cpu.Rax));
  else if (sizeof<T>() == 4) setReg<u32>(Cpu.Rax, <u32>reg<i16>(Cpu.Rax));
  else setReg<u64>(Cpu.Rax, <u64>reg<i32>(Cpu.Rax));
  return Status.Next;
}

/** cwd, cdq, cqo: rdx filled with the sign of rax. */
export function cwd<T>(u: u32): i32 {
  if (sizeof<T>() == 2) setReg<u16>(Cpu.Rdx, <u16>(reg<i16>(Cpu.Rax) >> 15));
  else if (sizeof<T>() == 4) setReg<u32>(Cpu.Rdx, <u32>(reg<i32>(Cpu.Rax) >> 31));
  else setReg<u64>(Cpu.Rdx, <u64>(reg<i64>(Cpu.Rax) >> 63));
  return Status.Next;
}

/** With 16 bits the result is undefined (SDM); processors give 0. */
export function bswap<T>(u: u32): i32 {
  const rm = uRm(u);
  if (sizeof<T>() == 2) setReg<u16>(rm, 0);
  else if (sizeof<T>() == 4) setReg<u32>(rm, <u32>bswap32(reg<u32>(rm)));
  else setReg<u64>(rm, (<u64>bswap32(<u32>reg<u64>(rm)) << 32) | bswap32(<u32>(reg<u64>(rm) >> 32)));
  return Status.Next;
}

function bswap32(value: u32): u32 {
  return (rotl<u32>(value, 8) & 0x00ff_00ff) | (rotr<u32>(value, 8) & 0xff00_ff00);
}

/** al := byte at rbx + al. */
export function xlat(u: u32): i32 {
  let address = reg<u64>(Cpu.Rbx) + reg<u8>(Cpu.Rax);
  if (uFlags(u) & UopFlag.Addr32) address &= 0xffff_ffff;
  const p = rd(address + segmentBase(u), 1);
  if (!p) return fault();
  setReg<u8>(Cpu.Rax, load<u8>(p));
  return Status.Next;
}
