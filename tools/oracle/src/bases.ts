import { Image, Place, Word } from './layout.js';
import { double, extended, integer, single, type Random } from './random.js';

/** What a state's vector registers, or a block of memory, hold. */
export type Kind = 'integer' | 'single' | 'double' | 'extended';

export const BLOCK = 0x100;

/** General registers that hold addresses in the data pages; r14 is a small negative index, r15 a small positive one; the rest holds values. */
export const ADDRESSES: readonly number[] = [Word.Rbx, Word.Rsp, Word.Rbp, Word.Rsi, Word.Rdi, 12, 13];

export interface Base {
  readonly kind: Kind;
  readonly state: BigUint64Array;
}

function value(kind: Kind, r: Random): bigint {
  switch (kind) {
    case 'integer':
      return integer(r);
    case 'single':
      return (BigInt(single(r)) << 32n) | BigInt(single(r));
    default:
      return double(r);
  }
}

/** The kind of the block at an offset in the data pages. */
function kindAt(offset: number, kinds: readonly Kind[]): Kind {
  return kinds[Math.floor(offset / BLOCK) % kinds.length]!;
}

/** The data pages: blocks of each kind in turn. */
export function memoryImage(kinds: readonly Kind[], r: Random): Uint8Array {
  const image = new Uint8Array(Image.Bytes);
  const view = new DataView(image.buffer);
  for (let offset = 0; offset < Image.Bytes; offset += 8) {
    const kind = kindAt(offset, kinds);
    if (kind === 'extended' && offset % 16 === 0) {
      const { significand, exponent } = extended(r);
      view.setBigUint64(offset, significand, true);
      view.setUint16(offset + 8, exponent, true);
    } else if (kind !== 'extended') view.setBigUint64(offset, value(kind, r), true);
  }
  return image;
}

/** An address with room around it for displacements and indices, mostly aligned, mostly in a block of the kind. */
function address(kind: Kind, kinds: readonly Kind[], r: Random): number {
  if (r.below(10) === 0) return Place.Data + Image.Page - 24 + r.below(32);
  for (;;) {
    const offset = 0x300 + 16 * r.below(0x190);
    if (kindAt(offset, kinds) === kind || r.below(8) === 0) return Place.Data + offset + (r.below(4) ? 0 : r.below(16));
  }
}

function rounding(r: Random): number {
  return r.below(3) ? 0x37f : 0x340 | (r.next() & 0xf3f);
}

/** As Linux starts a program; with PE or other flags; other modes, all masked; anything. */
function mxcsr(r: Random): number {
  switch (r.below(5)) {
    case 0:
      return 0x1f80;
    case 1:
      return 0x1fa0;
    case 2:
      return 0x1f80 | (r.next() & 0x3f);
    case 3:
      return 0x1f80 | (r.next() & 0xe07f);
    default:
      return r.next() & 0xffff;
  }
}

/** Control, status and tag word. Flags that are not masked come with ES and B, as a processor leaves them. */
function x87Words(kind: Kind, r: Random): bigint {
  const control = kind === 'extended' ? rounding(r) : 0x37f;
  let status = kind === 'extended' ? (r.below(8) << 11) | (r.next() & 0x4700) : 0;
  if (r.below(12) === 0) status |= r.next() & 0x7f;
  if (status & ~control & 0x3f) status |= 0x8080;
  const tags = kind === 'extended' ? (r.below(3) ? 0xff : r.below(3) ? r.next() & 0xff : 0) : r.below(3) ? 0xff : 0;
  return BigInt(control) | (BigInt(status) << 16n) | (BigInt(tags) << 32n);
}

/** A state whose vector and x87 registers hold values of the kind; `general`: these stay as a program starts. */
export function baseState(kind: Kind, kinds: readonly Kind[], general: boolean, r: Random): Base {
  const state = new BigUint64Array(Word.Count);
  for (let i = 0; i < 16; i++) state[i] = integer(r);
  if (r.below(2)) state[Word.Rcx] = BigInt(r.below(70));
  for (const register of ADDRESSES) state[register] = BigInt(address(kind, kinds, r));
  state[14] = BigInt.asUintN(64, BigInt(-(r.below(4) ? 16 * r.below(4) : r.below(64))));
  state[15] = BigInt(r.below(4) ? 16 * r.below(4) : r.below(64));
  state[Word.Rflags] = BigInt((r.next() & (r.below(4) ? 0x8d5 : 0xcd5)) | 0x202);
  state[Word.X87] = 0x37fn;
  state[Word.Mxcsr] = 0x1f80n;
  if (general) return { kind, state };
  state[Word.X87] = x87Words(kind, r);
  if (kind !== 'extended') state[Word.Mxcsr] = BigInt(mxcsr(r));
  for (let i = 0; i < 8; i++) {
    const x87 = kind === 'extended' ? extended(r) : { significand: integer(r), exponent: 0xffff };
    state[Word.St + 2 * i] = x87.significand;
    state[Word.St + 2 * i + 1] = BigInt(x87.exponent);
  }
  if (kind !== 'extended') for (let i = Word.Xmm; i < Word.Count; i++) state[i] = value(kind, r);
  return { kind, state };
}
