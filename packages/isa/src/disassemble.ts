import { ImmediateKind, SizeMode } from '@ring3/abi';
import { decodeInstruction, DecodeError, type Instruction } from './instruction.js';
import type { Operand } from './notation.js';
import { gprName, SEGMENTS } from './registers.js';
import type { Row } from './row.js';

export interface Disassembly {
  /** Bytes; at least 1. */
  readonly length: number;
  /** Intel syntax as objdump writes it ('mov eax,DWORD PTR [rbx+0x8]'); '(bad)' for what is no instruction. */
  readonly text: string;
  /** null for '(bad)'. A row whose exec is null is known, but raises #UD. */
  readonly row: Row | null;
}

const MEMORY_WORDS: Record<number, string> = { 8: 'BYTE', 16: 'WORD', 32: 'DWORD', 48: 'FWORD', 64: 'QWORD', 80: 'TBYTE', 128: 'XMMWORD' };
const TYPE_BITS: Record<string, number> = {
  b: 8,
  w: 16,
  d: 32,
  q: 64,
  t: 80,
  o: 128,
  dq: 128,
  ps: 128,
  pd: 128,
  x: 128,
  ss: 32,
  sd: 64,
  pi: 64,
};

/** Bits of an operand of type `type` in `instruction`; 0 for the untyped. */
function bits(type: string, { operandSize }: Instruction): number {
  if (type === 'v') return operandSize;
  if (type === 'y') return operandSize === 64 ? 64 : 32;
  if (type === 'yy') return operandSize === 64 ? 128 : 64;
  if (type === 'z') return Math.min(operandSize, 32);
  if (type === 'p') return operandSize + 16;
  return TYPE_BITS[type] ?? 0;
}

/** Their memory operands have no size word. */
const STATE_IMAGES = /^(fx|x)?(save|rstor)|^(fldenv|fnstenv|frstor|fnsave)/;

function hex(value: bigint | number): string {
  return `0x${value.toString(16)}`;
}

function memoryText(instruction: Instruction, type: string): string {
  const { memory, segment, address32, shape } = instruction;
  if (!memory) return '';
  const size = STATE_IMAGES.test(shape.row.mnemonic) ? 0 : bits(type, instruction);
  const prefix = (size > 0 ? `${MEMORY_WORDS[size]} PTR ` : '') + (segment && shape.row.mnemonic !== 'lea' ? `${segment}:` : '');
  const addressSize = address32 ? 32 : 64;
  const { base, index, scale, ripRelative, displacement, displacementBytes } = memory;
  const parts: string[] = [];
  if (ripRelative) parts.push(address32 ? 'eip' : 'rip');
  if (base !== null) parts.push(gprName(base, addressSize, true));
  if (index !== null) parts.push(`${gprName(index, addressSize, true)}*${scale}`);
  if (parts.length === 0) {
    const absolute = hex(BigInt.asUintN(addressSize, BigInt(displacement)));
    return prefix.endsWith(':') ? prefix + absolute : `${prefix}ds:${absolute}`;
  }
  const offset = displacementBytes === 0 ? '' : displacement < 0 ? `-${hex(-displacement)}` : `+${hex(displacement)}`;
  return `${prefix}[${parts.join('+')}${offset}]`;
}

function immediateText(operand: Operand, instruction: Instruction): string {
  const { shape, immediate, operandSize } = instruction;
  if (operand.text === '1') return '1';
  if (shape.immediate === ImmediateKind.WordByte) return hex(operand.types[0] === 'w' ? immediate : instruction.secondImmediate);
  if (shape.immediate === ImmediateKind.Byte || shape.immediate === ImmediateKind.Word) return hex(immediate);
  return hex(BigInt.asUintN(operandSize, immediate));
}

function stringText(instruction: Instruction, operand: Operand): string {
  const { segment, address32 } = instruction;
  const where = operand.methods === 'X' ? `${segment ?? 'ds'}:[${address32 ? 'e' : 'r'}si]` : `es:[${address32 ? 'e' : 'r'}di]`;
  return `${MEMORY_WORDS[bits(operand.types[0]!, instruction)]} PTR ${where}`;
}

