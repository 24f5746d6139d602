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
