import type { Kernel } from '../kernel.js';
import type { Mm, Vma } from './mm.js';
import { AnonVma, attachAnonVma, ownAnonVma, shareAnonVma } from './anon-vma-chain.js';
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
  if (vma.anonVma === 0) prepareLike(k, vma, mm, vma);
}

/** `vma` gets what `model`, which lies in mm, would get (find_mergeable_anon_vma). */
function prepareLike(k: Kernel, vma: Vma, mm: Mm, model: Vma): void {
  const index = findVmaIndex(mm, model.start);
  const next = mm.vmas[index + 1];
  const prev = mm.vmas[index - 1];
  if (next && isReusable(next) && areCompatible(model, next)) shareAnonVma(vma, next);
  else if (prev && isReusable(prev) && areCompatible(prev, model)) shareAnonVma(vma, prev);
  else addRoot(k, vma);
}

/** reusable_anon_vma: one that was inherited is not shared further. */
function isReusable(vma: Vma): boolean {
  return vma.anonVma !== 0 && vma.anonChain.length === 1;
}

function addRoot(k: Kernel, vma: Vma): void {
  const root = new AnonVma(k.vm.nextAnonVma++, null);
  // Besides the vma it counts as its own parent's child.
  root.degree = 2;
  attachAnonVma(vma, root);
}

/**
 * mm/rmap.c: anon_vma_fork. The vma of a child has its parent's chain, and an anon_vma of its own: one of the chain that no vma uses and
 * that has one descendant only, or else a new one. What forks without end thus does not make its chains longer and longer.
 */
export function forkAnonVma(k: Kernel, child: Vma, parent: Vma): void {
  const from = ownAnonVma(parent);
  if (!from) return;
  child.anonChain = parent.anonChain;
  for (const anonVma of child.anonChain) anonVma.links++;
  // A root has itself and at least one child: it never qualifies.
  const idle = child.anonChain.find((anonVma) => anonVma !== from && anonVma.degree < 2);
  if (idle) {
    child.anonVma = idle.id;
    idle.degree++;
    return;
  }
  attachAnonVma(child, new AnonVma(k.vm.nextAnonVma++, from));
  from.degree++;
}

/**
 * What a child gets for memory that fork wipes (MADV_WIPEONFORK): dup_mmap prepares it at once, and, as the new vma has not been linked
 * yet, by the neighbours in the parent.
 */
export function wipeAnonVma(k: Kernel, child: Vma, from: Mm, parent: Vma): void {
  prepareLike(k, child, from, parent);
}
