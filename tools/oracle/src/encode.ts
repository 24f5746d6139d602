import { FieldKind, ImmediateKind, SizeMode } from '@ring3/abi';
import type { Row } from '@ring3/isa';
import { OpcodeMap } from '../../../packages/isa/dist/notation.js';
import type { Shape } from '../../../packages/isa/dist/shape.js';
import { ADDRESSES } from './bases.js';
import type { Draft } from './draft.js';
import { Place, Word } from './layout.js';
import { integer, type Random } from './random.js';

/** From a row to bytes: registers, addressing forms, prefixes and immediates at random. */

/** One of a row's micro-ops: operand size in bits where it has one, and what ModRM names. */
export interface Form {
  readonly size: number | null;
  readonly place: 'reg' | 'mem' | null;
}

export interface Encoded {
  readonly bytes: number[];
  /** Numbers of the operands in ModRM or the opcode. */
  readonly reg: number;
  readonly rm: number;
  /** Address of the memory operand, segment base included. */
  readonly address: number | null;
  readonly immediate: number;
}

export interface Wishes {
  /** Where the memory operand shall be. */
  readonly at?: bigint;
  readonly lock?: boolean;
  /** No register in the address. */
  readonly absolute?: boolean;
  /** Bytes of code in front of the instruction. */
  readonly behind?: number;
}

const PREFIXES = [[], [0x66], [0xf3], [0xf2]];
const MAPS = [[], [0x0f], [0x0f, 0x38], [0x0f, 0x3a]];
const IMMEDIATES = [0, 1, 2, 3, 7, 8, 9, 15, 16, 17, 27, 31, 32, 33, 63, 64, 65, 0x7f, 0x80, 0xe4, 0xff];

export function formsOf(shape: Shape): Form[] {
  const sizes = shape.sizes.length ? shape.sizes : [null];
  const places: Form['place'][] = !shape.hasModRm || shape.pattern.modrm !== null ? [null] : shape.form ? [shape.form] : ['reg', 'mem'];
  return sizes.flatMap((size) => places.map((place) => ({ size, place })));
}

export function little(value: bigint, count: number): number[] {
  return Array.from({ length: count }, (_, i) => Number((value >> BigInt(8 * i)) & 255n));
}

function registerOf(kind: FieldKind, r: Random): number {
  switch (kind) {
    case FieldKind.Mm:
      return r.below(8);
    case FieldKind.Segment:
      return r.below(6);
    case FieldKind.Control:
      return r.pick([0, 2, 3, 4]);
    default:
      return r.below(16);
  }
}

interface Address {
  readonly prefixes: readonly number[];
  /** ModRM without reg, SIB and displacement. */
  readonly bytes: readonly number[];
  readonly rex: number;
  readonly va: number | null;
  /** The displacement is to be replaced by what leads from the instruction's end to va. */
  readonly ripRelative?: boolean;
}

/** Base register with a displacement of 0, 1 or 4 bytes. */
function baseBytes(base: number, displacement: number, wide: boolean, sib: number | null): number[] {
  const mod = wide ? 2 : displacement !== 0 || (base & 7) === 5 ? 1 : 0;
  const needsSib = sib !== null || (base & 7) === 4;
  return [
    (mod << 6) | (needsSib ? 4 : base & 7),
    ...(needsSib ? [(sib ?? 4 << 3) | (base & 7)] : []),
    ...little(BigInt(displacement), mod === 2 ? 4 : mod),
  ];
}

function plainAddress(draft: Draft, at: bigint, r: Random): Address {
  const base = r.pick(ADDRESSES);
  const displacement = r.pick([0, 0, 8, -16]);
  draft.set(base, at - BigInt(displacement));
  return { prefixes: [], bytes: baseBytes(base, displacement, false, null), rex: base >> 3, va: Number(BigInt.asIntN(64, at)) };
}