function operandText(operand: Operand, instruction: Instruction, end: bigint): string {
  const { rex, modrm, memory, opcode } = instruction;
  const reg = ((modrm >> 3) & 7) | ((rex & 4) << 1);
  const rm = (modrm & 7) | ((rex & 1) << 3);
  if (operand.fixed?.kind === 'gpr') return gprName(operand.fixed.number, bits(operand.types[0]!, instruction), true);
  if (operand.fixed) return operand.fixed.kind === 'segment' ? SEGMENTS[operand.fixed.number]! : operand.text === 'ST0' ? 'st' : 'xmm0';
  const letter = operand.methods[0] ?? 'I';
  if (memory && /[EMWQ]/.test(operand.methods)) {
    const alternative = operand.methods.indexOf('M');
    return memoryText(instruction, operand.types[Math.max(alternative, 0)]!);
  }
  const type = operand.types[0]!;
  switch (letter) {
    case 'E':
    case 'R':
      return gprName(rm, bits(type, instruction), rex !== 0);
    case 'G':
      return gprName(reg, bits(type, instruction), rex !== 0);
    case 'Z':
      return gprName((opcode & 7) | ((rex & 1) << 3), bits(type, instruction), rex !== 0);
    case 'V':
      return `xmm${reg}`;
    case 'W':
    case 'U':
      return `xmm${rm}`;
    case 'P':
      return `mm${reg & 7}`;
    case 'Q':
    case 'N':
      return `mm${rm & 7}`;
    case 'T':
      return `st(${modrm & 7})`;
    case 'S':
      return SEGMENTS[reg & 7]!;
    case 'C':
      return `cr${reg}`;
    case 'D':
      return `dr${reg}`;
    case 'J':
      return hex(BigInt.asUintN(64, end + instruction.immediate));
    case 'O':
      return `${instruction.segment ?? 'ds'}:${hex(instruction.immediate)}`;
    case 'X':
    case 'Y':
      return stringText(instruction, operand);
    case 'F':
      return '';
    default:
      return immediateText(operand, instruction);
  }
}

function mnemonicText({ shape, operandSize, rex }: Instruction): string {
  const names = shape.row.mnemonic.split('|');
  if (shape.immediate === ImmediateKind.Offset || (shape.immediate === ImmediateKind.V && operandSize === 64)) return 'movabs';
  if (names.length === 3) return names[operandSize === 16 ? 0 : operandSize === 32 ? 1 : 2]!;
  if (names.length === 1) return names[0]!;
  // Two names: 32 and 64 bits, 16 and 64 where that is the default, 16 and 32 where there is no other.
  if (shape.sizeMode === SizeMode.Default32 && shape.operands.some((operand) => operand.types.some((type) => type.startsWith('y'))))
    return names[rex & 8 ? 1 : 0]!;
  return names[operandSize === 16 ? 0 : 1]!;
}

function prefixText({ lock, repeat, shape }: Instruction): string {
  if (lock) return 'lock ';
  if (!repeat || !shape.row.attributes?.includes('rep')) return '';
  if (!/^(cmps|scas)/.test(shape.row.mnemonic)) return repeat === 'rep' ? 'rep ' : 'repnz ';
  return repeat === 'rep' ? 'repz ' : 'repnz ';
}

/** Disassembles the instruction at `offset`, whose address is `rip`. Never throws. */
export function disassemble(bytes: Uint8Array, offset: number, rip: number | bigint): Disassembly {
  let instruction: Instruction;
  try {
    instruction = decodeInstruction(bytes, offset);
  } catch (error) {
    if (error instanceof DecodeError) return { length: Math.max(error.length, 1), text: '(bad)', row: null };
    throw error;
  }
  const end = BigInt(rip) + BigInt(instruction.length);
  const { shape } = instruction;
  // cwde, cqo: the name says it all.
  const implicit = shape.row.mnemonic.includes('|') && shape.operands.every((operand) => operand.fixed);
  const operands = (implicit ? [] : shape.operands).map((operand) => operandText(operand, instruction, end)).filter((text) => text !== '');
  const text = `${prefixText(instruction)}${mnemonicText(instruction)} ${operands.join(',')}`.trimEnd();
  return { length: instruction.length, text, row: shape.row };
}
