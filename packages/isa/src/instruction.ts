import { FieldKind, ImmediateKind, Mandatory, SizeMode } from '@ring3/abi';
import { shapeOf, type Shape } from './shape.js';
import { buildTrees, type OpcodeTrees } from './tree.js';
import { rows } from './rows/index.js';

/** A memory operand as encoded; register numbers 0–15. */
export interface Memory {
  readonly base: number | null;
  readonly index: number | null;
  readonly scale: number;
  readonly ripRelative: boolean;
  readonly displacement: number;
  /** Bytes of displacement: 0, 1, 4. */
  readonly displacementBytes: number;
}

/** An instruction taken apart, in terms of its encoding. */
export interface Instruction {
  readonly length: number;
  readonly shape: Shape;
  /** REX byte in force, 0 = none. */
  readonly rex: number;
  readonly segment: 'fs' | 'gs' | null;
  readonly address32: boolean;
  readonly lock: boolean;
  readonly repeat: 'rep' | 'repne' | null;
  /** 16, 32 or 64. */
  readonly operandSize: number;
  readonly opcode: number;
  readonly modrm: number;
  readonly memory: Memory | null;
  /** Sign-extended where the row says so; branches: the displacement; offsets: the address. */
  readonly immediate: bigint;
  readonly secondImmediate: number;
}

/** Why bytes are no instruction: there are too few of them, they mean nothing, they are more than fifteen. */
export type DecodeFailure = 'truncated' | 'invalid' | 'too long';

export class DecodeError extends Error {
  constructor(
    readonly kind: DecodeFailure,
    /** Bytes looked at. */
    readonly length: number,
  ) {
    super(kind);
  }
}

const MAX_LENGTH = 15;
const VALID_CONTROL = [0, 2, 3, 4, 8];

let maps: OpcodeTrees['maps'] | undefined;

function allMaps(): OpcodeTrees['maps'] {
  maps ??= buildTrees(rows.map(shapeOf)).maps;
  return maps;
}

/** Little-endian reader that knows the end of what may be read. */
class Cursor {
  position: number;

  constructor(
    private readonly bytes: Uint8Array,
    private readonly start: number,
  ) {
    this.position = start;
  }

  get length(): number {
    return this.position - this.start;
  }

  private need(count: number): void {
    if (this.length + count > MAX_LENGTH) throw new DecodeError('too long', MAX_LENGTH);
    if (this.position + count > this.bytes.length) throw new DecodeError('truncated', this.bytes.length - this.start);
  }

  peek(): number {
    this.need(1);
    return this.bytes[this.position]!;
  }

  unsigned(count: number): bigint {
    this.need(count);
    let value = 0n;
    for (let i = count - 1; i >= 0; i--) value = (value << 8n) | BigInt(this.bytes[this.position + i]!);
    this.position += count;
    return value;
  }

  signed(count: number): bigint {
    return BigInt.asIntN(count * 8, this.unsigned(count));
  }

  byte(): number {
    const value = this.peek();
    this.position++;
    return value;
  }
}

function readMemory(cursor: Cursor, modrm: number, rex: number): Memory {
  const mod = modrm >> 6;
  let base: number | null = modrm & 7;
  let index: number | null = null;
  let scale = 1;
  let ripRelative = false;
  let displacementBytes = mod === 1 ? 1 : mod === 2 ? 4 : 0;
  const noBase = (low: number): boolean => low === 5 && mod === 0;
  if (base === 4) {
    const sib = cursor.byte();
    base = sib & 7;
    const number = ((sib >> 3) & 7) | ((rex & 2) << 2);
    if (number !== 4) {
      index = number;
      scale = 1 << (sib >> 6);
    }
    if (noBase(base)) base = null;
  } else if (noBase(base)) {
    base = null;
    ripRelative = true;
  }
  if (base === null) displacementBytes = 4;
  else base |= (rex & 1) << 3;
  const displacement = displacementBytes === 0 ? 0 : Number(cursor.signed(displacementBytes));
  return { base, index, scale, ripRelative, displacement, displacementBytes };
}

function immediateBytes(kind: ImmediateKind, size: number, address32: boolean): number {
  switch (kind) {
    case ImmediateKind.Byte:
    case ImmediateKind.SignedByte:
    case ImmediateKind.BranchByte:
      return 1;
    case ImmediateKind.Word:
    case ImmediateKind.WordByte:
      return 2;
    case ImmediateKind.Z:
    case ImmediateKind.BranchZ:
      return size === 16 ? 2 : 4;
    case ImmediateKind.V:
      return size / 8;
    case ImmediateKind.Offset:
      return address32 ? 4 : 8;
    default:
      return 0;
  }
}