function anyAddress(draft: Draft, r: Random, absolute: boolean): Address {
  const base = r.pick(ADDRESSES);
  const from = Number(draft.get(base));
  const displacement = r.below(4) ? 16 * (r.below(16) - 8) : r.below(256) - 128;
  switch (absolute ? 5 : r.below(10)) {
    case 0:
    case 1:
      return { prefixes: [], bytes: baseBytes(base, 0, false, null), rex: base >> 3, va: from };
    case 2:
      return { prefixes: [], bytes: baseBytes(base, displacement, true, null), rex: base >> 3, va: from + displacement };
    case 3:
    case 4: {
      const index = r.pick([14, 15]);
      const scale = r.below(4);
      const va = from + displacement + Number(BigInt.asIntN(64, draft.get(index))) * 2 ** scale;
      const sib = (scale << 6) | ((index & 7) << 3);
      const prefixes = r.below(6) ? [] : [0x67];
      return { prefixes, bytes: baseBytes(base, displacement, r.below(2) === 0, sib), rex: (base >> 3) | 2, va };
    }
    case 5:
      return { prefixes: r.below(6) ? [] : [0x67], bytes: [5, 0, 0, 0, 0], rex: 0, va: from, ripRelative: true };
    case 6: {
      // No base: SIB with base 101. An index, which may be an address; or none.
      if (r.below(3) === 0 && base !== Word.Rsp) {
        const bytes = [4, ((base & 7) << 3) | 5, ...little(BigInt(displacement), 4)];
        return { prefixes: [], bytes, rex: base > 7 ? 2 : 0, va: from + displacement };
      }
      const index = r.below(2) ? 15 : 4;
      const va = from + (index === 15 ? Number(draft.get(15)) : 0);
      return { prefixes: [], bytes: [4, ((index & 7) << 3) | 5, ...little(BigInt(from), 4)], rex: index === 15 ? 2 : 0, va };
    }
    case 7: {
      // 32-bit addresses: what the register's upper half holds does not matter.
      const garbage = base !== Word.Rsp && r.below(2) === 0 ? BigInt(r.next()) << 32n : 0n;
      if (garbage) draft.set(base, BigInt(from) | garbage);
      return { prefixes: [0x67], bytes: baseBytes(base, displacement, false, null), rex: base >> 3, va: from + displacement };
    }
    case 8:
      return {
        prefixes: [0x65],
        bytes: baseBytes(base, displacement, false, null),
        rex: base >> 3,
        va: from + displacement + Place.GsBase,
      };
    default:
      return { prefixes: [], bytes: baseBytes(base, displacement, false, null), rex: base >> 3, va: from + displacement };
  }
}

function immediateOf(shape: Shape, size: number | null, draft: Draft, r: Random): number[] {
  switch (shape.immediate) {
    case ImmediateKind.Byte:
    case ImmediateKind.SignedByte: {
      const value = r.below(3) ? r.pick(IMMEDIATES) : r.below(256);
      // shld and shrd of words: undefined for counts above 16.
      return [size === 16 && /^sh[lr]d$/.test(shape.row.mnemonic) ? value % 17 : value];
    }
    case ImmediateKind.Word:
      return little(BigInt(r.below(0x100)), 2);
    case ImmediateKind.WordByte:
      return [...little(BigInt(r.below(0x100)), 2), r.pick([0, 0, 1, 1, 2, 3, 5, 32, 33])];
    case ImmediateKind.Z:
      return little(integer(r), size === 16 ? 2 : 4);
    case ImmediateKind.V:
      return little(integer(r), size === 16 ? 2 : size === 64 ? 8 : 4);
    case ImmediateKind.Offset:
      draft.address = Number(draft.get(r.pick(ADDRESSES)));
      return little(BigInt(draft.address), 8);
    case ImmediateKind.BranchByte:
      return [r.below(2) ? r.below(128) : 128 + r.below(110)];
    case ImmediateKind.BranchZ:
      return little(BigInt(r.below(2) ? r.below(0x700) : -r.below(0x700) - 20), 4);
    default:
      return [];
  }
}

