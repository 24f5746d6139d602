import { gunzipSync, gzipSync } from 'node:zlib';
import { Image, Word } from './layout.js';

/**
 * The file of a family, gzipped, little-endian:
 *
 *   ┌──────────┬───────────────┬───────────┬────────────────────────┬──────┬─────
 *   │ 'R3OV' 1 │ u8[0x3000]    │ bases u16 │ bases × u64[69] states │ case │ …
 *   │  u8[5]   │ data pages    │           │                        │      │
 *   └──────────┴───────────────┴───────────┴────────────────────────┴──────┴─────
 *
 * A case starts from one of the states and the data pages, with changes:
 *
 *   base u16 │ code │ words │ runs │ undefined flags u16 │ ignored │ vector u8 │ error u8 │ rip i16 │ [cr2 u64] │ words │ runs
 *            what it runs, on what                       what to leave out     what it came to
 *
 *   code      n u8, n bytes
 *   words     n u8, n × (word u8, mask u8, a byte for each bit of the mask: what becomes of the word's bytes)
 *   runs      n u8, n × (offset in the data pages u16, m u16, m bytes)
 *   ignored   n u8, n × (offset in the data pages u16, m u16)
 *   vector    3: ran to its end. rip is relative to the instruction; cr2 is there for vector 14. In the second words, only what
 *             the case changed; undefined flags and ignored memory may have any value there.
 */
export interface Run {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

export interface Ignored {
  readonly offset: number;
  readonly length: number;
}

/** A change of a state's word. */
export interface WordChange {
  readonly word: number;
  readonly value: bigint;
}

export interface Input {
  readonly base: number;
  readonly code: Uint8Array;
  readonly words: readonly WordChange[];
  readonly runs: readonly Run[];
  /** Bits of rflags. */
  readonly undefinedFlags: number;
  readonly ignored: readonly Ignored[];
}

export interface Outcome {
  /** The exception's, 3 = none. */
  readonly vector: number;
  readonly error: number;
  /** Relative to the instruction. */
  readonly rip: number;
  readonly cr2: bigint;
  readonly state: BigUint64Array;
  readonly runs: readonly Run[];
}

export interface Vector extends Input {
  /** The state before: the base with `words`. */
  readonly start: BigUint64Array;
  readonly outcome: Outcome;
}

export interface Family {
  /** The three data pages. */
  readonly memory: Uint8Array;
  readonly bases: readonly BigUint64Array[];
  /** Those of a file can be gone through once. */
  readonly cases: Iterable<Vector>;
}

const MAGIC = Buffer.from('R3OV\x01', 'latin1');

/** The state that a case starts from. */
export function startOf(bases: readonly BigUint64Array[], { base, words }: Input): BigUint64Array {
  const state = bases[base]!.slice();
  for (const { word, value } of words) state[word] = value;
  return state;
}

class Writer {
  #buffer = Buffer.alloc(1 << 20);
  #used = 0;

  #reserve(length: number): number {
    while (this.#used + length > this.#buffer.length) this.#buffer = Buffer.concat([this.#buffer, Buffer.alloc(this.#buffer.length)]);
    const at = this.#used;
    this.#used += length;
    return at;
  }

  u8(value: number): void {
    const at = this.#reserve(1);
    this.#buffer[at] = value;
  }

  u16(value: number): void {
    const at = this.#reserve(2);
    this.#buffer.writeUInt16LE(value & 0xffff, at);
  }

  u64(value: bigint): void {
    const at = this.#reserve(8);
    this.#buffer.writeBigUInt64LE(value, at);
  }

  bytes(bytes: Uint8Array): void {
    const at = this.#reserve(bytes.length);
    this.#buffer.set(bytes, at);
  }

  /** The bytes of words that differ from `from`. */
  words(changes: readonly WordChange[], from: BigUint64Array): void {
    this.u8(changes.length);
    for (const { word, value } of changes) {
      const difference = value ^ from[word]!;
      const positions = Array.from({ length: 8 }, (_, i) => i).filter((i) => (difference >> BigInt(8 * i)) & 0xffn);
      this.u8(word);
      this.u8(positions.reduce((mask, i) => mask | (1 << i), 0));
      for (const i of positions) this.u8(Number((value >> BigInt(8 * i)) & 0xffn));
    }
  }

