import { FieldKind, ImmediateKind, SizeMode } from '@ring3/abi';
import type { Row } from '@ring3/isa';
import type { Shape } from '../../../packages/isa/src/shape.js';
import { double, extended, integer, Random, single } from './random.js';
import { Image, Place, State } from './state.js';

/** From a row of the opcode map to instructions and the states that they run in. Everything follows from the seed. */
export interface Case {
  /** The row with operand size and place: what a failure is counted under. */
  readonly form: string;
  readonly bytes: readonly number[];
  readonly state: Uint8Array;
}

interface Form {
  readonly size: number | null;
  readonly place: 'reg' | 'mem' | null;
}

const PREFIXES = [[], [0x66], [0xf3], [0xf2]];
const MAPS = [[], [0x0f], [0x0f, 0x38], [0x0f, 0x3a]];
/** Registers of operands; the others hold addresses (stateFor). */
const OPERANDS = [0, 2, 8, 9, 10, 11, 12, 13, 14, 15, 1];

/** These leave the snippet, differ from run to run, or change what the harness itself needs. */
const SKIPPED = new RegExp(
  '^(j|call|ret|loop|int|iret|sys|hlt|rdtsc|rdrand|rdseed|rdpmc|rdmsr|rd[fg]s|rdpid|wr[fg]s|cpuid|in$|ins|out|lds|les|l[fg]s|lss|str|sldt|sgdt|sidt' +
    '|smsw|lar|lsl|ver|xgetbv|xsave|xrstor|clac|stac|swapgs|monitor|mwait|vm|sti|cli|popf|enter|fxrstor|fxsave|ud|' +
    'f2xm1|fyl2x|fptan|fpatan|fsin|fcos)',
);

export function isTestable(row: Row, shape: Shape): boolean {
  const kinds = [FieldKind.Segment, FieldKind.SegmentTarget, FieldKind.FixedSegment, FieldKind.Control, FieldKind.Debug];
  return !row.mnemonic.split('|').some((name) => SKIPPED.test(name)) && !kinds.includes(shape.reg) && !kinds.includes(shape.rm);
}

function formsOf(shape: Shape): Form[] {
  const sizes = shape.sizes.length ? shape.sizes : [null];
  const places: Form['place'][] = !shape.hasModRm || shape.pattern.modrm !== null ? [null] : shape.form ? [shape.form] : ['reg', 'mem'];
  return sizes.flatMap((size) => places.map((place) => ({ size, place })));
}

function registerOf(kind: FieldKind, r: Random): number {
  return kind === FieldKind.Mm ? r.below(8) : kind === FieldKind.Xmm ? r.below(16) : r.pick(OPERANDS);
}

function instruction(shape: Shape, { size, place }: Form, r: Random): number[] {
  const { pattern, row } = shape;
  const bytes: number[] = [];
  if (place === 'mem' && row.attributes?.includes('lock') && r.below(4) === 0) bytes.push(0xf0);
  if (row.attributes?.includes('rep') && r.below(2)) bytes.push(r.pick([0xf2, 0xf3]));
  if (size === 16) bytes.push(0x66);
  bytes.push(...PREFIXES[pattern.prefix ?? 0]!);
  let rex = size === 64 && shape.sizeMode !== SizeMode.Default64 ? 8 : 0;
  let opcode: number = pattern.opcode;
  const operands: number[] = [];
  if (pattern.plusR) {
    const register = r.pick(OPERANDS);
    opcode += register & 7;
    rex |= register >> 3;
  }
  if (pattern.modrm !== null) operands.push(pattern.modrm);
  else if (shape.hasModRm) {
    const reg = pattern.digit ?? registerOf(shape.reg, r);
    rex |= (reg >> 3) << 2;
    const field = (reg & 7) << 3;
    if (place === 'reg') {
      const rm = registerOf(shape.rm, r);
      rex |= rm >> 3;
      operands.push(0xc0 | field | (rm & 7));
    } else operands.push(...r.pick([[field | 7], [0x47 | field, r.pick([0, 16, 0xf0])], [0x44 | field, 0x27, r.pick([0, 16])]]));
  }
  operands.push(...immediate(shape, size, r));
  if (rex || r.below(8) === 0) bytes.push(0x40 | rex);
  return [...bytes, ...MAPS[pattern.map]!, opcode, ...operands];
}

const IMMEDIATES = [0, 1, 2, 3, 7, 8, 15, 16, 17, 27, 31, 32, 33, 63, 64, 0x7f, 0x80, 0xe4, 0xff];

function little(value: bigint, count: number): number[] {
  return Array.from({ length: count }, (_, i) => Number((value >> BigInt(8 * i)) & 255n));
}

function immediate(shape: Shape, size: number | null, r: Random): number[] {
  switch (shape.immediate) {
    case ImmediateKind.Byte:
    case ImmediateKind.SignedByte: {
      const value = r.below(3) ? r.pick(IMMEDIATES) : r.below(256);
      return [isWordDoubleShift(shape.row, size) ? value & 15 : value];
    }
    case ImmediateKind.Word:
      return little(integer(r), 2);
    case ImmediateKind.Z:
      return little(integer(r), size === 16 ? 2 : 4);
    case ImmediateKind.V:
      return little(integer(r), size === 16 ? 2 : size === 64 ? 8 : 4);
    case ImmediateKind.Offset:
      return little(BigInt(Place.Window + r.below(100)), 8);
    default:
      return [];
  }
}

