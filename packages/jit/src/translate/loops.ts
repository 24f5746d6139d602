import { type Block, type RegionSource, successorsOf } from '../region.js';
import { analyse, type Flow } from '../structure.js';

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

/** No block of a region has this number. */
const OUTSIDE = Infinity;

/** Offsets at which the loops around an instruction of a region begin, that of the outermost first; of loops that are entered there alone. */
export function loopsAround({ blocks, entry, also }: RegionSource, offset: number): number[] {
  const has = (to: number): boolean => blocks.has(to);
  const flow = analyse((node) => (node === OUTSIDE ? [entry, ...also] : successorsOf(blocks.get(node)!.end)).filter(has), OUTSIDE);
  const all = [...blocks.values()];
  const within =
    all.find(({ insns }) => insns.some((insn) => insn.offset === offset)) ??
    // Its branch.
    all.find((block) => block.count > block.insns.length && endOf(block) === offset);
  if (!within) return [];
  return loopsOf(flow).flatMap(({ header, body }) => (flow.loopHeaders.has(header) && body.has(within.start) ? [header] : []));
}

/** The offset behind the instructions of a block of the region's own. */
function endOf({ start, insns }: Block): number {
  const last = insns.at(-1);
  return last ? last.offset + last.length : start;
}
