/** The control flow of a region, ready for structured code: Ramsey, "Beyond Relooper" (2022). */
export interface Flow {
  rpo: number[];
  order: Map<number, number>;
  predecessors: Map<number, number[]>;
  /** Dominator tree. */
  children: Map<number, number[]>;
  loopHeaders: Set<number>;
  merges: Set<number>;
  /** Edges that make it irreducible. */
  cut: [from: number, to: number][];
}

/** Of what can be reached from `root`. */
export function analyse(successors: (node: number) => readonly number[], root: number): Flow {
  const post: number[] = [];
  const seen = new Set<number>([root]);
  const stack: { node: number; next: readonly number[]; i: number }[] = [{ node: root, next: successors(root), i: 0 }];
  while (stack.length > 0) {
    const top = stack[stack.length - 1]!;
    const next = top.next[top.i++];
    if (next === undefined) {
      post.push(top.node);
      stack.pop();
    } else if (!seen.has(next)) {
      seen.add(next);
      stack.push({ node: next, next: successors(next), i: 0 });
    }
  }
  const rpo = post.toReversed();
  const order = new Map(rpo.map((node, i) => [node, i]));
  const predecessors = new Map<number, number[]>(rpo.map((node) => [node, []]));
  for (const node of rpo) for (const next of successors(node)) predecessors.get(next)!.push(node);
  const idom = immediateDominators(rpo, order, predecessors);
  const dominates = (a: number, b: number): boolean => {
    for (;;) {
      if (a === b) return true;
      const up = rpo[idom[order.get(b)!]!]!;
      if (up === b) return false;
      b = up;
    }
  };
  const loopHeaders = new Set<number>();
  const merges = new Set<number>();
  const cut: [number, number][] = [];
  for (const node of rpo) {
    let forward = 0;
    for (const p of predecessors.get(node)!) {
      if (order.get(p)! < order.get(node)!) forward++;
      else if (dominates(node, p)) loopHeaders.add(node);
      else cut.push([p, node]);
    }
    if (forward > 1) merges.add(node);
  }
  const children = new Map<number, number[]>(rpo.map((node) => [node, []]));
  rpo.forEach((node, i) => {
    if (i > 0) children.get(rpo[idom[i]!]!)!.push(node);
  });
  return { rpo, order, predecessors, children, loopHeaders, merges, cut };
}

/** Cooper, Harvey, Kennedy: "A Simple, Fast Dominance Algorithm" (2001). By places in rpo. */
function immediateDominators(
  rpo: readonly number[],
  order: ReadonlyMap<number, number>,
  predecessors: ReadonlyMap<number, number[]>,
): Int32Array {
  const idom = new Int32Array(rpo.length).fill(-1);
  idom[0] = 0;
  const before = rpo.map((node) => predecessors.get(node)!.map((p) => order.get(p)!));
  for (let changed = true; changed;) {
    changed = false;
    for (let i = 1; i < rpo.length; i++) {
      let dom = -1;
      for (const p of before[i]!) {
        if (idom[p] === -1) continue;
        if (dom === -1) {
          dom = p;
          continue;
        }
        let a = p;
        while (a !== dom) {
          while (a > dom) a = idom[a]!;
          while (dom > a) dom = idom[dom]!;
        }
      }
      if (dom !== -1 && idom[i] !== dom) {
        idom[i] = dom;
        changed = true;
      }
    }
  }
  return idom;
}
