import { Cpu } from '../../../abi/src/machine/cpu-state';
import { Uop, UopFlag } from '../../../abi/src/machine/uop';
import { memoryOperand, registerField, Rex } from './modrm';
import { Op } from './ops.generated';
import {
  Entry,
  EntryKind,
  FieldKind,
  ImmediateKind,
  Leaf,
  LeafFlag,
  Mandatory,
  PrefixByte,
  SizeMode,
} from '../../../abi/src/machine/decode-tables';
import { LEAVES, MAPS, NODES } from './tables.generated';

/** The processor refuses longer instructions (SDM volume 3, 6.15: #GP). */
const MAX_LENGTH: u32 = 15;

/**
 * Decodes the instruction whose bytes begin at host address `host`, of which `avail` can be read, into a micro-op at `out`.
 * `pageOffset` is the offset of its first byte in its page. Returns its length, or 0 when it reaches beyond `avail` bytes.
 * The op is always a cold one (hot.generated.ts knows the hot op that may take its place). An invalid encoding becomes Op.InvalidOpcode,
 * more than 15 bytes Op.TooLong.
 */
export function decode(host: u32, avail: u32, pageOffset: u32, out: u32): u32 {
  const end = host + min(avail, MAX_LENGTH);
  let p = host;
  let rex: u32 = 0;
  let flags: u32 = 0;
  let repeat: u32 = 0;
  let mandatory: u32 = Mandatory.None;
  let operandSize16 = false;
  let byte: u32 = 0;
  let entry: u32 = 0;

  // Legacy prefixes in any order; REX counts only directly before the opcode.
  while (true) {
    if (p >= end) return short(avail, pageOffset, out);
    byte = load<u8>(p++);
    entry = load<u16>(MAPS + (byte << 1));
    if (entry >> Entry.KindShift != EntryKind.LegacyPrefix) break;
    const prefix = entry & Entry.IndexMask;
    if (prefix == PrefixByte.Rex) {
      rex = byte;
      continue;
    }
    rex = 0;
    switch (prefix) {
      case PrefixByte.Fs:
        flags = (flags & ~UopFlag.Gs) | UopFlag.Fs;
        break;
      case PrefixByte.Gs:
        flags = (flags & ~UopFlag.Fs) | UopFlag.Gs;
        break;
      case PrefixByte.OperandSize:
        operandSize16 = true;
        break;
      case PrefixByte.AddressSize:
        flags |= UopFlag.Addr32;
        break;
      case PrefixByte.Lock:
        flags |= UopFlag.Lock;
        break;
      case PrefixByte.Repne:
        repeat = UopFlag.Repne;
        mandatory = Mandatory.F2;
        break;
      case PrefixByte.Rep:
        repeat = UopFlag.Rep;
        mandatory = Mandatory.F3;
        break;
    }
  }
  if (operandSize16 && mandatory == Mandatory.None) mandatory = Mandatory.P66;

  // 90 with REX.B is xchg r8, rax: the row of 91, the register still taken from the opcode.
  if (byte == 0x90 && rex & Rex.B) entry = load<u16>(MAPS + (0x91 << 1));
  while (entry >> Entry.KindShift == EntryKind.Escape) {
    if (p >= end) return short(avail, pageOffset, out);
    byte = load<u8>(p++);
    entry = load<u16>(MAPS + ((entry & Entry.IndexMask) << 9) + (byte << 1));
  }
  if (entry >> Entry.KindShift == EntryKind.Prefix) entry = load<u16>(NODES + (((entry & Entry.IndexMask) + mandatory) << 1));
  if (entry >> Entry.KindShift != EntryKind.Leaf) {
    if (p >= end) return short(avail, pageOffset, out);
    const modrm: u32 = load<u8>(p);
    const reg = (modrm >> 3) & 7;
    const register = entry >> Entry.KindShift == EntryKind.Group ? reg + 8 : (modrm & 63) + 8;
    entry = load<u16>(NODES + (((entry & Entry.IndexMask) + (modrm >= 0xc0 ? register : reg)) << 1));
  }
  if (entry == 0) return pseudo(Op.InvalidOpcode, p - host, pageOffset, out);
  return operands(LEAVES + entry * Leaf.Bytes, host, p, end, avail, pageOffset, byte, rex, flags, repeat, operandSize16, out);
}

