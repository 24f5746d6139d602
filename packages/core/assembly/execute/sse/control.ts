import { Cpu } from '../../../../abi/src/machine/cpu-state';
import { Status } from '../../../../abi/src/machine/exits';
import { MemoryMap } from '../../../../abi/src/machine/memory-map';
import { Vector } from '../../../../abi/src/x86/vectors';
import { ea } from '../../cpu/operands';
import { raise } from '../../cpu/exceptions';
import { fault, rd } from '../../mmu/access';
import { writeMemory } from './operand';

/** MXCSR (SDM volume 1, §10.2.3). Bits outside the mask are reserved: setting one is #GP(0). */
const MXCSR_MASK: u32 = 0xffff;

export function ldmxcsr(u: u32): i32 {
  const s = rd(ea(u), 4);
  if (!s) return fault();
  const value = load<u32>(s);
  if (value & ~MXCSR_MASK) return raise(Vector.GP, 0);
  store<u32>(MemoryMap.Cpu, value, Cpu.Mxcsr);
  return Status.Next;
}

export function stmxcsr(u: u32): i32 {
  return writeMemory<u32>(u, load<u32>(MemoryMap.Cpu, Cpu.Mxcsr));
}