function checkSystemRegister(shape: Shape, number: number, cursor: Cursor): void {
  const invalid =
    (shape.reg === FieldKind.Segment && (number & 7) >= 6) ||
    (shape.reg === FieldKind.SegmentTarget && ((number & 7) >= 6 || (number & 7) === 1)) ||
    (shape.reg === FieldKind.Control && !VALID_CONTROL.includes(number)) ||
    (shape.reg === FieldKind.Debug && number >= 8);
  if (invalid) throw new DecodeError('invalid', cursor.length);
}

/**
 * Decodes the instruction at `offset` by all rows, implemented or not, or by the given maps. Throws DecodeError. The twin of
 * core/assembly/decode/decoder.ts.
 */
export function decodeInstruction(bytes: Uint8Array, offset: number, all = allMaps()): Instruction {
  const cursor = new Cursor(bytes, offset);
  let rex = 0;
  let segment: 'fs' | 'gs' | null = null;
  let operand16 = false;
  let address32 = false;
  let lock = false;
  let repeat: 'rep' | 'repne' | null = null;
  let opcode: number;
  for (;;) {
    opcode = cursor.byte();
    if ((opcode & 0xf0) === 0x40) {
      rex = opcode;
      continue;
    }
    if (opcode === 0x64) segment = 'fs';
    else if (opcode === 0x65) segment = 'gs';
    else if (opcode === 0x66) operand16 = true;
    else if (opcode === 0x67) address32 = true;
    else if (opcode === 0xf0) lock = true;
    else if (opcode === 0xf2) repeat = 'repne';
    else if (opcode === 0xf3) repeat = 'rep';
    else if (opcode !== 0x26 && opcode !== 0x2e && opcode !== 0x36 && opcode !== 0x3e) break;
    rex = 0;
  }
  const mandatory = repeat === 'rep' ? Mandatory.F3 : repeat === 'repne' ? Mandatory.F2 : operand16 ? Mandatory.P66 : Mandatory.None;
  let tree = all[0]![opcode === 0x90 && rex & 1 ? 0x91 : opcode]!;
  if (opcode === 0x0f) {
    opcode = cursor.byte();
    tree = all[1]![opcode]!;
    if (opcode === 0x38 || opcode === 0x3a) {
      const map = opcode === 0x38 ? 2 : 3;
      opcode = cursor.byte();
      tree = all[map]![opcode]!;
    }
  }
  if (tree.kind === 'prefix') tree = tree.children[mandatory]!;
  if (tree.kind !== 'leaf') {
    const modrm = cursor.peek();
    const reg = (modrm >> 3) & 7;
    const register = tree.kind === 'group' ? reg : modrm & 63;
    tree = tree.children[modrm >= 0xc0 ? 8 + register : reg]!;
  }
  if (tree.kind !== 'leaf' || tree.shape === null) throw new DecodeError('invalid', cursor.length);
  const { shape } = tree;

  let modrm = 0;
  let memory: Memory | null = null;
  if (shape.hasModRm) {
    modrm = cursor.byte();
    checkSystemRegister(shape, ((modrm >> 3) & 7) | ((rex & 4) << 1), cursor);
    if (modrm < 0xc0 && !shape.modIgnored) memory = readMemory(cursor, modrm, rex);
  }
  const default64 = shape.sizeMode !== SizeMode.Default32;
  const operandSize = shape.sizeMode === SizeMode.Force64 || rex & 8 ? 64 : operand16 ? 16 : default64 ? 64 : 32;
  const width = immediateBytes(shape.immediate, operandSize, address32);
  const unsigned =
    shape.immediate === ImmediateKind.Byte ||
    shape.immediate === ImmediateKind.Word ||
    shape.immediate === ImmediateKind.WordByte ||
    shape.immediate === ImmediateKind.Offset;
  const immediate = width === 0 ? 0n : unsigned ? cursor.unsigned(width) : cursor.signed(width);
  const secondImmediate = shape.immediate === ImmediateKind.WordByte ? cursor.byte() : 0;
  if (lock && !(shape.row.attributes?.includes('lock') && memory)) throw new DecodeError('invalid', cursor.length);
  return {
    length: cursor.length,
    shape,
    rex,
    segment,
    address32,
    lock,
    repeat,
    operandSize,
    opcode,
    modrm,
    memory,
    immediate,
    secondImmediate,
  };
}