const UPPER_GARBAGE = 0xa5_0000_0000n;

/** Address size and segment of instructions with implicit addresses or a count in rcx. */
function implicitPrefixes({ mnemonic, operands, attributes }: Row, r: Random): number[] {
  if (!attributes?.includes('rep') && !/^(xlat|loop.*|jrcxz|maskmov.*)$/.test(mnemonic)) return [];
  const hasSource = operands.includes('X') || mnemonic === 'xlat';
  return [...(hasSource && r.below(6) === 0 ? [0x65] : []), ...(r.below(5) === 0 ? [0x67] : [])];
}

/** F2 and F3 mean nothing in front of most instructions of the one-byte map. AMD's loope and loopne take them for the condition. */
function takesIdleRepeat({ pattern, row }: Shape): boolean {
  if (row.mnemonic.startsWith('loop')) return false;
  return pattern.map === OpcodeMap.One && pattern.prefix === null && pattern.opcode !== 0x90 && row.attributes?.includes('lock') !== true;
}

export function encode(shape: Shape, { size, place }: Form, draft: Draft, r: Random, wishes: Wishes = {}): Encoded {
  const { pattern, row } = shape;
  const bytes: number[] = [];
  let rex = size === 64 && shape.sizeMode !== SizeMode.Default64 ? 8 : 0;
  if (size === null && r.below(10) === 0 && !row.operands.includes('y')) rex |= 8;
  let opcode: number = pattern.opcode;
  let reg = pattern.digit ?? 0;
  let rm = 0;
  let address: Address | null = null;
  let modrm: number[] = [];
  if (pattern.plusR) {
    rm = r.below(16);
    opcode += rm & 7;
    rex |= rm >> 3;
  }
  if (pattern.modrm !== null) modrm = [pattern.modrm];
  else if (shape.hasModRm) {
    reg = pattern.digit ?? registerOf(shape.reg, r);
    if (pattern.digit === null) rex |= (reg >> 3) << 2;
    if (place === 'reg') {
      rm = registerOf(shape.rm, r);
      rex |= rm >> 3;
      modrm = [0xc0 | (rm & 7)];
    } else {
      address = wishes.at === undefined ? anyAddress(draft, r, wishes.absolute === true) : plainAddress(draft, wishes.at, r);
      rex |= address.rex;
      modrm = [...address.bytes];
    }
    modrm[0]! |= (reg & 7) << 3;
  }
  const immediate = immediateOf(shape, size, draft, r);
  if (wishes.lock) bytes.push(0xf0);
  if (address) bytes.push(...address.prefixes);
  if (r.below(24) === 0) bytes.push(r.pick([0x2e, 0x36, 0x3e, 0x26]));
  const implicit = implicitPrefixes(row, r);
  if (implicit.includes(0x67))
    for (const register of [Word.Rbx, Word.Rsi, Word.Rdi]) draft.set(register, draft.get(register) | UPPER_GARBAGE);
  bytes.push(...implicit);
  if (row.attributes?.includes('rep') ? r.below(3) : takesIdleRepeat(shape) && r.below(30) === 0) bytes.push(r.pick([0xf2, 0xf3]));
  if (size === 16) bytes.push(0x66);
  bytes.push(...PREFIXES[pattern.prefix ?? 0]!);
  if (rex || r.below(12) === 0) bytes.push(0x40 | rex);
  bytes.push(...MAPS[pattern.map]!, opcode, ...modrm, ...immediate);
  const va = address?.va ?? draft.address;
  if (address?.ripRelative && va !== null) {
    const at = bytes.length - immediate.length - 4;
    bytes.splice(at, 4, ...little(BigInt(va - (Place.Start + (wishes.behind ?? 0) + bytes.length)), 4));
  }
  return { bytes, reg, rm, address: va, immediate: immediate[0] ?? 0 };
}
