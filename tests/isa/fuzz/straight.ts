import type { Random } from '../../../tools/oracle/src/random.js';
import { rowOf } from './choose.js';
import { encode, type RowToEncode, type Wishes } from './encode.js';
import { Control } from './layout.js';
import { ADDRESSES, dataAddress, little } from './operands.js';
import type { Item } from './program.js';

/** Instructions of a row, with those in front of it without which it would mostly fault. */

const movImmediate = rowOf('B8+r', 'Zv,Iv').index;
const movToMemory = rowOf('C7 /0', 'Ev,Iz').index;
const pushImmediate = rowOf('68', 'Iz').index;
const xorZero = rowOf('33', 'Gv,Ev').index;
const movRegister = rowOf('89', 'Ev,Gv').index;

/** Flags to a register: all of them, those of lahf, one, or the carry. */
export function observeFlags(r: Random): Item[] {
  const register = r.pick([0, 1, 2]);
  switch (r.below(4)) {
    case 0:
      return [{ bytes: [0x9c] }, { bytes: [0x58 | register] }];
    case 1:
      return [{ bytes: [0x9f] }];
    case 2:
      return [{ bytes: [0x0f, 0x90 | r.below(16), 0xc0 | register] }];
    default:
      return [{ bytes: [0x48, 0x83, 0xd0 | register, 0] }];
  }
}

export function loadImmediate(register: number, value: number): Item {
  const rex = register > 7 ? [0x41] : [];
  return { bytes: [...rex, 0xb8 | (register & 7), ...little(value, 4)], row: movImmediate };
}

/** Puts a fresh address into an address register. */
export function reload(r: Random, wild: boolean): Item {
  const register = r.pick(ADDRESSES);
  const va = dataAddress(r, wild);
  if (va < 0x8000_0000) return loadImmediate(register, va);
  const bytes = [
    register > 7 ? 0x49 : 0x48,
    0xb8 | (register & 7),
    ...little((va % 2 ** 32) | 0, 4),
    ...little(Math.floor(va / 2 ** 32), 4),
  ];
  return { bytes, row: movImmediate };
}

const addImmediate = rowOf('83 /0', 'Ev,Ib').index;
const subImmediate = rowOf('83 /5', 'Ev,Ib').index;
const leaRegister = rowOf('8D', 'Gv,M').index;

/** Moves an address register or an index by a little, or has another one follow it: what is known of it is kept by who translates. */
export function nudge(r: Random, bases: number[], index = 14 + r.below(2)): Item {
  const from = r.below(2) ? r.pick(bases) : index;
  const isIndex = from > 13;
  const by = isIndex ? r.below(7) - 3 : r.below(3) ? 16 * (r.below(9) - 4) : r.below(32) - 16;
  const kind = r.below(6);
  // Seldom what is no address any more.
  const to = kind < 3 ? from : isIndex === r.below(16) > 0 ? 14 + r.below(2) : r.pick(ADDRESSES);
  if (!isIndex && to < 14 && to !== from) bases.push(to);
  const rex = (high: number): number => 0x48 | high | (from >> 3);
  switch (kind) {
    case 0:
      return { bytes: [rex(0), 0x83, 0xc0 | (from & 7), by & 0xff], row: addImmediate };
    case 1:
      return { bytes: [rex(0), 0x83, 0xe8 | (from & 7), by & 0xff], row: subImmediate };
    case 2:
      return { bytes: [rex(0), 0xff, (r.below(2) ? 0xc0 : 0xc8) | (from & 7)] };
    case 3:
      return { bytes: [0x48 | ((from >> 3) << 2) | (to >> 3), 0x89, 0xc0 | ((from & 7) << 3) | (to & 7)], row: movRegister };
    default: {
      const sib = (from & 7) === 4 ? [0x24] : [];
      return { bytes: [rex((to >> 3) << 2), 0x8d, 0x40 | ((to & 7) << 3) | (from & 7), ...sib, by & 0xff], row: leaRegister };
    }
  }
}

/** MXCSR as a program starts; with flags; other modes, all masked; anything. */
function mxcsr(r: Random): number {
  return r.pick([0x1f80, 0x1fa0, 0x1fa0, 0x1f80 | (r.next() & 0x3f), 0x1f80 | (r.next() & 0xe07f), r.next() & 0xffff, r.next() & 0x1ffff]);
}

/** What goes before. */
function prepare({ shape: { row } }: RowToEncode, r: Random): Item[] {
  const { mnemonic, operands, attributes, from } = row;
  if (attributes?.includes('rep') && r.below(8)) return [loadImmediate(1, r.below(r.below(4) ? 12 : 300))];
  if (/^i?div$/.test(mnemonic) && r.below(12)) {
    // Of bytes: ax is divided.
    if (operands === 'Eb') return [{ bytes: [0x0f, 0xb6, 0xc0] }];
    return r.below(2) ? [{ bytes: [0x33, 0xd2], row: xorZero }] : [{ bytes: [0x99] }];
  }
  if (mnemonic === 'popf' && r.below(8)) return [{ bytes: [0x68, ...little(0x202 | (r.next() & 0x20_0cd5), 4)], row: pushImmediate }];
  if (mnemonic === 'leave' && r.below(8)) return [{ bytes: [0x48, 0x89, 0xe5], row: movRegister }];
  if (mnemonic === 'ldmxcsr' && r.below(8)) {
    return [{ bytes: [0xc7, 0x04, 0x25, ...little(Control.Mxcsr, 4), ...little(mxcsr(r), 4)], row: movToMemory }];
  }
  if (from?.includes('x87') && r.below(10) === 0) return [{ bytes: [0xdb, 0xe3] }];
  return [];
}

/** `ldmxcsr` of the prepared value. */
const fixedMemory: Item['bytes'] = [0x0f, 0xae, 0x14, 0x25, ...little(Control.Mxcsr, 4)];

export function straight(row: RowToEncode, r: Random, wishes: Wishes): Item[] {
  const before = prepare(row, r);
  if (row.shape.row.mnemonic === 'ldmxcsr' && before.length > 0) return [...before, { bytes: [...fixedMemory], row: row.index }];
  return [...before, encode(row, r, wishes)];
}

/** Families whose instructions make control flow: control.ts. */
export function isControl({ shape: { row } }: RowToEncode): boolean {
  return row.from === 'execute/integer/branch' && row.exec !== null;
}

/** Those that shall be rare, since a program is over with them. */
export function isRare({ shape: { row } }: RowToEncode): boolean {
  return row.exec === null || /privileged|trap|far|descriptor|segment/.test(row.from ?? '');
}

/** Moves rsp. */
export function usesStack({ shape: { row } }: RowToEncode): boolean {
  return /stack|segment/.test(row.from ?? '');
}
