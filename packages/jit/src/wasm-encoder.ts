/** Locals of a region function that are its parameters: the emitters number theirs from behind them. */
const PARAMETERS = 3;
/** Pages of WebAssembly that the memory has at least: constant addresses in them need no check, and can be operands of the host's instructions. */
const MEMORY_PAGES = 4;
/** Bytes that a function's locals, or its size, may take. */
const SPARE = 64;

/** A place in the code, for who wants to know what became of what. */
export interface Mark {
  at: number;
  tag: object;
}

/** What is said of the branch at a place in the code (W3C's branch hinting proposal): is its condition mostly true? */
interface Hint {
  at: number;
  likely: boolean;
}

/** Bytes of a WebAssembly function body. Branches are relative to nesting, so code may be inserted anywhere later (holes). */
export class Code {
  #bytes: Uint8Array<ArrayBuffer>;
  #length = 0;
  readonly #holes: { at: number; marks: number; hints: number; fill: (code: Code) => void }[] = [];
  readonly #hints: Hint[] = [];
  /** Null: nobody wants marks. */
  marks: Mark[] | null = null;

  /** @param capacity bytes there is room for at first */
  constructor(capacity = 512) {
    this.#bytes = new Uint8Array(capacity);
  }

  get length(): number {
    return this.#length;
  }
  get hints(): readonly Hint[] {
    return this.#hints;
  }
  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  #room(more: number): void {
    if (this.#length + more <= this.#bytes.length) return;
    const bytes = new Uint8Array(2 * (this.#bytes.length + more));
    bytes.set(this.bytes);
    this.#bytes = bytes;
  }
  byte(value: number): this {
    if (this.#length === this.#bytes.length) this.#room(1);
    this.#bytes[this.#length++] = value;
    return this;
  }
  u(value: number): this {
    do {
      const byte = value & 0x7f;
      value >>>= 7;
      this.byte(value ? byte | 0x80 : byte);
    } while (value);
    return this;
  }
  /** Signed LEB128 of an int32. */
  #small(value: number): void {
    for (;;) {
      const byte = value & 0x7f;
      value >>= 7;
      if ((value === 0 && !(byte & 0x40)) || (value === -1 && byte & 0x40)) {
        this.byte(byte);
        return;
      }
      this.byte(byte | 0x80);
    }
  }
  s(value: bigint | number): this {
    if (typeof value === 'number' && (value | 0) === value) {
      this.#small(value);
      return this;
    }
    let v = BigInt(value);
    for (;;) {
      const byte = Number(v & 0x7fn);
      v >>= 7n;
      if ((v === 0n && !(byte & 0x40)) || (v === -1n && byte & 0x40)) return this.byte(byte);
      this.byte(byte | 0x80);
    }
  }
  /** Opcodes, as many as are given: an array of them would have to be made at each call. A block's type may follow. */
  op(first: number, second = -1, third = -1, fourth = -1, fifth = -1): this {
    this.byte(first);
    if (second < 0) return this;
    this.byte(second);
    if (third < 0) return this;
    this.byte(third);
    if (fourth >= 0) this.byte(fourth);
    if (fifth >= 0) this.byte(fifth);
    return this;
  }
  /** What is no opcode: lanes, constants. */
  data(...bytes: number[]): this {
    this.#room(bytes.length);
    for (let i = 0; i < bytes.length; i++) this.#bytes[this.#length++] = bytes[i]!;
    return this;
  }
  get(local: number): this {
    return this.plainGet(local);
  }
  set(local: number): this {
    return this.plainSet(local);
  }
  tee(local: number): this {
    return this.byte(0x22).u(local + PARAMETERS);
  }
  /** Without what a subclass does besides. */
  plainGet(local: number): this {
    return this.byte(0x20).u(local + PARAMETERS);
  }
  plainSet(local: number): this {
    return this.byte(0x21).u(local + PARAMETERS);
  }
  param(number: number): this {
    return this.byte(0x20).u(number);
  }
  setParam(number: number): this {
    return this.byte(0x21).u(number);
  }
  i32(value: number): this {
    this.byte(0x41).#small(value | 0);
    return this;
  }
  i64(value: bigint | number): this {
    return this.byte(0x42).s(typeof value === 'number' && (value | 0) === value ? value : BigInt.asIntN(64, BigInt(value)));
  }
  /** A load or store: opcode, alignment exponent 0, offset. */
  mem(opcode: number, offset: number): this {
    return this.byte(opcode)
      .byte(0)
      .u(offset >>> 0);
  }
  /** A 16-byte load or store. */
  simdMem(opcode: Simd, offset: number): this {
    return this.byte(0xfd).byte(opcode).byte(0).u(offset);
  }
  call(index: number): this {
    return this.byte(0x10).u(index);
  }
  br(depth: number): this {
    return this.byte(0x0c).u(depth);
  }
  brIf(depth: number): this {
    return this.byte(0x0d).u(depth);
  }

  /** The condition of the `if` or `br_if` that comes next is mostly true. */
  likely(): this {
    this.#hints.push({ at: this.#length, likely: true });
    return this;
  }
  /** It is mostly false. */
  unlikely(): this {
    this.#hints.push({ at: this.#length, likely: false });
    return this;
  }

  /** i32.const or i64.const of a value that `patch` sets later, within what `bytes` bytes hold (5: ±2^31); returns its place. */
  patchable(opcode: number, bytes = 5): number {
    this.byte(opcode);
    return this.#blank(bytes);
  }
  /** A load or store with an offset that `patch` sets later; returns its place. */
  patchableMem(opcode: number, bytes = 5): number {
    this.byte(opcode).byte(0);
    return this.#blank(bytes);
  }
  #blank(bytes: number): number {
    const place = this.#length;
    for (let i = 0; i < bytes; i++) this.byte(0);
    this.patch(place, 0, bytes);
    return place;
  }
  patch(place: number, value: number, count = 5): void {
    const bytes = this.#bytes;
    const last = count - 1;
    for (let i = 0; i < last; i++) bytes[place + i] = ((value >> (7 * i)) & 0x7f) | 0x80;
    bytes[place + last] = (value >> (7 * last)) & 0x7f;
  }

  /** Room for code that is known only when all else is. */
  hole(fill: (code: Code) => void): void {
    this.#holes.push({ at: this.#length, marks: this.marks?.length ?? 0, hints: this.#hints.length, fill });
  }

  mark(tag: object): void {
    this.marks?.push({ at: this.#length, tag });
  }

  /** Appends other code, with its holes filled, its marks and hints. */
  add(other: Code): this {
    let from = 0;
    let marked = 0;
    let hinted = 0;
    const copy = (to: number, marks: number, hints: number): void => {
      for (; hinted < hints; hinted++) {
        const { at, likely } = other.#hints[hinted]!;
        this.#hints.push({ at: this.#length + at - from, likely });
      }
      for (; marked < marks; marked++) {
        const { at, tag } = other.marks![marked]!;
        (this.marks ??= []).push({ at: this.#length + at - from, tag });
      }
      this.#room(to - from);
      this.#bytes.set(other.#bytes.subarray(from, to), this.#length);
      this.#length += to - from;
      from = to;
    };
    for (const { at, marks, hints, fill } of other.#holes) {
      copy(at, marks, hints);
      fill(this);
    }
    copy(other.#length, other.marks?.length ?? 0, other.#hints.length);
    return this;
  }
}

/** Opcodes behind 0xfd. */
export const enum Simd {
  Load = 0,
  Store = 11,
}
export const enum W {
  i32 = 0x7f,
  i64 = 0x7e,
  v128 = 0x7b,
  Void = 0x40,
  Block = 0x02,
  Loop = 0x03,
  If = 0x04,
  Else = 0x05,
  End = 0x0b,
  /** From here on an opcode has more than one byte. */
  Prefix = 0xfc,
  BrTable = 0x0e,
  Return = 0x0f,
  Select = 0x1b,
  I32Load = 0x28,
  I64Load = 0x29,
  I64Load8S = 0x30,
  I64Load8U = 0x31,
  I64Load16S = 0x32,
  I64Load16U = 0x33,
  I64Load32S = 0x34,
  I64Load32U = 0x35,
  I32Store = 0x36,
  I64Store = 0x37,
  I64Store8 = 0x3c,
  I64Store16 = 0x3d,
  I64Store32 = 0x3e,
  I32Eqz = 0x45,
  I32Eq = 0x46,
  I32Ne = 0x47,
  I32GtU = 0x4b,
  I32LtS = 0x48,
  I32LeS = 0x4c,
  I64Eqz = 0x50,
  I64Eq = 0x51,
  I64Ne = 0x52,
  I64LtS = 0x53,
  I64LtU = 0x54,
  I64GtU = 0x56,
  I64LeS = 0x57,
  I64LeU = 0x58,
  I64GeU = 0x5a,
  I32Add = 0x6a,
  I32Sub = 0x6b,
  I32And = 0x71,
  I32Or = 0x72,
  I32Xor = 0x73,
  I32Shl = 0x74,
  I32ShrU = 0x76,
  I32Popcnt = 0x69,
  I64Add = 0x7c,
  I64Sub = 0x7d,
  I64Mul = 0x7e,
  I64And = 0x83,
  I64Or = 0x84,
  I64Xor = 0x85,
  I64Shl = 0x86,
  I64ShrS = 0x87,
  I64ShrU = 0x88,
  I64Rotl = 0x89,
  I64Rotr = 0x8a,
  I32Rotl = 0x77,
  I32Rotr = 0x78,
  I32WrapI64 = 0xa7,
  I64ExtendI32S = 0xac,
  I64ExtendI32U = 0xad,
  I64Extend8S = 0xc2,
  I64Extend16S = 0xc3,
  I64Extend32S = 0xc4,
  I32Load8S = 0x2c,
  I32Load8U = 0x2d,
  I32Load16S = 0x2e,
  I32Load16U = 0x2f,
  I32Store8 = 0x3a,
  I32Store16 = 0x3b,
  I32LtU = 0x49,
  I32GtS = 0x4a,
  I32LeU = 0x4d,
  I32GeS = 0x4e,
  I32GeU = 0x4f,
  I64GtS = 0x55,
  I64GeS = 0x59,
  I32Clz = 0x67,
  I32Ctz = 0x68,
  I32Mul = 0x6c,
  I32DivS = 0x6d,
  I32DivU = 0x6e,
  I32ShrS = 0x75,
  I64Clz = 0x79,
  I64Ctz = 0x7a,
  I64Popcnt = 0x7b,
  I64DivS = 0x7f,
  I64DivU = 0x80,
  I32Extend8S = 0xc0,
  I32Extend16S = 0xc1,
}

export interface WasmFunction {
  /** Locals by type, in the order of their numbers. */
  locals: { count: number; type: number }[];
  body: Code;
}

/** Function numbers of what a module imports: the functions of its regions follow. */
export const enum Import {
  StepUop = 0,
  TestCondition = 1,
  GoOn = 2,
  Resume = 3,
  QuotientOf = 4,
  Count = 5,
}

function name(code: Code, text: string): Code {
  code.u(text.length);
  for (let i = 0; i < text.length; i++) code.byte(text.charCodeAt(i));
  return code;
}

/** The custom section of the hints of functions, numbered from `first` on, by their offsets in the functions' bodies. */
function branchHints(contents: readonly Code[], first: number): Code {
  const out = name(new Code(), 'metadata.code.branch_hint').u(contents.length);
  contents.forEach(({ hints }, i) => {
    out.u(first + i).u(hints.length);
    for (const { at, likely } of hints)
      out
        .u(at)
        .u(1)
        .byte(likely ? 1 : 0);
  });
  return out;
}

/**
 * A module of region functions (base i64, depth i32, entry i32) → i64. It imports e.m, the memory, the functions of Import as e.s,
 * e.c, e.g, e.r, e.q, and `others` region functions as e.0, e.1 …; function i is exported as 'f' + i.
 */
export function encodeModule(functions: readonly WasmFunction[], others = 0): { bytes: Uint8Array<ArrayBuffer>; marks: readonly Mark[] } {
  const out = new Code();
  out.data(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
  const section = (id: number, content: Code): void => {
    out.byte(id).u(content.length).add(content);
  };
  const types = new Code().u(5);
  types.data(0x60, 3, W.i64, W.i32, W.i32, 1, W.i64);
  types.data(0x60, 1, W.i32, 1, W.i32);
  types.data(0x60, 2, W.i64, W.i32, 1, W.i64);
  types.data(0x60, 3, W.i64, W.i64, W.i32, 1, W.i64);
  types.data(0x60, 3, W.i64, W.i64, W.i64, 1, W.i64);
  section(1, types);
  const imports = new Code().u(1 + Import.Count + others);
  name(name(imports, 'e'), 'm').op(2, 1).u(MEMORY_PAGES).u(65536);
  name(name(imports, 'e'), 's').op(0, 1);
  name(name(imports, 'e'), 'c').op(0, 1);
  name(name(imports, 'e'), 'g').op(0, 3);
  name(name(imports, 'e'), 'r').op(0, 2);
  name(name(imports, 'e'), 'q').op(0, 4);
  for (let i = 0; i < others; i++) name(name(imports, 'e'), `${i}`).op(0, 0);
  section(2, imports);
  const kinds = new Code().u(functions.length);
  for (let i = 0; i < functions.length; i++) kinds.byte(0);
  section(3, kinds);
  const exports = new Code().u(functions.length);
  for (let i = 0; i < functions.length; i++)
    name(exports, `f${i}`)
      .byte(0)
      .u(Import.Count + others + i);
  section(7, exports);
  const contents = functions.map(({ locals, body }) => {
    const content = new Code(body.length + SPARE).u(locals.length);
    for (const { count, type } of locals) content.u(count).byte(type);
    return content.add(body).byte(W.End);
  });
  section(0, branchHints(contents, Import.Count + others));
  const codes = new Code(contents.reduce((sum, { length }) => sum + length + SPARE, SPARE)).u(functions.length);
  for (const content of contents) codes.u(content.length).add(content);
  section(10, codes);
  return { bytes: out.bytes.slice(), marks: out.marks ?? [] };
}
