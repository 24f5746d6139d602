import { CALL, offsetOf } from './copies.js';
import type { Block, BlockEnd } from './region.js';

/** Instructions of a function that its callers have among their own, at most; how many more a region gets so; how deep such calls nest. */
export const CALLEE = 40;
const SURPLUS = 200;
const DEPTH = 3;

/** A function as its callers have it among their own instructions. */
export interface Inlinable {
  entry: number;
  blocks: ReadonlyMap<number, Block>;
  insns: number;
}

/** A call that could be one of a copy. */
interface Site<T> {
  block: number;
  depth: number;
  callee: T;
}

/**
 * The blocks of a region, with those of small functions that it calls among them: each call has a copy of its own, what is nearest first, of
 * that what is smallest. An indirect call has one for each place where it went, behind a comparison.
 *
 * @param inlinable the function at an offset, if there is one that can be copied
 * @returns all blocks, how many instructions were added, and what there are copies of
 */
export function inlineCalls<T extends Inlinable>(
  own: ReadonlyMap<number, Block>,
  inlinable: (offset: number) => T | null,
): { blocks: Map<number, Block>; surplus: number; copied: ReadonlySet<T> } {
  const blocks = new Map(own);
  const copied = new Set<T>();
  const queue: Site<T>[] = [];
  let copies = 0;
  let surplus = 0;
  const look = (block: number, depth: number): void => {
    const { end } = blocks.get(block)!;
    const callee = depth < DEPTH && end.kind === 'call' && end.to.length > 0 ? inlinable(end.to[0]!) : null;
    if (callee) queue.push({ block, depth, callee });
  };
  const put = (start: number, block: Omit<Block, 'start'>): void => void blocks.set(start, { ...block, start });
  const inline = ({ block: number, depth, callee }: Site<T>): void => {
    const block = blocks.get(number)!;
    const { insns, end } = block;
    if (end.kind !== 'call') return;
    surplus += callee.insns;
    copied.add(callee);
    const { insn, stub, to, next, behind } = end;
    const copy = ++copies * CALL;
    const count = stub ? 2 : 1;
    const enter: BlockEnd = { kind: 'inlined', insn, count, next, to: callee.entry + copy };
    if (insn.name === 'call_J' && !stub) put(number, { ...block, end: enter });
    else {
      const [target, ...others] = to;
      const hit = offsetOf(number) + ++copies * CALL;
      const miss = offsetOf(number) + ++copies * CALL;
      put(number, { insns, count: insns.length, end: { kind: 'guess', insn, stub, target: target!, hit, miss } });
      put(hit, { insns: [], count, end: enter });
      put(miss, { insns: [], count, end: { ...end, to: others } });
      look(miss, depth);
    }
    const within = (node: number): number => (callee.blocks.has(node) ? node + copy : node);
    for (const [start, called] of callee.blocks) {
      put(start + copy, { ...called, end: endOfCopy(called.end, within, next, behind) });
      look(start + copy, depth + 1);
    }
  };
  for (const start of own.keys()) look(start, 0);
  while (queue.length > 0) {
    queue.sort((a, b) => a.depth - b.depth || a.callee.insns - b.callee.insns);
    const site = queue.shift()!;
    if (surplus + site.callee.insns <= SURPLUS) inline(site);
  }
  return { blocks, surplus, copied };
}

/** The end of a copy's block. @param within where control goes on @param next the address that the copy returns to, and the block there */
function endOfCopy(end: BlockEnd, within: (node: number) => number, next: number, behind: number): BlockEnd {
  switch (end.kind) {
    case 'jump':
      return { ...end, to: within(end.to) };
    case 'cond':
      return { ...end, taken: within(end.taken), next: within(end.next) };
    case 'call':
      return { ...end, behind: within(end.behind) };
    case 'ret':
      return { ...end, back: { next, to: behind } };
    default:
      return end;
  }
}

/** Can callers have a function among their instructions? */
export function isInlinable({ blocks, insns, isCut }: { blocks: ReadonlyMap<number, Block>; insns: number; isCut: boolean }): boolean {
  const ends = [...blocks.values()].map(({ end }) => end.kind);
  return !isCut && insns <= CALLEE && ends.includes('ret') && !ends.includes('indirect');
}
