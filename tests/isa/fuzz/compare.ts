import { Cpu, ExitReason } from '@ring3/abi';
import type { Machine } from './machine.js';

/** What two machines must agree on whenever they stop. */

/** Ranges of the CPU state that are the guest's; flags are compared as RFLAGS. */
const RANGES: readonly (readonly [first: number, end: number])[] = [
  [Cpu.Gpr, Cpu.Zero],
  [Cpu.FsBase, Cpu.GsBase + 8],
  [Cpu.Rip, Cpu.Icount + 8],
  [Cpu.Mxcsr, Cpu.Cr3],
  [Cpu.Fcw, Cpu.Fdp + 8],
  [Cpu.Xmm, Cpu.TaskBytes],
];
const GPR = ['rax', 'rcx', 'rdx', 'rbx', 'rsp', 'rbp', 'rsi', 'rdi', 'r8', 'r9', 'r10', 'r11', 'r12', 'r13', 'r14', 'r15'];
/** Status flags, DF, TF, AC, ID. */
const RFLAGS = 0x24_0fd5;

const hex = (value: number | bigint): string => value.toString(16);

function nameOf(offset: number): string {
  if (offset < Cpu.Zero) return GPR[offset >> 3]!;
  if (offset >= Cpu.St) return `st(physical ${(offset - Cpu.St) >> 4})${offset & 8 ? ' high' : ''}`;
  if (offset >= Cpu.Xmm) return `xmm${(offset - Cpu.Xmm) >> 4}${offset & 8 ? ' high' : ''}`;
  const names: Record<number, string> = {
    [Cpu.FsBase]: 'fs base',
    [Cpu.GsBase]: 'gs base',
    [Cpu.Rip]: 'rip',
    [Cpu.Icount]: 'icount',
    [Cpu.Mxcsr]: 'mxcsr and selectors',
    [Cpu.Fcw]: 'fcw fsw ftw fop',
    [Cpu.Fip]: 'fip',
    [Cpu.Fdp]: 'fdp',
  };
  return names[offset] ?? `cpu+${hex(offset)}`;
}

/** How registers, exit and exception differ; '' = not at all. */
export function stateDifference(expected: Machine, actual: Machine, wanted: ExitReason, got: ExitReason): string {
  const found: string[] = [];
  const compare = (name: string, is: number, should: number): void => {
    if (is !== should) found.push(`${name} ${hex(is)}, interpreter ${hex(should)}`);
  };
  compare('exit reason', got, wanted);
  for (const [first, end] of RANGES) {
    if (expected.state.compare(actual.state, first, end, first, end) === 0) continue;
    for (let offset = first; offset < end; offset += 8) {
      const should = expected.state.readBigUInt64LE(offset);
      const is = actual.state.readBigUInt64LE(offset);
      if (is !== should) found.push(`${nameOf(offset)} ${hex(is)}, interpreter ${hex(should)}`);
    }
  }
  compare('rflags', actual.core.getEflags() & RFLAGS, expected.core.getEflags() & RFLAGS);
  if (wanted === ExitReason.Exception || wanted === ExitReason.PageFault) {
    compare('vector', actual.at(Cpu.ExitVector), expected.at(Cpu.ExitVector));
    compare('error', actual.at(Cpu.ExitError), expected.at(Cpu.ExitError));
  }
  if (wanted === ExitReason.PageFault) {
    compare('cr2', actual.at(Cpu.Cr2), expected.at(Cpu.Cr2));
    compare('cr2 high', actual.at((Cpu.Cr2 + 4) as Cpu), expected.at((Cpu.Cr2 + 4) as Cpu));
    compare('error that the kernel sees', actual.faultError, expected.faultError);
  }
  return found.join('; ');
}

const PAGE_NAMES = [
  ...Array.from({ length: 8 }, (_, i) => `code ${i}`),
  'data',
  'second',
  'read-only',
  'high',
  'lazy',
  'stack',
  'stack top',
  'control',
];

/** The first byte that differs on each page. */
export function memoryDifference(expected: Machine, actual: Machine): string {
  const found: string[] = [];
  expected.pages.forEach((page, i) => {
    const other = actual.pages[i]!;
    if (page.equals(other)) return;
    const at = page.findIndex((byte, offset) => byte !== other[offset]);
    found.push(`${PAGE_NAMES[i]} page +${hex(at)}: ${hex(other[at]!)}, interpreter ${hex(page[at]!)}`);
  });
  return found.join('; ');
}
