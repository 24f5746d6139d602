import { Cpu, FieldKind, ImmediateKind, Uop, UopFlag } from '@ring3/abi';
import type { Instruction } from '../src/instruction.js';

/** The fields of a micro-op but its op. */
export interface Fields {
  reg: number;
  rm: number;
  disp: number;
  imm: number;
  index: number;
  flags: number;
  pc: number;
}

export function readMicroOp(view: DataView, at: number): Fields {
  return {
    reg: view.getUint8(at + Uop.Reg),
    rm: view.getUint8(at + Uop.Rm),
    disp: view.getInt32(at + Uop.Disp, true),
    imm: view.getInt32(at + Uop.Imm, true),
    index: view.getUint8(at + Uop.Index),
    flags: view.getUint8(at + Uop.Flags),
    pc: view.getUint16(at + Uop.Pc, true),
  };
}

function register(kind: FieldKind, number: number, fixed: number, { opcode, rex }: Instruction): number {
  const inOpcode = (opcode & 7) | ((rex & 1) << 3);
  const byte = (n: number): number => (rex === 0 && n >= 4 ? (n - 4) * 8 + 1 : n * 8);
  switch (kind) {
    case FieldKind.None:
      return 0;
    case FieldKind.Gpr:
      return number * 8;
    case FieldKind.Gpr8:
      return byte(number);
    case FieldKind.Xmm:
      return number * 16;
    case FieldKind.Mm:
      return (number & 7) * 16;
    case FieldKind.Control:
      return number;
    case FieldKind.Fixed:
      return fixed * 8;
    case FieldKind.FixedSegment:
      return fixed;
    case FieldKind.OpcodeGpr:
      return inOpcode * 8;
    case FieldKind.OpcodeGpr8:
      return byte(inOpcode);
    default:
      return number & 7;
  }
}

const fits = (value: number): boolean => value === (value | 0);

/** What the core's decoder must make of `instruction`, which begins at `pageOffset`. */
export function expectedMicroOp(instruction: Instruction, pageOffset: number): Fields {
  const { shape, modrm, rex, memory, length } = instruction;
  const next = pageOffset + length;
  const fields: Fields = { reg: 0, rm: Cpu.Zero, disp: 0, imm: 0, index: Cpu.Zero, flags: 0, pc: pageOffset | (length << 12) };
  fields.reg = register(shape.reg, ((modrm >> 3) & 7) | ((rex & 4) << 1), shape.fixedReg, instruction);
  if (memory) {
    fields.rm = memory.ripRelative ? Cpu.PageVa : memory.base === null ? Cpu.Zero : memory.base * 8;
    if (memory.index !== null) fields.index = (memory.index * 8) | Math.log2(memory.scale);
    fields.disp = memory.displacement;
    if (memory.ripRelative && fits(memory.displacement + next)) fields.disp += next;
    else if (memory.ripRelative) fields.flags |= UopFlag.RipWide;
  } else if (shape.hasModRm || shape.rm !== FieldKind.None) {
    fields.rm = register(shape.rm, (modrm & 7) | ((rex & 1) << 3), shape.fixedRm, instruction);
    fields.flags |= UopFlag.RmReg;
  }
  const immediate = BigInt.asIntN(64, instruction.immediate);
  if (shape.immediate === ImmediateKind.One) fields.imm = 1;
  else if (shape.immediate === ImmediateKind.BranchByte || shape.immediate === ImmediateKind.BranchZ) {
    const target = Number(immediate) + next;
    fields.imm = fits(target) ? target : Number(immediate);
    if (!fits(target)) fields.flags |= UopFlag.RipWide;
  } else {
    fields.imm = Number(BigInt.asIntN(32, immediate));
    if (shape.immediate === ImmediateKind.V && instruction.operandSize === 16) fields.imm &= 0xffff;
    if (shape.immediate === ImmediateKind.Offset || (shape.immediate === ImmediateKind.V && instruction.operandSize === 64))
      fields.disp = Number(immediate >> 32n);
    if (shape.immediate === ImmediateKind.WordByte) fields.disp = instruction.secondImmediate;
  }
  if (instruction.address32) fields.flags |= UopFlag.Addr32;
  if (instruction.segment && shape.row.mnemonic !== 'lea') fields.flags |= instruction.segment === 'fs' ? UopFlag.Fs : UopFlag.Gs;
  if (instruction.lock) fields.flags |= UopFlag.Lock;
  if (instruction.repeat && shape.row.attributes?.includes('rep'))
    fields.flags |= instruction.repeat === 'rep' ? UopFlag.Rep : UopFlag.Repne;
  return fields;
}
