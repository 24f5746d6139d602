import type { ByteReader } from './reader.js';

/**
 * byte, half, word: 1, 2, 4 bytes. native: 4 or 8, as the file's class; signed: the same with a sign. xword: 8. pad: bytes that
 * mean nothing, so many as its number.
 */
export type FieldKind = 'byte' | 'half' | 'word' | 'native' | 'signed' | 'xword';

export type Shape = Readonly<Record<string, FieldKind>>;

/** The fields of a structure by name: those that may have 64 bits are bigints. */
export type Values<S extends Shape> = { -readonly [K in keyof S]: S[K] extends 'native' | 'signed' | 'xword' ? bigint : number };

/** One field of a structure in the file: what a panel shows beside the bytes. */
export interface Field {
  /** As elf.h has it: 'e_entry'. */
  readonly name: string;
  /** Bytes from the start of the file. */
  readonly offset: number;
  /** Bytes. */
  readonly size: number;
  readonly value: number | bigint;
  /** As readelf shows it. */
  readonly text: string;
}

interface Slot {
  readonly name: string;
  readonly kind: FieldKind;
  readonly offset: number;
  readonly size: number;
}

function sizeOf(kind: FieldKind, is64: boolean): number {
  switch (kind) {
    case 'byte':
      return 1;
    case 'half':
      return 2;
    case 'word':
      return 4;
    case 'xword':
      return 8;
    default:
      return is64 ? 8 : 4;
  }
}

function slots(names: readonly string[], shape: Shape, is64: boolean): Slot[] {
  let offset = 0;
  return names.map((name) => {
    const kind = shape[name]!;
    const slot = { name, kind, offset, size: sizeOf(kind, is64) };
    offset += slot.size;
    return slot;
  });
}

/** A structure of elf.h, in both classes; packed, as all of them are. */
export class Layout<S extends Shape> {
  private readonly in64: readonly Slot[];
  private readonly in32: readonly Slot[];

  /** @param shape fields in the order of 64-bit files @param order32 their order in 32-bit files where it is another */
  constructor(shape: S, order32: readonly (keyof S & string)[] = Object.keys(shape)) {
    this.in64 = slots(Object.keys(shape), shape, true);
    this.in32 = slots(order32, shape, false);
  }

  slots({ is64 }: Pick<ByteReader, 'is64'>): readonly Slot[] {
    return is64 ? this.in64 : this.in32;
  }

  /** Bytes. */
  size(reader: Pick<ByteReader, 'is64'>): number {
    const last = this.slots(reader).at(-1)!;
    return last.offset + last.size;
  }

  /** @throws RangeError beyond the end of the file */
  read(reader: ByteReader, at: number): Values<S> {
    const values: Record<string, number | bigint> = {};
    for (const { name, kind, offset } of this.slots(reader)) values[name] = readSlot(reader, kind, at + offset);
    return values as Values<S>;
  }

  /** The fields of the structure at `at` with their places; `text` says what each shows. */
  fields(reader: ByteReader, at: number, text: (name: keyof S & string) => string): Field[] {
    return this.slots(reader).map(({ name, kind, offset, size }) => ({
      name,
      offset: at + offset,
      size,
      value: readSlot(reader, kind, at + offset),
      text: text(name),
    }));
  }
}

function readSlot(reader: ByteReader, kind: FieldKind, offset: number): number | bigint {
  switch (kind) {
    case 'byte':
      return reader.u8(offset);
    case 'half':
      return reader.u16(offset);
    case 'word':
      return reader.u32(offset);
    case 'xword':
      return reader.u64(offset);
    case 'signed':
      return reader.signedNative(offset);
    case 'native':
      return reader.native(offset);
  }
}
