import { rows } from '@ring3/isa';
import { shapeOf } from '../../../packages/isa/dist/shape.js';
import type { Random } from '../../../tools/oracle/src/random.js';
import { rowToEncode, type RowToEncode } from './encode.js';

/** The rows of the instruction set by families, and how often each is taken. */

export const allRows: readonly RowToEncode[] = rows.map((row, index) => rowToEncode(shapeOf(row), index));

/** Families by the file that executes them and the mnemonic, most special first. */
const FAMILIES = {
  branch: /integer\/branch/,
  carry: /integer\/(flag-control)/,
  conditional: /integer\/conditional/,
  move: /integer\/(move|convert)/,
  alu: /integer\/(arith|unary)/,
  compilersShift: /integer\/(shift|rotate|bits|muldiv) (sh[lr]|sar|ro[lr]|imul|bt)$/,
  shift: /integer\/(shift|rotate|double-shift|bits|muldiv)/,
  pushPop: /integer\/stack (push|pop)$/,
  stack: /integer\/stack/,
  exchange: /integer\/exchange/,
  string: /integer\/string/,
  mxcsr: /sse\/control/,
  sseMove: /sse\/move/,
  doubles: /sse\/(arith|comis|compare-float) .*[sp]d$/,
  singles: /sse\/(arith|comis|compare-float) .*[sp]s$/,
  sseFloat: /sse\/(arith|comis|compare-float|convert|logic|control)/,
  sse: /sse\//,
  mmx: /mmx\//,
  x87: /x87\//,
  any: /./,
};

export type Family = keyof typeof FAMILIES;

/** Rows of each family, grouped by mnemonic: the many conditional ones do not outweigh the rest. */
const families = new Map<Family, RowToEncode[][]>();
{
  const groups = new Map<Family, Map<string, RowToEncode[]>>();
  for (const row of allRows) {
    const { exec, from, mnemonic } = row.shape.row;
    const family =
      (Object.keys(FAMILIES) as Family[]).find((name) => FAMILIES[name].test(exec === null ? '' : `${from} ${mnemonic}`)) ?? 'any';
    const group = groups.get(family) ?? new Map<string, RowToEncode[]>();
    groups.set(family, group);
    group.set(mnemonic, [...(group.get(mnemonic) ?? []), row]);
  }
  for (const [family, group] of groups) families.set(family, [...group.values()]);
}

type Weights = readonly (readonly [Family, number])[];

const common: Weights = [
  ['carry', 3],
  ['conditional', 7],
  ['exchange', 2],
  ['string', 2],
  ['pushPop', 3],
  ['stack', 2],
];
/** As compilers write it. */
const compiled: Weights = [
  ['move', 22],
  ['alu', 24],
  ['compilersShift', 8],
  ['conditional', 7],
  ['pushPop', 4],
];

/** Floating-point instructions of all kinds. */
const floats = (weight: number): Weights => [
  ['doubles', 0.4 * weight],
  ['singles', 0.4 * weight],
  ['sseFloat', 0.2 * weight],
];

/** One precision: what one instruction makes others compute with. */
const numeric: Weights = [
  ['move', 6],
  ['alu', 6],
  ['conditional', 4],
  ['sseMove', 14],
  ['sseFloat', 5],
  ['sse', 1],
];

/** Flavours whose programs have few xmm registers, and loops of numeric.ts. */
export const NUMERIC: readonly string[] = ['numericDoubles', 'numericSingles'];

/** What a program is mostly made of. */
export const flavours: Readonly<Record<string, Weights>> = {
  compiled,
  numericDoubles: [...numeric, ['doubles', 50], ['singles', 1]],
  numericSingles: [...numeric, ['singles', 50], ['doubles', 1]],
  compiledFloat: [...compiled, ['sseMove', 14], ...floats(24), ['mxcsr', 2], ['sse', 4]],
  compiledVector: [...compiled, ['sseMove', 14], ['sse', 24], ...floats(4)],
  integer: [...common, ['move', 22], ['alu', 30], ['shift', 9], ['compilersShift', 7], ['sse', 2], ...floats(2), ['any', 1]],
  vector: [...common, ['move', 12], ['alu', 10], ['shift', 2], ['sse', 18], ['sseMove', 12], ...floats(14), ['any', 1]],
  float: [...common, ['move', 12], ['alu', 8], ['shift', 2], ['sse', 4], ['sseMove', 12], ...floats(34), ['mxcsr', 3], ['any', 1]],
  mixed: [
    ...common,
    ['move', 12],
    ['alu', 14],
    ['shift', 10],
    ['sse', 5],
    ['sseMove', 5],
    ...floats(8),
    ['x87', 10],
    ['mmx', 8],
    ['any', 4],
  ],
};

export function pickRow(weights: Weights, r: Random): RowToEncode {
  const total = weights.reduce((sum, [, weight]) => sum + weight, 0);
  let left = r.below(Math.ceil(total));
  for (const [family, weight] of weights) {
    left -= weight;
    if (left < 0) return r.pick(r.pick(families.get(family)!));
  }
  throw new Error('no family');
}

const byOpcode = new Map(allRows.map((row) => [`${row.shape.row.opcode}|${row.shape.row.operands}`, row]));

/** The row of an opcode with these operands, for the instructions that control flow is made of. */
export function rowOf(opcode: string, operands: string): RowToEncode {
  const row = byOpcode.get(`${opcode}|${operands}`);
  if (!row) throw new Error(`no row ${opcode} ${operands}`);
  return row;
}
