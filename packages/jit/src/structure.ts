import type { Block } from './region.js';

/** The control flow of a region, ready for structured code: Ramsey, "Beyond Relooper" (2022). */
export interface Flow {
  rpo: number[];
  order: Map<number, number>;
  /** Dominator tree. */
  children: Map<number, number[]>;
  loopHeaders: Set<number>;
  merges: Set<number>;
  /** Edges that would make it irreducible: they leave the region. 'from>to' */
  cut: Set<string>;
}

function successors(block: Block): number[] {
  switch (block.end.kind) {
    case 'jump':
      return [block.end.to];
    case 'cond':
      return [block.end.taken, block.end.next];
    default:
      return [];
  }
}

export function analyse(blocks: ReadonlyMap<number, Block>, entry: number): Flow {
  const post: number[] = [];
  const seen = new Set<number>();
  const stack: [number, number][] = [[entry, 0]];
  seen.add(entry);
  while (stack.length > 0) {
    const top = stack[stack.length - 1]!;
    const next = successors(blocks.get(top[0])!)[top[1]++];
    if (next === undefined) {
      post.push(top[0]);
      stack.pop();
    } else if (blocks.has(next) && !seen.has(next)) {
      seen.add(next);
      stack.push([next, 0]);
    }
  }
  const rpo = post.toReversed();
  const order = new Map(rpo.map((start, i) => [start, i]));
  const predecessors = new Map<number, number[]>(rpo.map((start) => [start, []]));
  for (const start of rpo) for (const next of successors(blocks.get(start)!)) predecessors.get(next)?.push(start);
  const idom = new Map<number, number>([[entry, entry]]);
  const intersect = (a: number, b: number): number => {
    while (a !== b) {
      while (order.get(a)! > order.get(b)!) a = idom.get(a)!;
      while (order.get(b)! > order.get(a)!) b = idom.get(b)!;
    }
    return a;
  };
  for (let changed = true; changed;) {
    changed = false;
    for (const start of rpo) {
      if (start === entry) continue;
      let dom: number | undefined;
      for (const p of predecessors.get(start)!) if (idom.has(p)) dom = dom === undefined ? p : intersect(p, dom);
      if (dom !== undefined && idom.get(start) !== dom) {
        idom.set(start, dom);
        changed = true;
      }
    }
  }
  const dominates = (a: number, b: number): boolean => {
    for (;;) {
      if (a === b) return true;
      const up = idom.get(b)!;
      if (up === b) return false;
      b = up;
    }
  };
  const loopHeaders = new Set<number>();
  const merges = new Set<number>();
  const cut = new Set<string>();
  for (const start of rpo) {
    let forward = 0;
    for (const p of predecessors.get(start)!) {
      if (order.get(p)! < order.get(start)!) forward++;
      else if (dominates(start, p)) loopHeaders.add(start);
      else cut.add(`${p}>${start}`);
    }
    if (forward > 1) merges.add(start);
  }
  const children = new Map<number, number[]>(rpo.map((start) => [start, []]));
  for (const start of rpo) if (start !== entry) children.get(idom.get(start)!)!.push(start);
  return { rpo, order, children, loopHeaders, merges, cut };
}
