import { RegionExit } from '@ring3/abi';
import type { Insn, RegionSource, TranslatedModule, TranslatedRegion } from '@ring3/jit';
import { type Kernel, peekUser, vmaName } from '@ring3/kernel';
import type { TranslationWatcher } from './translation.js';

/** Ways out by what `exits` of a region calls them. */
export type RegionExitWord = 'chained' | 'fuel' | 'ended' | 'failed' | 'undecoded' | 'refused';

const words: Readonly<Record<RegionExit, RegionExitWord>> = {
  [RegionExit.Chained]: 'chained',
  [RegionExit.Fuel]: 'fuel',
  [RegionExit.Ended]: 'ended',
  [RegionExit.Failed]: 'failed',
  [RegionExit.Undecoded]: 'undecoded',
  [RegionExit.Refused]: 'refused',
};

export interface RecordedInsn {
  address: number;
  bytes: Uint8Array;
}

/** What begins at a byte of a module: the code of an instruction; null: of none of them. */
export interface RecordedMark {
  at: number;
  address: number | null;
}

/** A region, as it was when it was translated. */
export interface RecordedRegion {
  /** Counted from 1 in the order in which they were made. */
  id: number;
  address: number;
  pid: number;
  /** What is mapped there, as /proc/PID/maps calls it ('' for anonymous memory), and the place of `address` in that. */
  path: string;
  offset: number;
  /** Addresses of its pages. */
  pages: readonly number[];
  /** In the order of their addresses. */
  insns: readonly RecordedInsn[];
  /** Addresses where control may come in. */
  entries: readonly number[];
  /** How often it has been made again before this. */
  again: number;
  /** Times that the run loop went into it, and instructions until it came back: in regions that it called, too. */
  entered: number;
  retired: number;
  /** How often control came back, by reason and address. */
  exits: { why: RegionExitWord; address: number; count: number }[];
  /** WebAssembly: the module, which of its own functions, and what begins where. */
  module: Uint8Array;
  index: number;
  marks: readonly RecordedMark[];
  /** The function of WebAssembly. */
  fn: unknown;
}

const ADDRESSES = 2 ** 47;

/** Keeps what a machine translates and how that is used. */
export class TranslationRecorder implements TranslationWatcher {
  readonly regions: RecordedRegion[] = [];
  private readonly bySlot = new Map<number, RecordedRegion>();
  /** Times by reason × ADDRESSES + address. */
  private readonly exits = new Map<RecordedRegion, Map<number, number>>();

  constructor(private readonly k: Kernel) {}

  translated({ bytes, marks, regions }: TranslatedModule): void {
    regions.forEach((region, index) => {
      const recorded = this.record(region, bytes, index, marks);
      this.regions.push(recorded);
      for (const slot of region.slots.values()) this.bySlot.set(slot, recorded);
    });
  }

  left(slot: number, rip: number, retired: number, why: RegionExit): void {
    const region = this.bySlot.get(slot);
    if (!region) return;
    region.entered++;
    region.retired += retired;
    let exits = this.exits.get(region);
    if (!exits) this.exits.set(region, (exits = new Map()));
    const key = why * ADDRESSES + rip;
    exits.set(key, (exits.get(key) ?? 0) + 1);
  }

  /** All there is, with the counts so far. */
  finish(): readonly RecordedRegion[] {
    for (const [region, exits] of this.exits) {
      region.exits = [...exits]
        .map(([key, count]) => ({ why: words[Math.floor(key / ADDRESSES) as RegionExit], address: key % ADDRESSES, count }))
        .toSorted((a, b) => b.count - a.count);
    }
    return this.regions;
  }

  private record(region: TranslatedRegion, module: Uint8Array, index: number, marks: TranslatedModule['marks']): RecordedRegion {
    const { k } = this;
    const { source, again, slots, fn } = region;
    const { base } = source.view;
    const address = base + source.entry;
    const mm = k.current.mm!;
    const vma = mm.vmas.find(({ start, end }) => start <= address && address < end);
    const own = marks.filter(({ tag }) => tag.source === source);
    return {
      id: this.regions.length + 1,
      address,
      pid: k.current.tgid,
      path: vma ? vmaName(k, mm, vma) : '',
      offset: vma?.file ? vma.pgoff * 4096 + address - vma.start : 0,
      pages: [...source.view.pages.keys()].map((page) => base + page).toSorted((a, b) => a - b),
      insns: instructions(source)
        .toSorted((a, b) => a.offset - b.offset)
        .map(({ offset, length }) => ({ address: base + offset, bytes: peekUser(k, mm, base + offset, length) })),
      entries: [...slots.keys()].map((offset) => base + offset).toSorted((a, b) => a - b),
      again,
      entered: 0,
      retired: 0,
      exits: [],
      module,
      index,
      marks: own.map(({ at, tag }) => ({ at, address: tag.offset === null ? null : base + tag.offset })),
      fn,
    };
  }
}

/** Of all blocks, with the branches at their ends. */
function instructions({ body, view }: RegionSource): Insn[] {
  const all = new Map<number, Insn>();
  for (const { start, insns, count } of body.values()) {
    for (const insn of insns) all.set(insn.offset, insn);
    if (count === insns.length) continue;
    const last = insns.at(-1);
    // The number of a copy has the offset in its low half.
    const branch = view.insn(last ? last.offset + last.length : start | 0);
    if (branch) all.set(branch.offset, branch);
  }
  return [...all.values()];
}
