import type { Base } from './bases.js';
import { imageOffset, Place } from './layout.js';
import type { Ignored, Input, Run, WordChange } from './vectors.js';

/** A case while it is made: a base state with changes. */
export class Draft {
  readonly state: BigUint64Array;
  readonly #changes = new Map<number, bigint>();
  readonly #runs: Run[] = [];
  readonly ignored: Ignored[] = [];
  code: readonly number[] = [];
  /** Address of the memory operand, where there is one. */
  address: number | null = null;
  undefinedFlags = 0;

  constructor(
    readonly base: Base,
    readonly baseIndex: number,
    readonly memory: Uint8Array,
  ) {
    this.state = base.state.slice();
  }

  get(word: number): bigint {
    return this.state[word]!;
  }

  set(word: number, value: bigint | number): void {
    const bits = BigInt.asUintN(64, BigInt(value));
    this.state[word] = bits;
    this.#changes.set(word, bits);
  }

  /** Puts bytes into the writable data pages; those that would lie outside are dropped. */
  write(va: number, bytes: readonly number[]): void {
    const first = Math.max(va, Place.Data);
    const end = Math.min(va + bytes.length, Place.DataEnd);
    if (first < end) this.#runs.push({ offset: first - Place.Data, bytes: Uint8Array.from(bytes.slice(first - va, end - va)) });
  }

  write64(va: number, value: bigint): void {
    this.write(
      va,
      Array.from({ length: 8 }, (_, i) => Number((value >> BigInt(8 * i)) & 0xffn)),
    );
  }

  /** Up to 8 bytes of the data pages; what lies outside reads as 0. */
  read(va: number, length: number): bigint {
    let value = 0n;
    for (let i = 0; i < length; i++) {
      const offset = imageOffset(va + i);
      if (offset !== null) value |= BigInt(this.memory[offset]!) << BigInt(8 * i);
    }
    return value;
  }

  ignore(va: number, length: number): void {
    const offset = imageOffset(va);
    if (offset !== null && imageOffset(va + length - 1) === offset + length - 1) this.ignored.push({ offset, length });
    else for (let i = 0; i < length; i++) if (imageOffset(va + i) !== null) this.ignored.push({ offset: imageOffset(va + i)!, length: 1 });
  }

  finish(): Input {
    const words: WordChange[] = [...this.#changes].map(([word, value]) => ({ word, value }));
    return {
      base: this.baseIndex,
      code: Uint8Array.from(this.code),
      words: words.filter(({ word, value }) => this.base.state[word] !== value),
      runs: this.#runs,
      undefinedFlags: this.undefinedFlags,
      ignored: this.ignored,
    };
  }
}
