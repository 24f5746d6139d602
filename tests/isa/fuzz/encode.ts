import { FieldKind, ImmediateKind, SizeMode } from '@ring3/abi';
import type { Shape } from '../../../packages/isa/dist/shape.js';
import { formsOf } from '../../../tools/oracle/src/encode.js';
import type { Random } from '../../../tools/oracle/src/random.js';
import { type Index, byteSource, byteTarget, immediate, little, low, memory, source, target } from './operands.js';
import type { Fix, Item } from './program.js';

/** Instructions of a row with operands that a program without a known state can have. */

const PREFIXES = [[], [0x66], [0xf3], [0xf2]];
const MAPS = [[], [0x0f], [0x0f, 0x38], [0x0f, 0x3a]];

export interface RowToEncode {
  readonly shape: Shape;
  /** In the instruction set. */
  readonly index: number;
  readonly forms: ReturnType<typeof formsOf>;
}

export interface Wishes {
  /** Memory operands may be anywhere, in code too. */
  readonly wild: boolean;
  /** Registers that memory operands go through mostly. */
  readonly bases: readonly number[];
  /** An index that they often have. */
  readonly index?: Index;
  /** xmm registers that are used, from xmm0 on: all of them, if it is not there. */
  readonly vectors?: number;
  /** Not with REP or REPNE. */
  readonly once?: boolean;
  readonly form?: RowToEncode['forms'][number];
}

export function rowToEncode(shape: Shape, index: number): RowToEncode {
  return { shape, index, forms: formsOf(shape) };
}

function immediateBytes(kind: ImmediateKind, size: number | null, r: Random, wild: boolean): number[] {
  switch (kind) {
    case ImmediateKind.Byte:
    case ImmediateKind.SignedByte:
    case ImmediateKind.BranchByte:
      return immediate(r, 1);
    case ImmediateKind.Word:
      return little(8 * r.below(8), 2);
    case ImmediateKind.WordByte:
      return [...little(r.below(0x40), 2), r.pick([0, 0, 0, 1, 2])];
    case ImmediateKind.Z:
    case ImmediateKind.BranchZ:
      return immediate(r, size === 16 ? 2 : 4);
    case ImmediateKind.V:
      return immediate(r, size === 16 ? 2 : size === 64 ? 8 : 4);
    case ImmediateKind.Offset:
      return [...little(low(r, wild), 4), 0, 0, 0, 0];
    default:
      return [];
  }
}

interface Register {
  readonly number: number;
  /** A byte register that needs REX, or must not have it. */
  readonly rex?: boolean;
}

function register(kind: FieldKind, writes: boolean, r: Random, vectors = 16): Register {
  switch (kind) {
    case FieldKind.Gpr:
    case FieldKind.OpcodeGpr:
      return { number: writes ? target(r) : source(r) };
    case FieldKind.Gpr8:
    case FieldKind.OpcodeGpr8:
      return writes ? byteTarget(r) : byteSource(r);
    case FieldKind.Mm:
      return { number: r.below(8) };
    case FieldKind.Segment:
    case FieldKind.SegmentTarget:
      return { number: r.below(6) };
    case FieldKind.Control:
      return { number: r.pick([0, 2, 3, 4]) };
    case FieldKind.Xmm:
      return { number: r.below(vectors) };
    default:
      return { number: r.below(16) };
  }
}

/** Neither of two byte registers may ask for what the other cannot have. */
function agrees(a: Register, b: Register): boolean {
  const high = (x: Register): boolean => x.rex === false && x.number >= 4;
  const low = (x: Register): boolean => x.rex === true || x.number >= 8;
  return !(high(a) && low(b)) && !(high(b) && low(a));
}

const NONE: Register = { number: 0 };
/** 16 bytes of memory. */
const ALIGNED = /[WM](dq|ps|pd|o|x)/;
/** Both operands are written. */
const EXCHANGES = /^(xchg|xadd|cmpxchg)$/;

/** One instruction of the row. */
export function encode({ shape, index, forms }: RowToEncode, r: Random, wishes: Wishes): Item {
  const { pattern, row } = shape;
  const { size, place } = wishes.form ?? r.pick(forms);
  const bytes: number[] = [];
  const first = shape.operands[0]?.text ?? '';
  let rex = 0;
  if (size === 64 && shape.sizeMode === SizeMode.Default32) rex = 8;
  else if (size === null && r.below(24) === 0) rex = 8;
  let opcode: number = pattern.opcode;
  const aligned = ALIGNED.test(row.operands);
  const both = EXCHANGES.test(row.mnemonic);
  const regWrites = both || first.startsWith('G');
  let rm: Register = NONE;
  let reg: Register = { number: pattern.digit ?? 0 };
  let modrm: number[] = [];
  let prefixes: readonly number[] = [];
  let rip: number | null = null;
  if (pattern.plusR) {
    rm = register(shape.rm === FieldKind.None ? shape.reg : shape.rm, true, r);
    opcode += rm.number & 7;
    rex |= rm.number >> 3;
  }
  if (pattern.modrm !== null) modrm = [pattern.modrm];
  else if (shape.hasModRm) {
    do {
      if (pattern.digit === null) reg = register(shape.reg, regWrites, r, wishes.vectors);
      if (place === 'reg') rm = register(shape.rm, both || !regWrites, r, wishes.vectors);
    } while (!agrees(reg, rm));
    if (pattern.digit === null) rex |= (reg.number >> 3) << 2;
    if (place === 'reg') {
      rex |= rm.number >> 3;
      modrm = [0xc0 | (rm.number & 7)];
    } else {
      // A byte register that only goes without REX takes an address that does.
      let operand = memory(r, wishes.wild, aligned, wishes.bases, wishes.index);
      while (reg.rex === false && reg.number >= 4 && (operand.rex || rex))
        operand = memory(r, wishes.wild, aligned, wishes.bases, wishes.index);
      ({ prefixes, rip } = operand);
      rex |= operand.rex;
      modrm = [...operand.bytes];
    }
    modrm[0]! |= (reg.number & 7) << 3;
  }
  const rest = immediateBytes(shape.immediate, size, r, wishes.wild);
  if (place === 'mem' && row.attributes?.includes('lock') && r.below(6) === 0) bytes.push(0xf0);
  bytes.push(...prefixes);
  if (row.attributes?.includes('rep') && !wishes.once && r.below(3)) bytes.push(r.pick([0xf2, 0xf3, 0xf3]));
  if (size === 16) bytes.push(0x66);
  bytes.push(...PREFIXES[pattern.prefix ?? 0]!);
  const mustNot = (rm.rex === false && rm.number >= 4) || (reg.rex === false && reg.number >= 4 && pattern.digit === null);
  if (!mustNot && (rex || rm.rex || reg.rex || r.below(24) === 0)) bytes.push(0x40 | rex);
  bytes.push(...MAPS[pattern.map]!, opcode, ...modrm, ...rest);
  const fix: Fix | undefined = rip === null ? undefined : { kind: 'rip', at: bytes.length - rest.length - 4, va: rip };
  return { bytes, row: index, ...(fix && { fix }) };
}