/** shld and shrd of words: results and flags are undefined for counts above 16. */
function isWordDoubleShift(row: Row, size: number | null): boolean {
  return size === 16 && /^sh[lr]d$/.test(row.mnemonic);
}

/** What vector operands look like. */
function poolOf({ feature, mnemonic }: Row): 'integer' | 'single' | 'double' {
  if (!/^(sse|ssse|mmx)/.test(feature)) return 'integer';
  if (mnemonic.startsWith('cvt')) return /^cvtt?[ps]s2/.test(mnemonic) ? 'single' : /^cvtt?[ps]d2/.test(mnemonic) ? 'double' : 'integer';
  return /[ps]s$/.test(mnemonic) ? 'single' : /[ps]d$/.test(mnemonic) ? 'double' : 'integer';
}

function stateFor(row: Row, form: Form, r: Random): Uint8Array {
  const state = new Uint8Array(State.Bytes);
  const view = new DataView(state.buffer);
  const set = (register: number, value: bigint): void => view.setBigUint64(State.Gpr + register * 8, value, true);
  for (let i = 0; i < 16; i++) set(i, integer(r));
  // rcx often counts repetitions; rbx, rsp, rbp, rsi and rdi point into the window.
  if (isWordDoubleShift(row, form.size)) set(1, BigInt(r.below(17)));
  else if (r.below(2)) set(1, BigInt(r.below(6)));
  for (const register of [3, 4, 5, 6]) set(register, BigInt(Place.Window + 64));
  set(7, BigInt(Place.Window + 32 + (r.below(4) ? 16 * r.below(3) : r.below(16))));
  // The index of a bit string would lead out of the data page.
  if (row.mnemonic.startsWith('bt') && form.place === 'mem') for (const register of OPERANDS) set(register, BigInt(r.below(256)));
  view.setBigUint64(State.Rflags, BigInt((r.next() & 0xcd5) | 0x202), true);
  const pool = poolOf(row);
  const vector = (offset: number): void => {
    if (pool === 'double') view.setBigUint64(offset, double(r), true);
    else if (pool === 'single') {
      view.setUint32(offset, single(r), true);
      view.setUint32(offset + 4, single(r), true);
    } else view.setBigUint64(offset, integer(r), true);
  };
  for (let offset: number = State.Window; offset < State.Bytes; offset += 8) vector(offset);
  // Bit 17 of MXCSR is MM on AMD's processors, reserved on Intel's and here.
  if (row.mnemonic === 'ldmxcsr') for (let offset = State.Window + 2; offset < State.Bytes; offset += 4) state[offset]! &= ~2;
  const image: number = State.Image;
  const x87 = row.feature === 'x87';
  view.setUint16(image + Image.Fcw, r.below(4) ? 0x37f : 0x340 | (r.next() & 0xf3f), true);
  view.setUint16(image + Image.Fsw, x87 ? (r.below(8) << 11) | (r.next() & 0x4700) : 0, true);
  state[image + Image.Ftw] = x87 && r.below(2) ? r.next() & 0xff : r.below(2) * 0xff;
  view.setUint32(image + Image.Mxcsr, mxcsr(r), true);
  for (let i = 0; i < 8; i++) {
    const value = x87 ? extended(r) : { significand: integer(r), exponent: 0xffff };
    view.setBigUint64(image + Image.St + i * 16, value.significand, true);
    view.setUint16(image + Image.St + 8 + i * 16, value.exponent, true);
  }
  for (let offset: number = image + Image.Xmm; offset < image + Image.Used; offset += 8) vector(offset);
  return state;
}

/** As Linux starts a program; with PE or other flags; other modes, all masked; anything. */
function mxcsr(r: Random): number {
  switch (r.below(5)) {
    case 0:
      return 0x1f80;
    case 1:
      return 0x1fa0;
    case 2:
      return 0x1f80 | (r.next() & 0x3f);
    case 3:
      return 0x1f80 | (r.next() & 0xe07f);
    default:
      return r.next() & 0xffff;
  }
}

export function casesOf(row: Row, shape: Shape, perForm: number, seed: number): Case[] {
  const r = new Random(seed ^ hash(row.opcode + row.operands));
  return formsOf(shape).flatMap((form) => {
    const name = `${row.opcode} ${row.mnemonic} ${row.operands} ${form.size ?? ''} ${form.place ?? ''}`.trimEnd();
    return Array.from({ length: perForm }, () => ({ form: name, bytes: instruction(shape, form, r), state: stateFor(row, form, r) }));
  });
}

function hash(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return h;
}

const STATUS: Record<string, number> = { o: 0x800, s: 0x80, z: 0x40, a: 0x10, p: 4, c: 1 };

/** Bits of rflags that the SDM leaves undefined. */
export function undefinedFlags(row: Row): number {
  return [...(row.undefinedFlags ?? '')].reduce((bits, letter) => bits | (STATUS[letter] ?? 0), 0);
}
