import { FieldKind, ImmediateKind, SizeMode } from '@ring3/abi';
import type { Row } from './row.js';
import { parseOpcode, parseOperands, type OpcodePattern, type Operand } from './notation.js';

/** A row made ready for decoding. */
export interface Shape {
  readonly row: Row;
  readonly pattern: OpcodePattern;
  readonly operands: readonly Operand[];
  readonly hasModRm: boolean;
  /** What ModRM.mod must say, from the opcode pattern or the operands. */
  readonly form: 'mem' | 'reg' | null;
  /** MOV to and from control registers: mod is not looked at. */
  readonly modIgnored: boolean;
  readonly reg: FieldKind;
  readonly rm: FieldKind;
  readonly fixedReg: number;
  readonly fixedRm: number;
  readonly immediate: ImmediateKind;
  readonly sizeMode: SizeMode;
  /** Operand sizes (bits) that have a micro-op of their own: [] = one micro-op for all. */
  readonly sizes: readonly number[];
}

const REG_METHODS: Record<string, FieldKind> = {
  G: FieldKind.Gpr,
  V: FieldKind.Xmm,
  P: FieldKind.Mm,
  S: FieldKind.Segment,
  C: FieldKind.Control,
  D: FieldKind.Debug,
};
const RM_METHODS: Record<string, FieldKind> = {
  E: FieldKind.Gpr,
  R: FieldKind.Gpr,
  W: FieldKind.Xmm,
  U: FieldKind.Xmm,
  Q: FieldKind.Mm,
  N: FieldKind.Mm,
  T: FieldKind.Mm,
  M: FieldKind.None,
};

/** The letter of the operand that operand size acts on: v before y before z, else the first one's that is no immediate, else v. */
function sizeLetter(operands: readonly Operand[]): string {
  const letters = operands.flatMap((operand) => (/^(I[bw]|Jb)$/.test(operand.text) ? [] : operand.types));
  for (const letter of ['v', 'y', 'z']) if (letters.includes(letter)) return letter;
  return letters.find((letter) => letter !== '') ?? 'v';
}

function operandSizes(row: Row, operands: readonly Operand[], mode: SizeMode): readonly number[] {
  if (!takesSize(row)) return [];
  if (mode === SizeMode.Default64) return [16, 64];
  const letter = sizeLetter(operands);
  const single: Record<string, number> = { b: 8, w: 16, d: 32, q: 64 };
  if (letter in single) return [single[letter]!];
  if (mode === SizeMode.Force64) return [64];
  if (letter === 'y' || letter === 'yy') return [32, 64];
  if (letter === 'z') return [16, 32];
  return [16, 32, 64];
}

function takesSize(row: Row): boolean {
  return /<.*\bT\b.*>/.test(row.exec ?? '');
}

/** The opcodes whose Ib is sign-extended to the operand size: push, imul, group 1. */
const SIGNED_BYTE_OPCODES = /^(6A|6B|83 .*)$/;

function immediateKind(row: Row, operands: readonly Operand[]): ImmediateKind {
  const texts = operands.map((operand) => operand.text);
  if (texts.includes('Iw') && texts.includes('Ib')) return ImmediateKind.WordByte;
  for (const text of texts) {
    if (text === 'Ib') {
      return SIGNED_BYTE_OPCODES.test(row.opcode) ? ImmediateKind.SignedByte : ImmediateKind.Byte;
    }
    if (text === 'Iw') return ImmediateKind.Word;
    if (text === 'Iz') return ImmediateKind.Z;
    if (text === 'Iv') return ImmediateKind.V;
    if (text === 'Jb') return ImmediateKind.BranchByte;
    if (text === 'Jz') return ImmediateKind.BranchZ;
    if (text === '1') return ImmediateKind.One;
    if (text[0] === 'O') return ImmediateKind.Offset;
    if (text[0] === 'I' || text[0] === 'J') throw new Error(`immediate ${text}`);
  }
  return ImmediateKind.None;
}

/** Works out how a row is decoded. Throws when the row is not in the notation. */
export function shapeOf(row: Row): Shape {
  const pattern = parseOpcode(row.opcode);
  const operands = parseOperands(row.operands);
  const sizeMode = row.attributes?.includes('f64')
    ? SizeMode.Force64
    : row.attributes?.includes('d64')
      ? SizeMode.Default64
      : SizeMode.Default32;
  let reg = FieldKind.None;
  let rm = FieldKind.None;
  let form = pattern.form;
  let modIgnored = false;
  let usesModRm = pattern.digit !== null || pattern.form !== null || pattern.modrm !== null;
  const registers: { field: FieldKind; number: number }[] = [];
  for (const operand of operands) {
    const letter = operand.methods[0] ?? '';
    const byte = operand.types[0] === 'b';
    if (letter in REG_METHODS) {
      usesModRm = true;
      reg = letter === 'G' && byte ? FieldKind.Gpr8 : REG_METHODS[letter]!;
      if (letter === 'S' && operand === operands[0]) reg = FieldKind.SegmentTarget;
      if (letter === 'C' || letter === 'D') modIgnored = true;
    } else if (letter in RM_METHODS) {
      usesModRm = true;
      const register = [...operand.methods].findIndex((method) => method !== 'M');
      if (register >= 0) rm = RM_METHODS[operand.methods[register]!]!;
      if (rm === FieldKind.Gpr && operand.types[register] === 'b') rm = FieldKind.Gpr8;
      if (operand.methods === 'M') form ??= 'mem';
      if (/^[RUN]$/.test(operand.methods)) form ??= 'reg';
    } else if (letter === 'Z') registers.push({ field: byte ? FieldKind.OpcodeGpr8 : FieldKind.OpcodeGpr, number: 0 });
    else if (operand.fixed && operand.fixed.kind !== 'other') {
      registers.push({ field: operand.fixed.kind === 'gpr' ? FieldKind.Fixed : FieldKind.FixedSegment, number: operand.fixed.number });
    }
  }
  if (modIgnored) form = null;
  let fixedReg = 0;
  let fixedRm = 0;
  const immediate = immediateKind(row, operands);
  const last = registers.at(-1);
  if (last && reg === FieldKind.None) {
    reg = last.field;
    fixedReg = last.number;
  }
  const first = registers[0];
  if (first && !usesModRm && immediate !== ImmediateKind.Offset) {
    rm = first.field;
    fixedRm = first.number;
  }
  const sizes = operandSizes(row, operands, sizeMode);
  return { row, pattern, operands, hasModRm: usesModRm, form, modIgnored, reg, rm, fixedReg, fixedRm, immediate, sizeMode, sizes };
}