/** The part behind the opcode: ModRM, displacement, immediate; then the finished micro-op. */
function operands(
  leaf: usize,
  host: u32,
  p: u32,
  end: u32,
  avail: u32,
  pageOffset: u32,
  opcode: u32,
  rex: u32,
  prefixFlags: u32,
  repeat: u32,
  operandSize16: bool,
  out: u32,
): u32 {
  const leafFlags: u32 = load<u8>(leaf, Leaf.Flags);
  const fixed: u32 = load<u8>(leaf, Leaf.Fixed);
  const regKind: u32 = load<u8>(leaf, Leaf.Reg);
  const rmKind: u32 = load<u8>(leaf, Leaf.Rm);
  let flags = prefixFlags;
  if (leafFlags & LeafFlag.Rep) flags |= repeat;
  if (leafFlags & LeafFlag.NoSegment) flags &= ~(UopFlag.Fs | UopFlag.Gs);

  store<u64>(out, 0);
  store<u64>(out, (<u64>Cpu.Zero) << 32, 8);
  if (leafFlags & LeafFlag.ModRm) {
    if (p >= end) return short(avail, pageOffset, out);
    const modrm: u32 = load<u8>(p++);
    if (regKind >= <u32>FieldKind.Segment && !isSystemRegister(regKind, (modrm >> 3) & 7, rex))
      return pseudo(Op.InvalidOpcode, p - host, pageOffset, out);
    store<u8>(out, registerField(regKind, (modrm >> 3) & 7, (rex & Rex.R) << 1, fixed >> 4, opcode, rex), Uop.Reg);
    if (modrm >= 0xc0 || leafFlags & LeafFlag.ModIgnored) {
      flags |= UopFlag.RmReg;
      store<u8>(out, registerField(rmKind, modrm & 7, (rex & Rex.B) << 3, 0, opcode, rex), Uop.Rm);
    } else {
      p = memoryOperand(p, end, modrm, rex, out);
      if (p == 0) return short(avail, pageOffset, out);
    }
  } else {
    store<u8>(out, registerField(regKind, 0, 0, fixed >> 4, opcode, rex), Uop.Reg);
    if (rmKind != FieldKind.None) {
      flags |= UopFlag.RmReg;
      store<u8>(out, registerField(rmKind, 0, 0, fixed & 15, opcode, rex), Uop.Rm);
    } else store<u8>(out, Cpu.Zero, Uop.Rm);
  }

  const mode = leafFlags >> LeafFlag.SizeModeShift;
  const size: u32 = mode == SizeMode.Force64 || rex & Rex.W ? 2 : operandSize16 ? 0 : mode == SizeMode.Default64 ? 2 : 1;
  const immediate: u32 = load<u8>(leaf, Leaf.Immediate);
  const width = immediateWidth(immediate, size, flags);
  if (p + width > end) return short(avail, pageOffset, out);
  const length = p + width - host;
  const next = pageOffset + length;
  flags |= immediateField(immediate, p, width, next, out);
  // LOCK is for read-modify-write memory forms only.
  if (flags & UopFlag.Lock && (!(leafFlags & LeafFlag.Lock) || flags & UopFlag.RmReg))
    return pseudo(Op.InvalidOpcode, length, pageOffset, out);

  if (!(flags & UopFlag.RmReg) && load<u8>(out, Uop.Rm) == Cpu.PageVa) {
    const disp: i64 = <i64>load<i32>(out, Uop.Disp) + next;
    if (disp == <i64>(<i32>disp)) store<i32>(out, <i32>disp, Uop.Disp);
    else flags |= UopFlag.RipWide;
  }
  const op: u32 = load<u16>(leaf, Leaf.Op) + ((load<u8>(leaf, Leaf.Steps) >> <u8>(size << 1)) & 3);
  store<u16>(out, op, Uop.Op);
  store<u8>(out, flags, Uop.Flags);
  store<u16>(out, pageOffset | (length << 12), Uop.Pc);
  return length;
}

