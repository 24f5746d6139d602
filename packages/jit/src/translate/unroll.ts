import type { Block, BlockEnd } from '../region.js';
import { analyse } from '../structure.js';
import { loopsOf } from './loops.js';

/** Instructions that the turns of a loop come to, at most, when several of them are written down; and how many turns those are. */
const UNROLLED = 48;
const TURNS = 4;
/** All that a region has more than before. */
const SURPLUS = 120;
/** Between the numbers of a block and of its copies: more than offsets are apart. */
const COPY = 2 ** 32;

/** Is a block one that `unroll` has made? */
export function isCopy(start: number): boolean {
  return start >= COPY / 2;
}

/** The block that one is a copy of, if it is. */
export function originOf(start: number): number {
  return isCopy(start) ? start - Math.round(start / COPY) * COPY : start;
}

/** Where control goes within the region. */
function within(end: BlockEnd): readonly number[] {
  switch (end.kind) {
    case 'jump':
      return [end.to];
    case 'cond':
      return [end.taken, end.next];
    case 'call':
      return [end.next];
    default:
      return [];
  }
}

/**
 * Writes several turns of small loops down one after the other: what they access lies close together, and is checked together; and what a loop
 * does at its end, for all turns alike, is done once in several. Copies have the numbers of their blocks and a multiple of COPY; control comes to
 * them only from the turn before.
 */
export function unroll(blocks: ReadonlyMap<number, Block>, entry: number, isQuick: (block: Block) => boolean): ReadonlyMap<number, Block> {
  const flow = analyse((node) => within(blocks.get(node)!.end).filter((to) => blocks.has(to)), entry);
  if (flow.cut.length > 0) return blocks;
  const all = new Map(blocks);
  let surplus = 0;
  for (const { header, body } of loopsOf(flow)) {
    const turn = [...body].map((node) => blocks.get(node)!);
    const isInner = ![...body].some((node) => node !== header && flow.loopHeaders.has(node));
    if (!isInner || !turn.every((block) => within(block.end).length > 0 && block.end.kind !== 'call' && isQuick(block))) continue;
    const count = turn.reduce((sum, block) => sum + block.count, 0);
    const turns = Math.min(TURNS, Math.floor(UNROLLED / count));
    surplus += (turns - 1) * count;
    if (turns < 2 || surplus > SURPLUS) continue;
    for (let i = 0; i < turns; i++) {
      const to = (node: number): number => {
        if (node === header) return i + 1 < turns ? header + (i + 1) * COPY : header;
        return body.has(node) ? node + i * COPY : node;
      };
      for (const block of turn)
        all.set(block.start + i * COPY, { ...block, start: block.start + i * COPY, end: redirected(block.end, to) });
    }
  }
  return all;
}

function redirected(end: BlockEnd, to: (node: number) => number): BlockEnd {
  if (end.kind === 'jump') return { ...end, to: to(end.to) };
  return end.kind === 'cond' ? { ...end, taken: to(end.taken), next: to(end.next) } : end;
}
