import type { Row } from './row.js';
import { emitDispatch } from './emit-dispatch.js';
import { emitHot } from './emit-hot.js';
import { emitOps, type Op, opsOf } from './emit-ops.js';
import { emitTables } from './emit-tables.js';
import { shapeOf } from './shape.js';
import { buildTrees } from './tree.js';

export interface Generated {
  /** Path below packages/core/assembly → content. */
  readonly files: ReadonlyMap<string, string>;
  readonly ops: readonly Op[];
  /** What is wrong with the rows, a sentence each. The files are right without the rows named. */
  readonly problems: readonly string[];
}

/** What of the core the rows can refer to. */
export interface CoreNames {
  /** Does `function` stand as an exported function in the file `from` (below packages/core/assembly)? */
  hasFunction(from: string, name: string): boolean;
  /** Hot ops that rows name and that are not there are no problem: the cold one serves. */
  hasHotOp(name: string): boolean;
}

/** Generates the core's decoding tables, op enumeration and dispatch from the rows. Rows that cannot be used are left out, as #UD. */
export function generate(rows: readonly Row[], core: CoreNames): Generated {
  const problems: string[] = [];
  const usable = rows.filter((row) => {
    if (row.exec === null) return false;
    const name = row.exec.replace(/<.*/, '');
    if (row.from !== undefined && core.hasFunction(row.from, name)) return true;
    problems.push(`${row.opcode} ${row.mnemonic}: ${row.from ?? '(no file)'} does not export ${name}`);
    return false;
  });
  const shapes = usable.flatMap((row) => {
    try {
      return [shapeOf(row)];
    } catch (error) {
      problems.push(`${row.opcode} ${row.mnemonic}: ${error instanceof Error ? error.message : String(error)}`);
      return [];
    }
  });
  const ops = opsOf(shapes);
  const trees = buildTrees(shapes);
  for (const { a, b, where } of trees.collisions)
    problems.push(`${where}: '${a.row.opcode} ${a.row.mnemonic}' and '${b.row.opcode} ${b.row.mnemonic}' collide`);
  const files = new Map([
    ['decode/ops.generated.ts', emitOps(ops)],
    ['decode/hot.generated.ts', emitHot(ops, core)],
    ['decode/dispatch.generated.ts', emitDispatch(ops)],
    ['decode/tables.generated.ts', emitTables(trees, ops)],
  ]);
  return { files, ops, problems };
}