/** Does register `number` of a segment, control or debug register class exist, and may it be loaded? Other classes: true. */
function isSystemRegister(kind: u32, number: u32, rex: u32): bool {
  switch (kind) {
    case FieldKind.Segment:
      return number < 6;
    case FieldKind.SegmentTarget:
      // cs is loaded by far branches only.
      return number < 6 && number != 1;
    case FieldKind.Control:
      // cr0, cr2, cr3, cr4, cr8
      return ((0x11d >> (number | ((rex & Rex.R) << 1))) & 1) != 0;
    case FieldKind.Debug:
      return (rex & Rex.R) == 0;
    default:
      return true;
  }
}

/** Bytes of the immediate operand for operand size 16, 32, 64 (0, 1, 2). */
function immediateWidth(kind: u32, size: u32, flags: u32): u32 {
  switch (kind) {
    case ImmediateKind.Byte:
    case ImmediateKind.SignedByte:
    case ImmediateKind.BranchByte:
      return 1;
    case ImmediateKind.Word:
      return 2;
    case ImmediateKind.Z:
    case ImmediateKind.BranchZ:
      return size == 0 ? 2 : 4;
    case ImmediateKind.V:
      return 2 << size;
    case ImmediateKind.WordByte:
      return 3;
    case ImmediateKind.Offset:
      return flags & UopFlag.Addr32 ? 4 : 8;
    default:
      return 0;
  }
}

/** Stores the immediate operand of `width` bytes at `p`; `next` is the page offset of the instruction's end. Returns flags to add. */
function immediateField(kind: u32, p: u32, width: u32, next: u32, out: u32): u32 {
  switch (kind) {
    case ImmediateKind.None:
      return 0;
    case ImmediateKind.One:
      store<i32>(out, 1, Uop.Imm);
      return 0;
    case ImmediateKind.Byte:
      store<i32>(out, load<u8>(p), Uop.Imm);
      return 0;
    case ImmediateKind.SignedByte:
      store<i32>(out, load<i8>(p), Uop.Imm);
      return 0;
    case ImmediateKind.Word:
      store<i32>(out, load<u16>(p), Uop.Imm);
      return 0;
    case ImmediateKind.WordByte:
      store<i32>(out, load<u16>(p), Uop.Imm);
      store<i32>(out, load<u8>(p, 2), Uop.Disp);
      return 0;
    case ImmediateKind.Z:
      store<i32>(out, width == 2 ? load<i16>(p) : load<i32>(p), Uop.Imm);
      return 0;
    case ImmediateKind.V:
    case ImmediateKind.Offset:
      store<i32>(out, width == 2 ? load<u16>(p) : load<i32>(p), Uop.Imm);
      if (width == 8) store<i32>(out, load<i32>(p, 4), Uop.Disp);
      return 0;
    default: {
      const relative: i64 = kind == ImmediateKind.BranchByte ? <i64>load<i8>(p) : width == 2 ? <i64>load<i16>(p) : <i64>load<i32>(p);
      const target = relative + next;
      const fits = target == <i64>(<i32>target);
      store<i32>(out, <i32>(fits ? target : relative), Uop.Imm);
      return fits ? 0 : UopFlag.RipWide;
    }
  }
}

/** The bytes ran out: 0 (more are needed), unless no instruction may be that long. */
function short(avail: u32, pageOffset: u32, out: u32): u32 {
  return avail < MAX_LENGTH ? 0 : pseudo(Op.TooLong, MAX_LENGTH, pageOffset, out);
}

function pseudo(op: u32, length: u32, pageOffset: u32, out: u32): u32 {
  store<u64>(out, op);
  store<u64>(out, (<u64>Cpu.Zero) << 32, 8);
  store<u16>(out, pageOffset | (length << 12), Uop.Pc);
  return length;
}
