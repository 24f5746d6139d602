import type { Random } from '../../../tools/oracle/src/random.js';
import { flavours, NUMERIC, pickRow } from './choose.js';
import {
  call,
  countedJump,
  countedLoop,
  jump,
  jumpIf,
  nextRound,
  patch,
  patchable,
  place,
  ret,
  returnTo,
  throughRegister,
  throughTable,
} from './control.js';
import type { RowToEncode, Wishes } from './encode.js';
import { numericLoop } from './numeric.js';
import { ADDRESSES } from './operands.js';
import type { Item, Program } from './program.js';
import { isControl, isRare, nudge, observeFlags, reload, straight, usesStack } from './straight.js';

/**
 * A random program:
 *
 *   entry    blocks: straight code, loops in them, branches between them, calls of the functions below
 *            sub [rounds], 1; jnz entry; int3
 *   functions, which call one another
 *   jump tables
 */

export interface Options {
  /** Stores into code: on purpose, and by any address. */
  readonly modifies: boolean;
  /** Which row must be in it. */
  readonly row?: RowToEncode;
  readonly form?: RowToEncode['forms'][number];
  /** Names of the flavours that programs have; all of them, if it is not there. */
  readonly flavours?: readonly string[];
}

class Generator {
  readonly #weights;
  readonly #wishes: Wishes;
  readonly #items: Item[] = [];
  readonly #tables: Item[] = [];
  readonly #blocks: Item[];
  readonly #functions: Item[];
  readonly #patchable: { item: Item; at: number; size: number }[] = [];

  constructor(
    private readonly r: Random,
    private readonly options: Options,
  ) {
    const [name, weights] = r.pick(Object.entries(flavours).filter(([one]) => options.flavours?.includes(one) ?? true));
    this.#weights = weights;
    this.#wishes = { wild: options.modifies, bases: ADDRESSES, ...(NUMERIC.includes(name) && { vectors: 2 + r.below(5) }) };
    const size = r.below(8);
    this.#blocks = Array.from({ length: size < 3 ? 1 : 1 + r.below(size < 7 ? 4 : 9) }, place);
    this.#functions = Array.from({ length: r.below(3) ? 0 : 1 + r.below(3) }, place);
  }

  program(): Program {
    const { r } = this;
    const entry = this.#blocks[0]!;
    this.#blocks.forEach((block, i) => this.#block(block, i));
    this.#items.push(...nextRound(entry, r));
    const end: Item = place();
    this.#items.push(jump(end, r));
    this.#functions.forEach((start) => this.#function(start));
    this.#items.push(...this.#tables, end);
    return { items: this.#items, entry, landings: this.#blocks, functions: this.#functions };
  }

  #some(count: number, keepsStack = false): Item[] {
    const { r } = this;
    const items: Item[] = [];
    // Accesses close to one another are checked together.
    const bases = r.below(3) ? [r.pick(ADDRESSES)] : [...ADDRESSES];
    const nudges = r.below(2) === 0;
    const index = nudges && r.below(2) ? { index: { register: 14 + r.below(2), scale: r.below(4) } } : {};
    if (r.below(3) === 0) items.push(reload(r, this.#wishes.wild));
    for (let left = count; left > 0; left--) {
      const row = pickRow(this.#weights, r);
      if (isControl(row) || (isRare(row) && r.below(6)) || (keepsStack && usesStack(row) && r.below(16))) continue;
      items.push(...straight(row, r, { ...this.#wishes, bases, ...index }));
      if (nudges && r.below(3) === 0) items.push(nudge(r, bases, index.index?.register));
      if (r.below(12) === 0) items.push(...observeFlags(r));
    }
    if (this.options.modifies && r.below(3) === 0) {
      const made = patchable(r);
      this.#patchable.push(made);
      items.push(made.item);
    }
    if (this.options.modifies && this.#patchable.length > 0 && r.below(2)) {
      const { item, at, size } = r.pick(this.#patchable);
      items.push(patch(item, at, size, r));
    }
    return items;
  }

  #block(start: Item, i: number): void {
    const { r } = this;
    const later = this.#blocks.slice(i + 1);
    this.#items.push(start);
    if (i === 0 && this.options.row)
      this.#items.push(...straight(this.options.row, r, { ...this.#wishes, ...(this.options.form && { form: this.options.form }) }));
    const kind = r.below(10);
    if (kind < 5) this.#loop();
    else this.#items.push(...this.#some(2 + r.below(7)));
    if (this.#functions.length > 0 && r.below(2)) this.#call();
    if (later.length === 0) return;
    switch (r.below(12)) {
      case 0:
        this.#items.push(jump(r.pick(later), r));
        break;
      case 1:
        this.#items.push(...throughRegister(later, false, r));
        break;
      case 2: {
        const { items, table } = throughTable(later, false, r);
        this.#items.push(...items);
        this.#tables.push(...table);
        break;
      }
      case 3:
        this.#items.push(countedJump(r.pick(this.#blocks), r));
        break;
      case 4:
        // Back, to anywhere: a loop that may not be reducible.
        this.#items.push(jumpIf(r.below(16), r.pick(this.#blocks), r));
        break;
      case 5:
        this.#items.push(...returnTo(r.pick(later), r));
        break;
      case 6:
        break;
      default:
        this.#items.push(jumpIf(r.below(16), r.pick(later), r));
    }
  }

  #loop(keepsStack = false): void {
    const { r } = this;
    if (this.#wishes.vectors !== undefined && r.below(4)) {
      this.#items.push(...numericLoop(r, r.below(3) ? [r.pick(ADDRESSES)] : ADDRESSES));
      return;
    }
    const head = place();
    const { before, after } = countedLoop(head, r);
    this.#items.push(before, head, ...this.#some(1 + r.below(5), keepsStack));
    if (r.below(4) === 0) {
      const inner = place();
      const loop = countedLoop(inner, r);
      this.#items.push(loop.before, inner, ...this.#some(1 + r.below(3), keepsStack), ...loop.after);
    }
    this.#items.push(...after);
  }

  #call(): void {
    const { r } = this;
    const kind = r.below(6);
    if (kind === 0) this.#items.push(...throughRegister(this.#functions, true, r));
    else if (kind === 1) {
      const { items, table } = throughTable(this.#functions, true, r);
      this.#items.push(...items);
      this.#tables.push(...table);
    } else this.#items.push(call(r.pick(this.#functions)));
  }

  #function(start: Item): void {
    const { r } = this;
    this.#items.push(start);
    const framed = r.below(3) === 0;
    if (framed) this.#items.push({ bytes: [0x55] }, { bytes: [0x48, 0x89, 0xe5] });
    if (r.below(2)) this.#loop(!framed);
    else this.#items.push(...this.#some(1 + r.below(5), !framed));
    if (r.below(3) === 0) {
      // Another one, or itself: as deep as the stack is.
      const skip = place();
      this.#items.push(jumpIf(r.below(16), skip, r), call(r.pick(this.#functions)), skip, ...this.#some(1, !framed));
    }
    if (framed) this.#items.push({ bytes: [0xc9] });
    this.#items.push(ret(r));
  }
}

export function generate(r: Random, options: Options): Program {
  return new Generator(r, options).program();
}
