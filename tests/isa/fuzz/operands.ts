import type { Random } from '../../../tools/oracle/src/random.js';
import { Place } from './layout.js';

/** Registers, addresses and immediates of random instructions. */

const Rsp = 4;
const PAGE = 0x1000;
/** Hold values: what instructions write mostly. */
const VALUES = [0, 1, 2, 8, 9, 10, 11];
/** Hold addresses, as the oracle's base states have them; r14 and r15 are small indices. */
export const ADDRESSES = [3, 5, 6, 7, 12, 13];
const EDGES = [0, 1, 2, 3, 7, 8, 15, 16, 17, 31, 32, 33, 63, 64, 65, 0x7f, 0x80, 0xe4, 0xff];
const WIDE_EDGES = [0, 1, -1, 0x7f, 0x80, -0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fff_ffff, -0x8000_0000, 0x1000];

/** A general register to write. */
export function target(r: Random): number {
  const kind = r.below(40);
  if (kind < 36) return r.pick(VALUES);
  return kind < 38 ? 14 + r.below(2) : r.below(16) & (r.below(8) ? ~Rsp : 15);
}

export function source(r: Random): number {
  return r.below(16);
}

/** A byte register to write, as encoded: 4 to 7 without REX are ah to bh. */
export function byteTarget(r: Random): { number: number; rex: boolean } {
  if (r.below(3) === 0) return { number: 4 + r.below(r.below(6) ? 3 : 4), rex: false };
  const number = target(r);
  return { number, rex: number >= 4 };
}

export function byteSource(r: Random): { number: number; rex: boolean } {
  const rex = r.below(2) === 0;
  const number = r.below(rex ? 16 : 8);
  return { number, rex: rex || number >= 8 };
}

export function little(value: number, size: number): number[] {
  return Array.from({ length: size }, (_, i) => (i < 4 ? (value >> (8 * i)) & 0xff : value < 0 ? 0xff : 0));
}

export function immediate(r: Random, size: number): number[] {
  if (size === 1) return [r.below(2) ? r.pick(EDGES) : r.below(256)];
  if (size === 8 && r.below(2)) return [...little(r.next(), 4), ...little(r.pick(WIDE_EDGES), 4)];
  const value = r.below(3) ? r.pick(WIDE_EDGES) + r.below(3) - 1 : r.next() | 0;
  return little(value, size);
}

/** An address of data for a base register; `wild`: anything, code too. */
export function dataAddress(r: Random, wild: boolean): number {
  const middle = 0x200 + 16 * r.below(0xc0) + (r.below(10) ? 0 : r.below(16));
  const kind = r.below(wild ? 104 : 100);
  if (kind < 76) return Place.Data + r.below(2) * PAGE + middle;
  if (kind < 84) return Place.Alias + middle;
  if (kind < 88) return Place.Stack + 0x800 + (middle & 0x7ff);
  if (kind < 92) return Place.High + middle;
  // Across two pages, or the end of both.
  if (kind < 95) return Place.Second - 24 + r.below(32);
  if (kind < 96) return Place.HighSecond - 24 + r.below(32);
  if (kind < 97) return Place.Lazy - 20 + r.below(24);
  if (kind < 98) return Place.Lazy + middle;
  if (kind < 99) return Place.ReadOnly + middle;
  if (kind < 100) return Place.AliasReadOnly + middle;
  return Place.Code + r.below(2) * Place.Twin + r.below(Place.CodeBytes);
}

export interface Memory {
  readonly prefixes: readonly number[];
  /** ModRM without reg, SIB and displacement. */
  readonly bytes: readonly number[];
  readonly rex: number;
  /** The displacement is to lead from the instruction's end to there. */
  readonly rip: number | null;
}

function based(base: number, displacement: number, wide: boolean, index: number | null, scale: number): readonly number[] {
  const mod = wide ? 2 : displacement !== 0 || (base & 7) === 5 ? 1 : 0;
  const sib = index !== null || (base & 7) === 4;
  const bytes = [(mod << 6) | (sib ? 4 : base & 7)];
  if (sib) bytes.push((scale << 6) | (((index ?? 4) & 7) << 3) | (base & 7));
  bytes.push(...little(displacement, mod === 2 ? 4 : mod));
  return bytes;
}

/** An index of addresses, and by how many bits it is shifted. */
export interface Index {
  readonly register: number;
  readonly scale: number;
}

/** A memory operand, through one of `bases` mostly, with one `index` often; `aligned`: most of its kind fault unless on 16 bytes. */
export function memory(r: Random, wild: boolean, aligned: boolean, bases: readonly number[], often?: Index): Memory {
  const base = r.below(100) === 0 ? r.below(16) : r.pick(r.below(5) ? bases : ADDRESSES);
  const displacement = r.below(aligned ? 40 : 4) ? 16 * (r.below(16) - 8) : r.below(256) - 128;
  if (often && r.below(2)) {
    const bytes = based(base, displacement, false, often.register, often.scale);
    return { prefixes: [], bytes, rex: (base >> 3) | (often.register > 7 ? 2 : 0), rip: null };
  }
  switch (r.below(16)) {
    case 0:
    case 1:
    case 2:
      return { prefixes: r.below(16) ? [] : [0x67], bytes: based(base, displacement, true, null, 0), rex: base >> 3, rip: null };
    case 3:
    case 4:
    case 5: {
      const index = r.below(40) ? 14 + r.below(2) : r.pick([0, 1, 2, 3, 5, 8, 10]);
      const bytes = based(base, displacement, r.below(3) === 0, index, r.below(4));
      return { prefixes: [], bytes, rex: (base >> 3) | (index > 7 ? 2 : 0), rip: null };
    }
    case 6:
    case 7:
      return { prefixes: r.below(8) ? [] : [0x67], bytes: [5, 0, 0, 0, 0], rex: 0, rip: low(r, wild) };
    case 8:
      return { prefixes: [], bytes: [4, 0x25, ...little(low(r, wild), 4)], rex: 0, rip: null };
    case 9: {
      const scale = r.below(4);
      return { prefixes: [], bytes: [4, (scale << 6) | 0x3d, ...little(low(r, wild), 4)], rex: 2, rip: null };
    }
    case 10:
      return { prefixes: [r.pick([0x64, 0x65, 0x2e, 0x2e])], bytes: based(base, displacement, false, null, 0), rex: base >> 3, rip: null };
    case 11:
    case 12:
      return { prefixes: [], bytes: based(Rsp, (aligned ? 16 : 8) * r.below(8) - 32, false, null, 0), rex: 0, rip: null };
    default:
      return { prefixes: [], bytes: based(base, r.below(2) ? 0 : displacement, false, null, 0), rex: base >> 3, rip: null };
  }
}

/** An address that fits 32 bits. */
export function low(r: Random, wild: boolean): number {
  for (;;) {
    const va = dataAddress(r, wild);
    if (va < 0x8000_0000) return va;
  }
}
