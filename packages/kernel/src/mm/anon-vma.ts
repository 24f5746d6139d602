import type { Kernel } from '../kernel.js';
import type { Mm, Vma } from './mm.js';
import { findVmaIndex } from './vma.js';
import { Vm } from './vm-flags.js';

/** mm/mmap.c: anon_vma_compatible. Could the two be one vma if only their access differed? */
function areCompatible(a: Vma, b: Vma): boolean {
  return (
    a.end === b.start &&
    a.file === b.file &&
    ((a.flags ^ b.flags) & ~(Vm.Access | Vm.SoftDirty)) === 0 &&
    b.pgoff === a.pgoff + (b.start - a.start) / 4096
  );
}

/** mm/rmap.c: anon_vma_prepare. Before the first anonymous page of a vma: a neighbour's anon_vma if they may merge one day, or a new one. */
export function prepareAnonVma(k: Kernel, mm: Mm, vma: Vma): void {
  if (vma.anonVma !== 0) return;
  const index = findVmaIndex(mm, vma.start);
  const next = mm.vmas[index + 1];
  const prev = mm.vmas[index - 1];
  vma.anonChain = 1;
  if (next && next.anonVma !== 0 && next.anonChain === 1 && areCompatible(vma, next)) vma.anonVma = next.anonVma;
  else if (prev && prev.anonVma !== 0 && prev.anonChain === 1 && areCompatible(prev, vma)) vma.anonVma = prev.anonVma;
  else vma.anonVma = k.vm.nextAnonVma++;
}

/** mm/rmap.c: anon_vma_fork. A child's vma has its parent's chain and an anon_vma of its own. */
export function forkAnonVma(k: Kernel, child: Vma, parent: Vma): void {
  if (parent.anonVma === 0) return;
  child.anonVma = k.vm.nextAnonVma++;
  child.anonChain = parent.anonChain + 1;
}
