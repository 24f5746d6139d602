import { Cpu } from '../../../../abi/src/machine/cpu-state';
import { Status } from '../../../../abi/src/machine/exits';
import { hostRdtsc } from '../../host';
import { ea, setReg } from '../../cpu/operands';
import { fault, rd } from '../../mmu/access';

export function nop(u: u32): i32 {
  return Status.Next;
}

export function rdtsc(u: u32): i32 {
  hostRdtsc();
  return Status.Next;
}

/** IA32_TSC_AUX holds cpu | node << 12: one CPU, number 0. */
export function rdtscp(u: u32): i32 {
  hostRdtsc();
  setReg<u32>(Cpu.Rcx, 0);
  return Status.Next;
}

/** A byte of the line is read as far as faults go; there is no cache. */
export function clflush(u: u32): i32 {
  return rd(ea(u), 1) ? Status.Next : fault();
}
