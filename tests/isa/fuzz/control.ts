import type { Random } from '../../../tools/oracle/src/random.js';
import { rowOf } from './choose.js';
import { Control } from './layout.js';
import { little } from './operands.js';
import type { Item } from './program.js';
import { loadImmediate } from './straight.js';

/** Branches, calls, jump tables and stores into code. */

const condition = (code: number, near: boolean): number =>
  rowOf(near ? `0F 8${code.toString(16).toUpperCase()}` : `7${code.toString(16).toUpperCase()}`, near ? 'Jz' : 'Jb').index;

export const place = (): Item => ({ bytes: [] });

export function jumpIf(code: number, target: Item, r: Random): Item {
  const near = r.below(3) === 0;
  return {
    bytes: [0x0f, 0x80 | code, 0, 0, 0, 0],
    ...(!near && { short: [0x70 | code, 0] }),
    fix: { kind: 'relative', at: 2, target },
    row: condition(code, near),
  };
}

export function jump(target: Item, r: Random): Item {
  const near = r.below(3) === 0;
  return {
    bytes: [0xe9, 0, 0, 0, 0],
    ...(!near && { short: [0xeb, 0] }),
    fix: { kind: 'relative', at: 1, target },
    row: (near ? rowOf('E9', 'Jz') : rowOf('EB', 'Jb')).index,
  };
}

export function call(target: Item): Item {
  return { bytes: [0xe8, 0, 0, 0, 0], fix: { kind: 'relative', at: 1, target }, row: rowOf('E8', 'Jz').index };
}

/** loopne, loope, loop, jrcxz. */
export function countedJump(target: Item, r: Random): Item {
  const opcode = 0xe0 + r.below(4);
  const row = rowOf(opcode.toString(16).toUpperCase(), 'Jb').index;
  return { bytes: [...(r.below(8) ? [] : [0x67]), opcode, 0], onlyShort: true, fix: { kind: 'relative', at: 1, target }, row };
}

export function ret(r: Random): Item {
  if (r.below(6)) return { bytes: [...(r.below(12) ? [] : [0xf3]), 0xc3], row: rowOf('C3', '').index };
  return { bytes: [0xc2, ...little(8 * r.below(3), 2)], row: rowOf('C2', 'Iw').index };
}

/** mov reg, address of an item. */
function address(register: number, target: Item): Item {
  if (register < 8) return { bytes: [0xb8 | register, 0, 0, 0, 0], fix: { kind: 'address', at: 1, size: 4, target, plus: 0 } };
  return { bytes: [0x41, 0xb8 | (register & 7), 0, 0, 0, 0], fix: { kind: 'address', at: 2, size: 4, target, plus: 0 } };
}

const VALUES = [0, 1, 2, 8, 9, 10, 11];

/** jmp or call through a register, or through a register that changes from round to round. */
export function throughRegister(targets: readonly Item[], isCall: boolean, r: Random): Item[] {
  const register = r.pick(VALUES);
  const digit = isCall ? 2 : 4;
  const through: Item = {
    bytes: [...(register > 7 ? [0x41] : []), 0xff, 0xc0 | (digit << 3) | (register & 7)],
    row: rowOf(isCall ? 'FF /2' : 'FF /4', 'Ev').index,
  };
  const first = address(register, r.pick(targets));
  if (r.below(2)) return [first, through];
  // cmovcc register, other
  const other = r.pick(VALUES);
  const rex = 0x48 | (register > 7 ? 4 : 0) | (other > 7 ? 1 : 0);
  const chosen: Item = { bytes: [rex, 0x0f, 0x40 | r.below(16), 0xc0 | ((register & 7) << 3) | (other & 7)] };
  return [first, address(other, r.pick(targets)), chosen, through];
}

/** jmp or call [table + 8 × (register & 3)]; the table lies among the program's data. */
export function throughTable(targets: readonly Item[], isCall: boolean, r: Random): { items: Item[]; table: Item[] } {
  const table: Item[] = [0, 1, 2, 3].map(() => ({
    bytes: [0, 0, 0, 0, 0, 0, 0, 0],
    fix: { kind: 'address', at: 0, size: 8, target: r.pick(targets), plus: 0 },
  }));
  const register = r.pick([0, 1, 2]);
  const mask: Item = { bytes: [0x83, 0xe0 | register, 3] };
  const digit = isCall ? 2 : 4;
  const through: Item = {
    bytes: [0xff, (digit << 3) | 4, 0xc5 | (register << 3), 0, 0, 0, 0],
    fix: { kind: 'address', at: 3, size: 4, target: table[0]!, plus: 0 },
    row: rowOf(isCall ? 'FF /2' : 'FF /4', 'Ev').index,
  };
  return { items: [mask, through], table };
}

/** push address; ret: a return that no call belongs to. */
export function returnTo(target: Item, r: Random): Item[] {
  return [{ bytes: [0x68, 0, 0, 0, 0], fix: { kind: 'address', at: 1, size: 4, target, plus: 0 } }, ret(r)];
}

/** dec of a register and a branch back, with the register set before the loop. */
export function countedLoop(head: Item, r: Random): { before: Item; after: Item[] } {
  const register = r.pick(VALUES);
  const dec: Item = { bytes: [...(register > 7 ? [0x41] : []), 0xff, 0xc8 | (register & 7)] };
  return { before: loadImmediate(register, 1 + r.below(r.below(6) ? 4 : 60)), after: [dec, jumpIf(r.pick([5, 5, 5, 15, 13]), head, r)] };
}

/** What ends a program's round: again while rounds are left. */
export function nextRound(entry: Item, r: Random): Item[] {
  return [
    { bytes: [0x83, 0x2c, 0x25, ...little(Control.Rounds, 4), 1], row: rowOf('83 /5', 'Ev,Ib').index },
    jumpIf(r.pick([5, 5, 9]), entry, r),
  ];
}

/** An instruction with an immediate that stores change: its bytes from `at` on, so many of them. */
export function patchable(r: Random): { item: Item; at: number; size: number } {
  const register = r.pick([0, 1, 2]);
  switch (r.below(4)) {
    case 0:
      return { item: { bytes: [0x81, 0xc0 | (r.below(8) << 3) | register, 0, 0, 0, 0] }, at: 2, size: 4 };
    case 1:
      return { item: { bytes: [0x48, 0xc1, 0xc0 | (r.pick([0, 1, 4, 5, 7]) << 3) | register, 1] }, at: 3, size: 1 };
    case 2:
      // The ModRM byte: other registers, another operation.
      return { item: { bytes: [0x83, 0xc0 | register, 5] }, at: 2, size: 1 };
    default:
      return { item: loadImmediate(register, 0x1111_1111), at: 1, size: 4 };
  }
}

/** A store of a register or a constant to bytes of an item, or an increment of them. */
export function patch(target: Item, plus: number, size: number, r: Random): Item {
  const fix = { kind: 'ripItem', target, plus } as const;
  const register = r.pick([0, 1, 2]);
  switch (r.below(size === 4 ? 4 : 3)) {
    case 0:
      return { bytes: [0x88, 5 | (register << 3), 0, 0, 0, 0], fix: { ...fix, at: 2 } };
    case 1:
      return { bytes: [0xfe, 5, 0, 0, 0, 0], fix: { ...fix, at: 2 } };
    case 2:
      return { bytes: [0xc6, 5, 0, 0, 0, 0, r.below(256)], fix: { ...fix, at: 2 } };
    default:
      return { bytes: [0x89, 5 | (register << 3), 0, 0, 0, 0], fix: { ...fix, at: 2 } };
  }
}
