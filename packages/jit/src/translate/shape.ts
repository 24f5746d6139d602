import { isOriginal } from '../copies.js';
import { type Block, successorsOf } from '../region.js';
import { analyse, type Flow } from '../structure.js';

/** The node that all dispatch targets are reached from. */
export const DISPATCH = -0x8000_0000;

/** How control goes from block to block in a function of WebAssembly. */
export interface Shape {
  flow: Flow;
  /** Numbers of the dispatch targets; 0 is none. */
  dispatch: ReadonlyMap<number, number>;
  /** Those of them that indirect jumps go to. */
  switched: ReadonlySet<number>;
  /** Edges that go through the dispatcher. */
  rerouted: ReadonlyMap<number, ReadonlySet<number>>;
}

/** Sees to it that every edge can be structured: those that cannot go through the dispatcher. `also`: where control enters besides. */
export function shapeOf(blocks: ReadonlyMap<number, Block>, entry: number, also: readonly number[]): Shape {
  const within = (to: number): boolean => blocks.has(to);
  const successors = (start: number): number[] => {
    const { end } = blocks.get(start)!;
    if (end.kind === 'indirect') return end.targets.some(within) ? [DISPATCH] : [];
    return successorsOf(end).filter(within);
  };
  const switched = new Set<number>();
  for (const { end } of blocks.values()) if (end.kind === 'indirect') for (const to of end.targets) if (within(to)) switched.add(to);
  // The entry is the first: its number is known beforehand.
  const targets = new Set<number>();
  const add = (to: number): void => void targets.add(entry).add(to);
  switched.forEach(add);
  for (const to of also) if (to !== entry) add(to);
  // Loops are entered at their heads as well: after something in them that the interpreter did, or when the fuel is used up.
  for (const header of analyse((node) => successors(node).filter((to) => to !== DISPATCH), entry).loopHeaders)
    if (header !== entry && isOriginal(header)) add(header);
  const rerouted = new Map<number, Set<number>>();
  const next = (node: number): readonly number[] =>
    node === DISPATCH ? [...targets] : successors(node).map((to) => (rerouted.get(node)?.has(to) ? DISPATCH : to));
  for (;;) {
    const flow = analyse(next, targets.size > 0 ? DISPATCH : entry);
    if (flow.cut.length === 0) return { flow, dispatch: new Map([...targets].map((target, i) => [target, i + 1])), switched, rerouted };
    for (const [from, to] of flow.cut) {
      add(to);
      let edges = rerouted.get(from);
      if (!edges) rerouted.set(from, (edges = new Set()));
      edges.add(to);
    }
  }
}
