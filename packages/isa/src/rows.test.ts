import { expect, test } from 'vitest';
import { rows } from './rows/index.js';
import { shapeOf } from './shape.js';
import { buildTrees } from './tree.js';

test('every row is in the notation', () => {
  for (const row of rows) {
    expect(() => shapeOf(row), `${row.opcode} ${row.mnemonic}`).not.toThrow();
    expect(row.exec === null || row.from !== undefined, `${row.opcode} ${row.mnemonic} says where its function is`).toBe(true);
  }
});

test('no two rows claim the same encoding', () => {
  const { collisions } = buildTrees(rows.map(shapeOf));
  expect(collisions.map(({ a, b, where }) => `${where}: ${a.row.opcode} ${a.row.mnemonic}, ${b.row.opcode} ${b.row.mnemonic}`)).toEqual([]);
});

test('every row can be reached', () => {
  const reached = new Set<unknown>();
  const walk = (tree: ReturnType<typeof buildTrees>['maps'][number][number]): void => {
    if (tree.kind === 'leaf') reached.add(tree.shape?.row);
    else tree.children.forEach(walk);
  };
  buildTrees(rows.map(shapeOf)).maps.forEach((map) => map.forEach(walk));
  expect(rows.filter((row) => !reached.has(row)).map((row) => `${row.opcode} ${row.mnemonic}`)).toEqual([]);
});
