import { Cpu } from '../../../../abi/src/machine/cpu-state';
import { Status } from '../../../../abi/src/machine/exits';
import { MemoryMap } from '../../../../abi/src/machine/memory-map';
import { Eflags } from '../../../../abi/src/x86/eflags';
import { getCf, setCf, setFlags, statusFlags } from '../../cpu/flags';
import { reg, setReg } from '../../cpu/operands';

const enum Ah {
  Register = Cpu.Rax + 1,
  /** The flags that ah can hold: SF ZF AF PF CF. */
  Flags = 0xd5,
}

export function sahf(u: u32): i32 {
  setFlags((statusFlags() & Eflags.OF) | (reg<u8>(Ah.Register) & Ah.Flags));
  return Status.Next;
}

/** Bit 1 reads as 1. */
export function lahf(u: u32): i32 {
  setReg<u8>(Ah.Register, <u8>((statusFlags() & Ah.Flags) | Eflags.Fixed));
  return Status.Next;
}

export function cmc(u: u32): i32 {
  setCf(!getCf());
  return Status.Next;
}

export function clc(u: u32): i32 {
  setCf(false);
  return Status.Next;
}

export function stc(u: u32): i32 {
  setCf(true);
  return Status.Next;
}

export function cld(u: u32): i32 {
  const at = MemoryMap.Cpu + Cpu.EflagsRest;
  store<u32>(at, load<u32>(at) & ~Eflags.DF);
  return Status.Next;
}

export function std(u: u32): i32 {
  const at = MemoryMap.Cpu + Cpu.EflagsRest;
  store<u32>(at, load<u32>(at) | Eflags.DF);
  return Status.Next;
}
