import type { Block } from '../region.js';
import type { Flow } from '../structure.js';
import type { Scope } from './region-code.js';
import { DISPATCH } from './shape.js';
import type { Loop } from './sse/float-facts.js';

/** The loops of a region, by whether registers stay in their locals from turn to turn. */
export interface LoopScopes {
  /** Loops whose registers do, innermost ones. */
  readonly loops: readonly Loop[];
  /** Of the blocks in them. */
  readonly scopes: ReadonlyMap<number, Scope>;
  /** Headers of loops each turn of which needs all registers in the CPU state. */
  readonly calling: ReadonlySet<number>;
}

/** A scope for each loop, unless each turn of it calls, or has something else in it that is not quick. */
export function loopScopes(flow: Flow, blocks: ReadonlyMap<number, Block>, isQuick: (block: Block) => boolean): LoopScopes {
  const loops: Loop[] = [];
  const scopes = new Map<number, Scope>();
  const calling = new Set<number>();
  const { order, predecessors, loopHeaders } = flow;
  for (const header of loopHeaders) {
    if (header === DISPATCH) continue;
    const ends = predecessors.get(header)!.filter((p) => order.get(p)! >= order.get(header)!);
    /** What leads to the ends; whether the header does. */
    const behind = (passes: (node: number) => boolean): { nodes: Set<number>; isLoop: boolean } => {
      const nodes = new Set<number>();
      const queue = ends.filter(passes);
      for (let node = queue.pop(); node !== undefined; node = queue.pop()) {
        if (nodes.has(node)) continue;
        nodes.add(node);
        if (node !== header) queue.push(...predecessors.get(node)!.filter(passes));
      }
      return { nodes, isLoop: nodes.has(header) };
    };
    if (!behind((node) => isQuick(blocks.get(node)!)).isLoop) {
      calling.add(header);
      continue;
    }
    const { nodes } = behind(() => true);
    if ([...nodes].some((node) => node !== header && loopHeaders.has(node))) continue;
    const scope: Scope = { used: 0, set: 0, looksUp: false };
    loops.push({ header, nodes, ends });
    for (const node of nodes) scopes.set(node, scope);
  }
  return { loops, scopes, calling };
}
