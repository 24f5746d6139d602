import type { Flow } from '../structure.js';

export interface NaturalLoop {
  header: number;
  /** In reverse postorder. */
  body: ReadonlySet<number>;
}

/** Natural loops, those around others first. */
export function loopsOf({ rpo, order, predecessors }: Flow): NaturalLoop[] {
  const loops: NaturalLoop[] = [];
  for (const header of rpo) {
    const back = predecessors.get(header)!.filter((p) => order.get(p)! >= order.get(header)!);
    if (back.length === 0) continue;
    const body = new Set<number>([header]);
    for (let node = back.pop(); node !== undefined; node = back.pop()) {
      if (body.has(node)) continue;
      body.add(node);
      back.push(...predecessors.get(node)!);
    }
    loops.push({ header, body: new Set([...body].toSorted((a, b) => order.get(a)! - order.get(b)!)) });
  }
  return loops.toSorted((a, b) => b.body.size - a.body.size);
}
