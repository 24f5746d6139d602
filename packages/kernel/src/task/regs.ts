import { Cpu, MemoryMap } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import type { Task } from './task.js';

/**
 * The current task's registers (struct pt_regs), which lie in the CPU state. `offset` is a Cpu constant.
 *
 * getReg gives the unsigned 64-bit value as a Number: exact below 2^53, rounded above. getRegSigned gives the signed one, which is
 * exact for every small negative number. Pairs and the 32-bit halves are always exact.
 */
export function getReg(k: Kernel, offset: number): number {
  const at = (MemoryMap.Cpu + offset) >>> 2;
  const u32 = k.core.u32;
  return u32[at + 1]! * 0x1_0000_0000 + u32[at]!;
}

export function getRegSigned(k: Kernel, offset: number): number {
  const at = (MemoryMap.Cpu + offset) >>> 2;
  return k.core.i32[at + 1]! * 0x1_0000_0000 + k.core.u32[at]!;
}

/** The upper 32 bits. */
export function getRegHigh(k: Kernel, offset: number): number {
  return k.core.u32[((MemoryMap.Cpu + offset) >>> 2) + 1]!;
}

export function getRegPair(k: Kernel, offset: number): [lo: number, hi: number] {
  const at = (MemoryMap.Cpu + offset) >>> 2;
  return [k.core.u32[at]!, k.core.u32[at + 1]!];
}

/** Sets all 64 bits from an integer, negative ones sign-extended. */
export function setReg(k: Kernel, offset: number, value: number): void {
  const at = (MemoryMap.Cpu + offset) >>> 2;
  const { u32 } = k.core;
  const low = value | 0;
  u32[at] = value;
  u32[at + 1] = low === value ? low >> 31 : Math.floor(value / 0x1_0000_0000);
}

export function setRegPair(k: Kernel, offset: number, lo: number, hi: number): void {
  const at = (MemoryMap.Cpu + offset) >>> 2;
  k.core.u32[at] = lo;
  k.core.u32[at + 1] = hi;
}

/** The CPU state of any task: the live one of the task on the CPU, else its saved block. A view: do not keep it across a switch. */
export function taskCpu(k: Kernel, task: Task): DataView {
  if (task === k.current) return new DataView(k.core.memory.buffer, MemoryMap.Cpu, Cpu.TaskBytes);
  return new DataView(task.cpu.buffer, task.cpu.byteOffset, task.cpu.byteLength);
}

/** getReg of any task (for /proc/PID/stat, ptrace). */
export function getTaskReg(k: Kernel, task: Task, offset: number): number {
  const view = taskCpu(k, task);
  return view.getUint32(offset + 4, true) * 0x1_0000_0000 + view.getUint32(offset, true);
}

export function setTaskReg(k: Kernel, task: Task, offset: number, value: number): void {
  const view = taskCpu(k, task);
  view.setUint32(offset, value >>> 0, true);
  view.setUint32(offset + 4, Math.floor(value / 0x1_0000_0000) >>> 0, true);
}
