import { Cpu } from '../../../abi/src/machine/cpu-state';
import { MemoryMap } from '../../../abi/src/machine/memory-map';
import { Eflags } from '../../../abi/src/x86/eflags';
import { Selector } from '../../../abi/src/x86/vectors';
import { CcOp, getFlags, loadCc, putFlags, storeCc } from './flags';

const enum Initial {
  Fcw = 0x37f,
  Mxcsr = 0x1f80,
}

/**
 * Registers as a program finds them at its first instruction (arch/x86/kernel/process_64.c: start_thread). The address space and
 * the count of instructions are the machine's, and stay.
 */
export function resetCpu(): void {
  const pgd = load<u32>(MemoryMap.Cpu + Cpu.Cr3);
  const icount = load<u64>(MemoryMap.Cpu + Cpu.Icount);
  memory.fill(MemoryMap.Cpu, 0, Cpu.TaskBytes);
  store<u32>(MemoryMap.Cpu + Cpu.Cr3, pgd);
  store<u64>(MemoryMap.Cpu + Cpu.Icount, icount);
  store<u32>(MemoryMap.Cpu + Cpu.CcOp, CcOp.Logic);
  store<i64>(MemoryMap.Cpu + Cpu.CcResult, 1);
  loadCc();
  setEflags(Eflags.IF | Eflags.Fixed);
  store<u16>(MemoryMap.Cpu + Cpu.Fcw, Initial.Fcw);
  store<u32>(MemoryMap.Cpu + Cpu.Mxcsr, Initial.Mxcsr);
  // es cs ss ds fs gs
  store<u16>(MemoryMap.Cpu + Cpu.Selectors, Selector.UserCs, 2);
  store<u16>(MemoryMap.Cpu + Cpu.Selectors, Selector.UserDs, 4);
}

export function getEflags(): u32 {
  loadCc();
  return getFlags();
}

export function setEflags(value: u32): void {
  putFlags(value);
  storeCc();
}
