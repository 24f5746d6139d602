import type { CodeView, RegionSource } from './region.js';

export type RegionFunction = (...parameters: unknown[]) => unknown;

/** A region that is translated, or about to be. */
export interface Region {
  source: RegionSource;
  fn: RegionFunction | null;
  /** Number of its module. */
  module: number;
  /** Slots by offset of the entry. */
  slots: Map<number, number>;
  entries: Map<number, number>;
  /** Addresses where control is to be able to enter besides. */
  also: Set<number>;
  grouped: ReadonlyMap<number, readonly number[]>;
  onTop: ReadonlySet<number>;
  /** Offsets of instructions that leave where a number is not near. */
  near: ReadonlySet<number>;
  /** How often that was told, since so many instructions had retired. */
  far: { times: number; since: number };
  /** Has it copies of functions that it calls? Not where those change. */
  copies: boolean;
  /** How often it was made again, for whatever reason. */
  again: number;
  /** How often it was made again for ways that it did not have, and how often that was asked for since. */
  extended: number;
  asked: number;
  /** How often it was made again for an instruction that failed. */
  mended: number;
  /** How often it was made again for calls of regions that it did not know, and how often such calls were told since. */
  linked: number;
  unlinked: number;
  /** What it takes the place of. */
  replaced: Region | null;
}

/** The place of an instruction, whatever address it is mapped at: code page and offset. */
export function keyOf(view: CodeView, offset: number): number {
  return view.codePage(offset & ~4095) * 4096 + (offset & 4095);
}
