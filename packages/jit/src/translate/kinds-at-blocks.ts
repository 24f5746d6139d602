import type { Flow } from '../structure.js';
import type { Kind } from './kinds.js';
import { DYNAMIC, MEMORY } from './locals.js';

/**
 * What left the flags at the start of each block. Control comes from outside with them in the CPU state.
 *
 * @param meeting where ways meet that do not agree, and one of them has the flags in the CPU state, the others bring them there in these blocks;
 * elsewhere, as at the heads of loops whose turns do without, all have them in locals
 * @param after what leaves them at the end of a block that begins with a kind
 * @param fixed blocks whose kind is given
 */
export function kindsAtBlocks(
  { predecessors, rpo }: Flow,
  meeting: ReadonlySet<number>,
  after: (node: number, kind: Kind) => Kind,
  fixed: ReadonlyMap<number, Kind>,
): ReadonlyMap<number, Kind> {
  const into = new Map<number, Kind>();
  const out = new Map<number, Kind>();
  for (let changed = true; changed;) {
    changed = false;
    for (const node of rpo) {
      let met: Kind | undefined = node === rpo[0] ? MEMORY : undefined;
      let differ = false;
      let memory = node === rpo[0];
      for (const p of predecessors.get(node)!) {
        const from = out.get(p);
        if (from === undefined) continue;
        if (met === undefined) met = from;
        else if (met !== from) differ = true;
        if (from === MEMORY) memory = true;
      }
      const kind = fixed.get(node) ?? (met !== undefined && !differ ? met : memory && meeting.has(node) ? MEMORY : DYNAMIC);
      if (into.get(node) === kind) continue;
      into.set(node, kind);
      const end = after(node, kind);
      if (out.get(node) === end) continue;
      out.set(node, end);
      changed = true;
    }
  }
  return into;
}
