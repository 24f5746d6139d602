import { Cpu, MemoryMap } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import type { Task } from '../task/task.js';
import { activateMm } from '../mm/mm-life.js';
import { rseqPreempt } from './rseq.js';
import { accountTime } from '../time/cpu-time.js';

/** context_switch: saves the CPU state of the task on the CPU, loads the next one's, activates its address space. */
export function switchTo(k: Kernel, next: Task): void {
  const previous = k.current;
  if (previous === next) return;
  accountTime(k);
  rseqPreempt(previous);
  const { u8, u32 } = k.core;
  /** Two fields of the block are the machine's, not the task's: retired instructions, and the address space that is active now. */
  const icount = (MemoryMap.Cpu + Cpu.Icount) >>> 2;
  const cr3 = (MemoryMap.Cpu + Cpu.Cr3) >>> 2;
  const icountLo = u32[icount]!;
  const icountHi = u32[icount + 1]!;
  const active = u32[cr3]!;
  previous.cpu.set(u8.subarray(MemoryMap.Cpu, MemoryMap.Cpu + Cpu.TaskBytes));
  u8.set(next.cpu, MemoryMap.Cpu);
  u32[icount] = icountLo;
  u32[icount + 1] = icountHi;
  u32[cr3] = active;
  k.current = next;
  if (next.mm) activateMm(k, next.mm);
}
