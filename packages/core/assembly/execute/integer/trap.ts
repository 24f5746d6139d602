import { Cpu } from '../../../../abi/src/machine/cpu-state';
import { ExitReason } from '../../../../abi/src/machine/exits';
import { MemoryMap } from '../../../../abi/src/machine/memory-map';
import { Vector } from '../../../../abi/src/x86/vectors';
import { raise, raiseTrap } from '../../cpu/exceptions';
import { getFlags } from '../../cpu/flags';
import { setReg, uImm, uopNextRip } from '../../cpu/operands';

const enum Interrupt {
  Linux = 0x80,
}

/** rcx := next rip, r11 := rflags; the kernel does the rest. */
export function syscall(u: u32): i32 {
  const next = uopNextRip(u);
  store<u64>(MemoryMap.Cpu + Cpu.Rip, next);
  setReg<u64>(Cpu.Rcx, next);
  setReg<u64>(Cpu.R11, getFlags());
  return ExitReason.Syscall;
}

export function int3(u: u32): i32 {
  store<u64>(MemoryMap.Cpu + Cpu.Rip, uopNextRip(u));
  return raiseTrap(Vector.BP);
}

export function int1(u: u32): i32 {
  store<u64>(MemoryMap.Cpu + Cpu.Rip, uopNextRip(u));
  return raiseTrap(Vector.DB);
}

/** Linux's gates with DPL 3: 3, 4 and 0x80. The others are #GP with the gate's selector (SDM volume 3, 6.13: IDT bit). */
export function int_I(u: u32): i32 {
  const vector = <u32>uImm(u) & 0xff;
  if (vector != Interrupt.Linux && vector != Vector.BP && vector != Vector.OF) return raise(Vector.GP, (vector << 3) | 2);
  store<u64>(MemoryMap.Cpu + Cpu.Rip, uopNextRip(u));
  return vector == Interrupt.Linux ? ExitReason.Int80 : raiseTrap(vector);
}

export function ud(u: u32): i32 {
  return raise(Vector.UD, 0);
}