  runs(runs: readonly Run[]): void {
    this.u8(runs.length);
    for (const { offset, bytes } of runs) {
      this.u16(offset);
      this.u16(bytes.length);
      this.bytes(bytes);
    }
  }

  get content(): Buffer {
    return this.#buffer.subarray(0, this.#used);
  }
}

export function pack({ memory, bases, cases }: Family): Buffer {
  const out = new Writer();
  out.bytes(MAGIC);
  out.bytes(memory);
  out.u16(bases.length);
  for (const base of bases) base.forEach((word) => out.u64(word));
  for (const vector of cases) {
    const { base, code, words, runs, undefinedFlags, ignored, start, outcome } = vector;
    out.u16(base);
    out.u8(code.length);
    out.bytes(code);
    out.words(words, bases[base]!);
    out.runs(runs);
    out.u16(undefinedFlags);
    out.u8(ignored.length);
    for (const { offset, length } of ignored) {
      out.u16(offset);
      out.u16(length);
    }
    out.u8(outcome.vector);
    out.u8(outcome.error);
    out.u16(outcome.rip);
    if (outcome.vector === 14) out.u64(outcome.cr2);
    const changed = [...outcome.state].flatMap((value, word) => (value === start[word] ? [] : [{ word, value }]));
    out.words(changed, start);
    out.runs(outcome.runs);
  }
  return gzipSync(out.content, { level: 9 });
}

class Reader {
  #at = 0;
  constructor(readonly data: Buffer) {}

  get done(): boolean {
    return this.#at >= this.data.length;
  }

  u8(): number {
    return this.data[this.#at++]!;
  }

  u16(): number {
    this.#at += 2;
    return this.data.readUInt16LE(this.#at - 2);
  }

  i16(): number {
    this.#at += 2;
    return this.data.readInt16LE(this.#at - 2);
  }

  u64(): bigint {
    this.#at += 8;
    return this.data.readBigUInt64LE(this.#at - 8);
  }

  bytes(length: number): Uint8Array {
    this.#at += length;
    return this.data.subarray(this.#at - length, this.#at);
  }

  words(from: BigUint64Array): WordChange[] {
    return this.#list(() => {
      const word = this.u8();
      const mask = this.u8();
      let value = from[word]!;
      for (let i = 0; i < 8; i++) {
        if (!(mask & (1 << i))) continue;
        const shift = BigInt(8 * i);
        value = (value & ~(0xffn << shift)) | (BigInt(this.u8()) << shift);
      }
      return { word, value };
    });
  }

  runs(): Run[] {
    return this.#list(() => {
      const offset = this.u16();
      return { offset, bytes: this.bytes(this.u16()) };
    });
  }

  ignored(): Ignored[] {
    return this.#list(() => ({ offset: this.u16(), length: this.u16() }));
  }

  #list<T>(read: () => T): T[] {
    const list: T[] = [];
    for (let n = this.u8(); n > 0; n--) list.push(read());
    return list;
  }
}

export function unpack(file: Uint8Array): Family {
  const reader = new Reader(gunzipSync(file));
  if (!MAGIC.equals(reader.bytes(MAGIC.length))) throw new Error('no vectors, or of another version');
  const memory = reader.bytes(Image.Bytes);
  const bases = Array.from({ length: reader.u16() }, () => BigUint64Array.from({ length: Word.Count }, () => reader.u64()));
  return { memory, bases, cases: readCases(reader, bases) };
}

function* readCases(reader: Reader, bases: readonly BigUint64Array[]): Generator<Vector> {
  while (!reader.done) yield readCase(reader, bases);
}

function readCase(reader: Reader, bases: readonly BigUint64Array[]): Vector {
  const base = reader.u16();
  const code = reader.bytes(reader.u8());
  const words = reader.words(bases[base]!);
  const runs = reader.runs();
  const undefinedFlags = reader.u16();
  const ignored = reader.ignored();
  const input = { base, code, words, runs, undefinedFlags, ignored };
  const vector = reader.u8();
  const error = reader.u8();
  const rip = reader.i16();
  const cr2 = vector === 14 ? reader.u64() : 0n;
  const start = startOf(bases, input);
  const state = start.slice();
  for (const { word, value } of reader.words(start)) state[word] = value;
  return { ...input, start, outcome: { vector, error, rip, cr2, state, runs: reader.runs() } };
}
