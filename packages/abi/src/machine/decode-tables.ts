/**
 * The decoding tables that packages/isa generates and the core's decoder reads. An entry is a u16, its kind in the high three bits, an index below them:
 *
 *   Leaf          index into LEAVES (0: invalid opcode)
 *   Prefix        NODES[index + mandatory prefix (NP, 66, F3, F2)]
 *   Group         NODES[index + ModRM.reg], + 8 for register forms
 *   ModRm         NODES[index + ModRM.reg] for memory forms, NODES[index + 8 + low six bits of ModRM] for register forms
 *   LegacyPrefix  a PrefixByte
 *   Escape        index = the map that the next byte is looked up in
 *
 * A leaf is eight bytes:
 *
 *    0        2        3        4      5     6           7
 *   ┌────────┬────────┬────────┬──────┬─────┬───────────┬───────────────────┐
 *   │ op u16 │ steps  │ flags  │ reg  │ rm  │ immediate │ fixed rm | reg <<4│
 *   └────────┴────────┴────────┴──────┴─────┴───────────┴───────────────────┘
 *
 * steps: what to add to op for operand size 16, 32, 64, two bits each. The high two bits of flags are the SizeMode.
 */
export const enum EntryKind {
  Leaf = 0,
  Prefix = 1,
  Group = 2,
  ModRm = 3,
  LegacyPrefix = 4,
  Escape = 5,
}

export const enum Entry {
  KindShift = 13,
  IndexMask = 0x1fff,
}

/** What a prefix byte of the one-byte map does. */
export const enum PrefixByte {
  Rex = 0,
  /** cs, ds, es, ss: without meaning in 64-bit mode; an earlier fs or gs stays in force. */
  NullSegment = 1,
  Fs = 2,
  Gs = 3,
  OperandSize = 4,
  AddressSize = 5,
  Lock = 6,
  Repne = 7,
  Rep = 8,
}

/** Mandatory prefixes, as the children of a prefix node are ordered. */
export const enum Mandatory {
  None = 0,
  P66 = 1,
  F3 = 2,
  F2 = 3,
}

export const enum Leaf {
  Op = 0,
  Steps = 2,
  Flags = 3,
  Reg = 4,
  Rm = 5,
  Immediate = 6,
  Fixed = 7,
  Bytes = 8,
}

/** Low six bits of a leaf's flags. */
export const enum LeafFlag {
  ModRm = 1,
  Lock = 2,
  Rep = 4,
  /** The register form whatever mod says: MOV to and from control registers. */
  ModIgnored = 8,
  /** lea: segment overrides mean nothing. */
  NoSegment = 16,
  /** Position of the SizeMode in a leaf's flags. */
  SizeModeShift = 6,
}

/** How operand size comes about. */
export const enum SizeMode {
  /** 32 bits; 66: 16; REX.W: 64. */
  Default32 = 0,
  /** 64 bits; 66: 16. */
  Default64 = 1,
  Force64 = 2,
}

/** Where a micro-op's `reg` and `rm` come from. */
export const enum FieldKind {
  None = 0,
  /** A general register, × 8. */
  Gpr = 1,
  /** A byte register: its byte's offset. */
  Gpr8 = 2,
  /** × 16, extended by REX. */
  Xmm = 3,
  /** mm and st registers: × 16, not extended by REX. */
  Mm = 4,
  /** Segment register: plain number, not extended by REX. */
  Segment = 5,
  /** Control register: plain number, extended by REX. */
  Control = 6,
  /** A fixed general register, × 8. */
  Fixed = 7,
  /** A fixed segment register. */
  FixedSegment = 8,
  /** Register in the opcode, extended by REX.B. */
  OpcodeGpr = 9,
  OpcodeGpr8 = 10,
  /** Debug register: plain number. */
  Debug = 11,
  /** Segment register that is loaded: cs is invalid. */
  SegmentTarget = 12,
}

/** What follows ModRM and displacement, and how it becomes imm and disp. */
export const enum ImmediateKind {
  None = 0,
  Byte = 1,
  SignedByte = 2,
  Word = 3,
  /** 16 bits with operand size 16, else 32. */
  Z = 4,
  /** 16, 32 or 64 bits. */
  V = 5,
  WordByte = 6,
  BranchByte = 7,
  BranchZ = 8,
  Offset = 9,
  One = 10,
}
