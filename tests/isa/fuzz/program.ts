/**
 * A program as a list of items that any subset of makes a program again: what a reference names is the address of an item, or of
 * what follows where it is left out.
 */

/** What is put into an item's bytes once addresses are known. */
export type Fix =
  /** What leads from the item's end to the target: one byte or four. */
  | { readonly kind: 'relative'; readonly at: number; readonly target: Item }
  /** The same to an address outside the program. */
  | { readonly kind: 'rip'; readonly at: number; readonly va: number }
  /** What leads to a byte of another item. */
  | { readonly kind: 'ripItem'; readonly at: number; readonly target: Item; readonly plus: number }
  /** The address of an item's byte in four bytes, or eight. */
  | { readonly kind: 'address'; readonly at: number; readonly size: 4 | 8; readonly target: Item; readonly plus: number };

export interface Item {
  readonly bytes: number[];
  readonly fix?: Fix;
  /** A shorter encoding with one byte of displacement at its end, taken where it reaches. */
  readonly short?: readonly number[];
  /** There is no longer encoding (loop, jrcxz). */
  readonly onlyShort?: boolean;
  /** Index of its row in the instruction set; undefined: data, or a place to jump to. */
  readonly row?: number;
}

export interface Program {
  readonly items: readonly Item[];
  readonly entry: Item;
  /** Where a run goes on after an exception. */
  readonly landings: readonly Item[];
  /** What is reached by calls only. */
  readonly functions: readonly Item[];
}

export interface Linked {
  readonly program: Program;
  readonly base: number;
  readonly bytes: Uint8Array;
  readonly addresses: ReadonlyMap<Item, number>;
  /** Address of the int3 that ends a run: the last byte. */
  readonly end: number;
}

/** Farther than this a short branch may not reach. */
const SHORT_REACH = 120;
const NOP = 0x90;
const INT3 = 0xcc;

function little(bytes: number[] | Uint8Array, at: number, value: number, size: number): void {
  for (let i = 0; i < Math.min(size, 4); i++) bytes[at + i] = (value >> (8 * i)) & 0xff;
  for (let i = 4; i < size; i++) bytes[at + i] = 0;
}

function addressesOf(items: readonly Item[], left: ReadonlySet<Item> | null, sizes: readonly number[], base: number): Map<Item, number> {
  const addresses = new Map<Item, number>();
  let at = base;
  items.forEach((item, i) => {
    addresses.set(item, at);
    if (!left?.has(item)) at += sizes[i]!;
  });
  return addresses;
}

/** Bytes of a program at an address, without the items in `left`. */
export function link(program: Program, base: number, left: ReadonlySet<Item> | null = null): Linked {
  const { items } = program;
  const sizes = items.map((item) => item.bytes.length);
  // Distances with long branches everywhere: with short ones they only shrink.
  let addresses = addressesOf(items, left, sizes, base);
  const short = items.map(({ short, onlyShort, fix }, i) => {
    if ((!short && !onlyShort) || fix?.kind !== 'relative') return false;
    return Math.abs(addresses.get(fix.target)! - addresses.get(items[i]!)!) < SHORT_REACH;
  });
  short.forEach((is, i) => {
    const { short: bytes } = items[i]!;
    if (is && bytes) sizes[i] = bytes.length;
  });
  addresses = addressesOf(items, left, sizes, base);
  const bytes: number[] = [];
  items.forEach((item, i) => {
    if (left?.has(item)) return;
    const at = bytes.length;
    const { fix } = item;
    bytes.push(...(short[i] && item.short ? item.short : item.bytes));
    const end = base + bytes.length;
    switch (fix?.kind) {
      case 'relative': {
        const distance = addresses.get(fix.target)! - end;
        if (short[i]) bytes[bytes.length - 1] = distance & 0xff;
        else if (item.onlyShort) bytes.fill(NOP, at);
        else little(bytes, at + fix.at, distance, 4);
        break;
      }
      case 'rip':
        little(bytes, at + fix.at, fix.va - end, 4);
        break;
      case 'ripItem':
        little(bytes, at + fix.at, addresses.get(fix.target)! + fix.plus - end, 4);
        break;
      case 'address':
        little(bytes, at + fix.at, addresses.get(fix.target)! + fix.plus, fix.size);
        break;
      case undefined:
    }
  });
  bytes.push(INT3);
  return { program, base, bytes: Uint8Array.from(bytes), addresses, end: base + bytes.length - 1 };
}
