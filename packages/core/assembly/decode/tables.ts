/**
 * How the generated tables are read. An entry is a u16, its kind in the high three bits, an index below them:
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
 * The enumerations are those of packages/isa/src (shape.ts, emit-tables.ts).
 */
export const enum EntryKind {
  Leaf = 0,
  Prefix = 1,
  Group = 2,
  ModRm = 3,
  LegacyPrefix = 4,
  Escape = 5,
}

export const ENTRY_SHIFT: u32 = 13;
export const ENTRY_INDEX: u32 = 0x1fff;

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

export const enum LeafFlag {
  ModRm = 1,
  Lock = 2,
  Rep = 4,
  /** The register form whatever mod says: MOV to and from control registers. */
  ModIgnored = 8,
  /** lea: segment overrides mean nothing. */
  NoSegment = 16,
}

export const enum SizeMode {
  Default32 = 0,
  Default64 = 1,
  Force64 = 2,
}

export const enum FieldKind {
  None = 0,
  Gpr = 1,
  Gpr8 = 2,
  Xmm = 3,
  Mm = 4,
  Segment = 5,
  Control = 6,
  Fixed = 7,
  FixedSegment = 8,
  OpcodeGpr = 9,
  OpcodeGpr8 = 10,
  Debug = 11,
  SegmentTarget = 12,
}

export const enum ImmediateKind {
  None = 0,
  Byte = 1,
  SignedByte = 2,
  Word = 3,
  Z = 4,
  V = 5,
  WordByte = 6,
  BranchByte = 7,
  BranchZ = 8,
  Offset = 9,
  One = 10,
}
