import { Vma } from './mm.js';
import { Vm } from './vm-flags.js';

/**
 * The [vsyscall] page, which every 64-bit program seems to have: in lists of mappings it comes last, but it is in no address space and
 * has no page. Programs can only call it (trap/vsyscall.ts). Linux: arch/x86/entry/vsyscall/vsyscall_64.c: get_gate_vma.
 */
export function gateVma(): Vma {
  const vma = new Vma(0xffff_ffff_ff60_0000, 0xffff_ffff_ff60_1000, Vm.Exec);
  vma.name = '[vsyscall]';
  return vma;
}
