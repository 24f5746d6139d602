import { Cpu } from '../../../abi/src/machine/cpu-state';
import { Uop } from '../../../abi/src/machine/uop';
import { FieldKind } from '../../../abi/src/machine/decode-tables';

/** Bits of REX. */
export const enum Rex {
  B = 1,
  X = 2,
  R = 4,
  W = 8,
  /** Any REX is there: byte registers 4–7 are spl…dil. */
  Present = 0x40,
}

/** Offset in the register file of byte register `number` (0–15): without REX, 4–7 are ah, ch, dh, bh. */
function byteRegister(number: u32, rex: u32): u32 {
  return rex == 0 && number >= 4 ? ((number & 3) << 3) + 1 : number << 3;
}

/**
 * The micro-op's reg or rm field for register `number` (three bits) of class `kind`. `extend` is 8 when the REX bit of this
 * field is set, `fixed` the number of a fixed register, `opcode` the opcode byte and rex the REX byte for registers in the opcode.
 */
export function registerField(kind: u32, number: u32, extend: u32, fixed: u32, opcode: u32, rex: u32): u32 {
  switch (kind) {
    case FieldKind.Gpr:
      return (number | extend) << 3;
    case FieldKind.Gpr8:
      return byteRegister(number | extend, rex);
    case FieldKind.Xmm:
      return (number | extend) << 4;
    case FieldKind.Mm:
      return number << 4;
    case FieldKind.Segment:
    case FieldKind.SegmentTarget:
      return number;
    case FieldKind.Control:
    case FieldKind.Debug:
      return number | extend;
    case FieldKind.Fixed:
      return fixed << 3;
    case FieldKind.FixedSegment:
      return fixed;
    case FieldKind.OpcodeGpr:
      return ((opcode & 7) | ((rex & Rex.B) << 3)) << 3;
    case FieldKind.OpcodeGpr8:
      return byteRegister((opcode & 7) | ((rex & Rex.B) << 3), rex);
    default:
      return 0;
  }
}

/**
 * Reads SIB and displacement of a memory operand from `p` (behind ModRM) and fills Rm, Index and Disp of the micro-op at `out`.
 * Returns the address behind them, or 0 when they reach beyond `end`. A rip-relative operand has the base Cpu.PageVa and its
 * displacement still as encoded.
 */
export function memoryOperand(p: u32, end: u32, modrm: u32, rex: u32, out: u32): u32 {
  const mod = modrm >> 6;
  let base = modrm & 7;
  let index: u32 = Cpu.Zero;
  let displacement: u32 = mod == 1 ? 1 : mod == 2 ? 4 : 0;
  let baseOffset: u32;
  if (base == 4) {
    if (p >= end) return 0;
    const sib: u32 = load<u8>(p++);
    base = sib & 7;
    const number = ((sib >> 3) & 7) | ((rex & Rex.X) << 2);
    if (number != 4) index = (number << 3) | (sib >> 6);
    if (base == 5 && mod == 0) {
      displacement = 4;
      baseOffset = Cpu.Zero;
    } else baseOffset = (base | ((rex & Rex.B) << 3)) << 3;
  } else if (base == 5 && mod == 0) {
    displacement = 4;
    baseOffset = Cpu.PageVa;
  } else baseOffset = (base | ((rex & Rex.B) << 3)) << 3;
  if (p + displacement > end) return 0;
  let disp: i32 = 0;
  if (displacement == 1) disp = load<i8>(p);
  else if (displacement == 4) disp = load<i32>(p);
  store<u8>(out, baseOffset, Uop.Rm);
  store<u8>(out, index, Uop.Index);
  store<i32>(out, disp, Uop.Disp);
  return p + displacement;
}
