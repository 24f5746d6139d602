import type { RegionSource } from './region.js';

/** A place in a module: what follows comes from the instruction at an offset of the region; null: from none, as the ways in and out. */
export interface InsnMark {
  source: RegionSource;
  offset: number | null;
}

export interface TranslatedRegion {
  source: RegionSource;
  /** How often it has been made again. */
  again: number;
  /** Slots by offset of the entry. */
  slots: ReadonlyMap<number, number>;
  fn: unknown;
}

export interface TranslatedModule {
  bytes: Uint8Array;
  /** In the order of their places. */
  marks: readonly { at: number; tag: InsnMark }[];
  /** In the order of its functions, which follow those that it imports. */
  regions: readonly TranslatedRegion[];
}

/** Is told what is translated while it is. That costs. */
export interface JitObserver {
  /** The address space that the regions are from is the active one. */
  translated(module: TranslatedModule): void;
}
