/** Bytes of a WebAssembly function body, and of the module around it. */
export class Code {
  readonly bytes: number[] = [];

  u(value: number): this {
    do {
      const byte = value & 0x7f;
      value >>>= 7;
      this.bytes.push(value ? byte | 0x80 : byte);
    } while (value);
    return this;
  }
  s(value: bigint | number): this {
    let v = BigInt(value);
    for (;;) {
      const byte = Number(v & 0x7fn);
      v >>= 7n;
      if ((v === 0n && !(byte & 0x40)) || (v === -1n && byte & 0x40)) {
        this.bytes.push(byte);
        return this;
      }
      this.bytes.push(byte | 0x80);
    }
  }
  op(...bytes: number[]): this {
    this.bytes.push(...bytes);
    return this;
  }
  get(local: number): this {
    return this.op(0x20).u(local);
  }
  set(local: number): this {
    return this.op(0x21).u(local);
  }
  tee(local: number): this {
    return this.op(0x22).u(local);
  }
  i32(value: number): this {
    return this.op(0x41).s(value | 0);
  }
  i64(value: bigint | number): this {
    return this.op(0x42).s(BigInt.asIntN(64, BigInt(value)));
  }
  /** A load or store: opcode, alignment exponent 0, offset. */
  mem(opcode: number, offset: number): this {
    return this.op(opcode, 0).u(offset >>> 0);
  }
  /** A 16-byte load or store. */
  simdMem(opcode: Simd, offset: number): this {
    return this.op(0xfd, opcode, 0).u(offset);
  }
  call(index: number): this {
    return this.op(0x10).u(index);
  }
  br(depth: number): this {
    return this.op(0x0c).u(depth);
  }
  brIf(depth: number): this {
    return this.op(0x0d).u(depth);
  }
  add(other: Code): this {
    for (const byte of other.bytes) this.bytes.push(byte);
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

/** A module of functions () → (), that imports memory and stepUop, testCondition. Function i is exported as 'f' + i. */
export function encodeModule(functions: readonly WasmFunction[]): Uint8Array<ArrayBuffer> {
  const out = new Code();
  out.op(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
  const section = (id: number, content: Code): void => {
    out.op(id).u(content.bytes.length).add(content);
  };
  const name = (code: Code, text: string): Code => {
    code.u(text.length);
    for (const char of text) code.op(char.charCodeAt(0));
    return code;
  };
  // types: 0 () → (), 1 (i32) → i32
  section(1, new Code().u(2).op(0x60, 0, 0).op(0x60, 1, W.i32, 1, W.i32));
  const imports = new Code().u(3);
  name(name(imports, 'e'), 'm').op(2, 1).u(1).u(65536);
  name(name(imports, 'e'), 's').op(0, 1);
  name(name(imports, 'e'), 'c').op(0, 1);
  section(2, imports);
  const types = new Code().u(functions.length);
  for (let i = 0; i < functions.length; i++) types.u(0);
  section(3, types);
  const exports = new Code().u(functions.length);
  functions.forEach((_, i) =>
    name(exports, `f${i}`)
      .op(0)
      .u(2 + i),
  );
  section(7, exports);
  const codes = new Code().u(functions.length);
  for (const { locals, body } of functions) {
    const content = new Code().u(locals.length);
    for (const { count, type } of locals) content.u(count).op(type);
    content.add(body).op(W.End);
    codes.u(content.bytes.length).add(content);
  }
  section(10, codes);
  return new Uint8Array(out.bytes);
}
