/**
 * A micro-op: one decoded instruction, 16 bytes, without absolute addresses.
 *
 *    0        2     3     4           8           12     13     14
 *   ┌────────┬─────┬─────┬───────────┬───────────┬──────┬──────┬───────────┐
 *   │ op u16 │ reg │ rm  │ disp i32  │ imm i32   │index │flags │ pc u16    │
 *   └────────┴─────┴─────┴───────────┴───────────┴──────┴──────┴───────────┘
 *
 * reg and rm are byte offsets into the register file: number × 8 for general registers (a byte register is its byte's own
 * offset: ah = 1), number × 16 for xmm, mm and st, the plain number for segment and control registers. Where flags has RmReg,
 * rm is the register operand; otherwise rm is the base register of an address, index the index register's offset | scale
 * (0–3), disp the displacement (rip-relative: base Cpu.PageVa, disp relative to the page's start). Absent base or index =
 * Cpu.Zero. Branches hold in imm their target as an offset from the page's start. A 64-bit immediate or absolute address has
 * its low half in imm and its high half in disp; a second immediate (enter) lies in disp. A conditional branch that the interpreter has
 * executed tells in Fell and Taken which ways it went. pc: offset of the instruction in its
 * page, | its length << 12.
 */
export const enum Uop {
  Op = 0,
  Reg = 2,
  Rm = 3,
  Fell = 2,
  Taken = 3,
  Disp = 4,
  Imm = 8,
  Index = 12,
  Flags = 13,
  Pc = 14,
  Bytes = 16,
}

export const enum UopFlag {
  Fs = 0x01,
  Gs = 0x02,
  /** Address size prefix: the effective address is truncated to 32 bits before the segment base is added. */
  Addr32 = 0x04,
  Rep = 0x08,
  Repne = 0x10,
  Lock = 0x20,
  /** disp + page offset would not fit 32 bits: add the instruction's end (page offset + length) at run time. */
  RipWide = 0x40,
  RmReg = 0x80,
}
