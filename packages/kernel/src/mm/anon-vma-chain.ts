import { registerState } from '../state.js';
import type { Vma } from './mm.js';

/**
 * struct anon_vma: who may have pages of some anonymous memory. There are no pages behind it here; which vmas merge, and which get one
 * of a forebear's, depends on its identity and its counts.
 */
export class AnonVma {
  /** Vmas whose chain has it (the size of its rb_root). */
  links = 0;
  /** Vmas whose own it is, and anon_vmas that were forked from it. */
  degree = 1;
  /** Forked from it; itself for one that was not forked. */
  readonly parent: AnonVma;
  constructor(
    readonly id: number,
    parent: AnonVma | null,
  ) {
    this.parent = parent ?? this;
  }
}
registerState('AnonVma', AnonVma);

/** Puts an anon_vma at the end of a vma's chain and makes it its own. */
export function attachAnonVma(vma: Vma, anonVma: AnonVma): void {
  anonVma.links++;
  vma.anonChain = [...vma.anonChain, anonVma];
  vma.anonVma = anonVma.id;
}

/** The anon_vma that new pages of the vma belong to; undefined before the first. */
export function ownAnonVma(vma: Vma): AnonVma | undefined {
  return vma.anonChain.find(({ id }) => id === vma.anonVma);
}

/** mm/rmap.c: anon_vma_clone, where `to`, which has none, gets the same as `from`. */
export function shareAnonVma(to: Vma, from: Vma): void {
  to.anonVma = from.anonVma;
  to.anonChain = from.anonChain;
  for (const anonVma of to.anonChain) anonVma.links++;
  const own = ownAnonVma(to);
  if (own) own.degree++;
}

/** mm/rmap.c: unlink_anon_vmas. Those that no vma has any more no longer count for their parents. */
export function unlinkAnonVmas(vma: Vma): void {
  const own = ownAnonVma(vma);
  for (const anonVma of vma.anonChain) if (--anonVma.links === 0) anonVma.parent.degree--;
  if (own) own.degree--;
  vma.anonVma = 0;
  vma.anonChain = [];
}
