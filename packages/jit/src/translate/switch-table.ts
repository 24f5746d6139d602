import { type Code, W } from '../wasm-encoder.js';
import { L } from './locals.js';

/** A table of this many bytes is not worth another form. */
const SMALL = 1024;
/** Multipliers that are tried for each size of a hash table. */
const TRIES = 40;

/** From the targets of a region's indirect jumps, offsets in it, to their numbers. */
export type SwitchTable =
  /** u8 or u16 for each byte from `lowest` on: 0 is none. */
  | { kind: 'direct'; at: number; lowest: number; span: number; wide: boolean }
  /** u64: offset × 65536 + number, at (offset × multiplier mod 2³²) >> shift; 0 is none. No two share a place. */
  | { kind: 'hashed'; at: number; multiplier: number; shift: number };

/** @param numbers from 1 on. @param table host address of so many bytes, zeroed, or 0. @returns null: there is no room */
export function makeSwitchTable(
  numbers: ReadonlyMap<number, number>,
  table: (bytes: number) => number,
  memory: Uint8Array,
): SwitchTable | null {
  const lowest = Math.min(...numbers.keys());
  const span = Math.max(...numbers.keys()) - lowest + 1;
  const wide = Math.max(...numbers.values()) > 255;
  const bytes = wide ? 2 * span : span;
  const hashed = bytes > SMALL ? hashFor([...numbers.keys()], bytes) : null;
  if (hashed) {
    const { shift, multiplier } = hashed;
    const at = table(8 << (32 - shift));
    if (at === 0) return null;
    const view = new DataView(memory.buffer, at);
    for (const [offset, number] of numbers)
      view.setBigInt64(8 * (Math.imul(offset, multiplier) >>> shift), (BigInt(offset) << 16n) | BigInt(number), true);
    return { kind: 'hashed', at, multiplier, shift };
  }
  const at = table(bytes);
  if (at === 0) return null;
  for (const [offset, number] of numbers) {
    const place = at + (offset - lowest) * (wide ? 2 : 1);
    memory[place] = number & 0xff;
    if (wide) memory[place + 1] = number >> 8;
  }
  return { kind: 'direct', at, lowest, span, wide };
}

/** A multiplier under which no two offsets meet, in a table of less than `bytes` bytes. */
function hashFor(offsets: readonly number[], bytes: number): { multiplier: number; shift: number } | null {
  for (let bits = Math.ceil(Math.log2(2 * offsets.length)); 8 << bits < bytes; bits++) {
    const shift = 32 - bits;
    for (let i = 0, multiplier = 0x9e37_79b1; i < TRIES; i++, multiplier = (Math.imul(multiplier, 0x0808_8405) | 1) >>> 0)
      if (new Set(offsets.map((offset) => Math.imul(offset, multiplier) >>> shift)).size === offsets.length) return { multiplier, shift };
  }
  return null;
}

/** The number of the offset in L.T2, 0 where it is no target, on the stack. */
export function lookUpSwitch(code: Code, table: SwitchTable): void {
  if (table.kind === 'hashed') {
    code
      .get(L.T2)
      .op(W.I32WrapI64)
      .i32(table.multiplier | 0)
      .op(W.I32Mul)
      .i32(table.shift)
      .op(W.I32ShrU)
      .i32(3)
      .op(W.I32Shl);
    code.mem(W.I64Load, table.at).tee(L.T3).op(W.I32WrapI64).i32(0xffff).op(W.I32And).i32(0);
    code.get(L.T3).i64(16).op(W.I64ShrS).get(L.T2).op(W.I64Eq, W.Select);
    return;
  }
  const { at, lowest, span, wide } = table;
  code.get(L.T2).i64(lowest).op(W.I64Sub).tee(L.T2).i64(span).op(W.I64LtU, W.If, W.i32);
  code.get(L.T2).op(W.I32WrapI64);
  if (wide) code.i32(1).op(W.I32Shl).mem(W.I32Load16U, at);
  else code.mem(W.I32Load8U, at);
  code.op(W.Else).i32(0).op(W.End);
}
