import { Cpu, Eflags, MemoryMap } from '@ring3/abi';
import type { Kernel } from '../kernel.js';
import { taskCpu } from '../task/regs.js';
import type { Task } from '../task/task.js';

/** Registers of a task as hexadecimal strings of 16 digits. */
export interface RegistersView {
  /** rax … r15, rip, fs_base, gs_base. */
  general: Record<string, string>;
  rflags: string;
  /** Names of the flags that are set. */
  flags: string[];
}

const general: readonly (readonly [string, Cpu])[] = [
  ['rax', Cpu.Rax],
  ['rbx', Cpu.Rbx],
  ['rcx', Cpu.Rcx],
  ['rdx', Cpu.Rdx],
  ['rsi', Cpu.Rsi],
  ['rdi', Cpu.Rdi],
  ['rbp', Cpu.Rbp],
  ['rsp', Cpu.Rsp],
  ['r8', Cpu.R8],
  ['r9', Cpu.R9],
  ['r10', Cpu.R10],
  ['r11', Cpu.R11],
  ['r12', Cpu.R12],
  ['r13', Cpu.R13],
  ['r14', Cpu.R14],
  ['r15', Cpu.R15],
  ['rip', Cpu.Rip],
  ['fs_base', Cpu.FsBase],
  ['gs_base', Cpu.GsBase],
];

const flagNames: readonly (readonly [number, string])[] = [
  [Eflags.CF, 'CF'],
  [Eflags.PF, 'PF'],
  [Eflags.AF, 'AF'],
  [Eflags.ZF, 'ZF'],
  [Eflags.SF, 'SF'],
  [Eflags.TF, 'TF'],
  [Eflags.IF, 'IF'],
  [Eflags.DF, 'DF'],
  [Eflags.OF, 'OF'],
  [Eflags.AC, 'AC'],
  [Eflags.ID, 'ID'],
];

export function inspectRegisters(k: Kernel, task: Task): RegistersView {
  const cpu = taskCpu(k, task);
  const word = (offset: number): string => cpu.getBigUint64(offset, true).toString(16).padStart(16, '0');
  const rflags = flagsOf(k, task);
  return {
    general: Object.fromEntries(general.map(([name, offset]) => [name, word(offset)])),
    rflags: rflags.toString(16).padStart(16, '0'),
    flags: flagNames.filter(([bit]) => rflags & bit).map(([, name]) => name),
  };
}

/** The core keeps flags as what set them, and works them out of the state on the CPU: another task's is put there for a moment. */
function flagsOf(k: Kernel, task: Task): number {
  if (task === k.current) return k.core.getEflags();
  const { u8 } = k.core;
  const own = u8.slice(MemoryMap.Cpu, MemoryMap.Cpu + Cpu.TaskBytes);
  u8.set(task.cpu, MemoryMap.Cpu);
  const flags = k.core.getEflags();
  u8.set(own, MemoryMap.Cpu);
  return flags;
}
