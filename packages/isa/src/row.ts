/** CPUID feature that an instruction belongs to; what has no execute function is not claimed by CPUID. */
export type Feature =
  | 'base'
  | 'cmov'
  | 'cx8'
  | 'cx16'
  | 'x87'
  | 'mmx'
  | 'fxsr'
  | 'sse'
  | 'sse2'
  | 'sse3'
  | 'ssse3'
  | 'sse4.1'
  | 'sse4.2'
  | 'popcnt'
  | 'clflush'
  | 'rdtscp'
  | 'fsgsbase'
  | 'nop'
  | 'movbe'
  | 'rdrand'
  | 'rdseed'
  | 'xsave'
  | 'aes'
  | 'pclmul'
  | 'sha'
  | 'bmi1'
  | 'lzcnt'
  | 'adx'
  | 'clflushopt'
  | 'clwb';

/**
 * One row of the opcode map, in the notation of the SDM, volume 2, appendix A.
 *
 * How operands become micro-op fields (abi/src/machine/uop.ts):
 *   E M R W U Q N    ModRM.rm: `rm` with RmReg, or an address. M is memory only; R, U, N registers only; 'Rd/Mw' names both
 *   G V P S C D      ModRM.reg: `reg`. S (segment), C and D (control, debug) as plain numbers
 *   Z                register in the opcode's low three bits: like a fixed register operand
 *   AL CL rAX …      a fixed register as first operand is `rm` with RmReg, otherwise `reg`; alone, it is both. So 'AL,Ib' may
 *                    use the function of 'Eb,Ib', and 'Zv,rAX' that of 'Ev,Gv'. rAX has the operand size
 *   I                `imm`: Ib sign-extended in 6A, 6B and 83, else zero-extended; Iw zero-extended; Iz sign-extended;
 *                    Iv up to 64 bits (high half in `disp`); 'Iw,Ib': the second one in `disp`. The operand '1' is imm = 1
 *   J                `imm`: target as offset from the page's start. With UopFlag.RipWide that would overflow: imm is then relative to
 *                    the end of the instruction
 *   O                absolute address: low half in `imm`, high half in `disp`; the fixed register is `reg`
 *   X Y F            implicit (DS:rSI, ES:rDI, rFLAGS): nothing but the operand size
 *   ST0 STi          STi: `rm` = i × 16 with RmReg; ST0 is implicit
 * Size letters: b w d q t (80 bits) o (128) v (16/32/64) z (16/32) y (32/64) yy (twice y) p s, and for vectors dq ps pd ss sd pi x.
 */
export interface Row {
  /**
   * Mandatory prefix (NP, 66, F3, F2; none = the prefix does not select the row), opcode bytes, then what ModRM must hold:
   * '01', '66 0F 58', '0F AE /0 mem', 'F3 0F B8', 'D8 /0 mem', 'D9 E8' (whole ModRM byte), 'D8 C0+i', '0F C8+r', '0F 01 D0'.
   */
  readonly opcode: string;
  /** Intel syntax, lower case. Where operand size changes the name: 'cbw|cwde|cdqe'. */
  readonly mnemonic: string;
  /** 'Ev,Gv', 'Vdq,Wdq', 'Eb,Ib', 'Zv', 'Jz', 'AL,Ob', '' … */
  readonly operands: string;
  readonly feature: Feature;
  /**
   * The core's execute function `(u: u32) => i32`. A generic one is written 'add_E_G<T>': T becomes u8 for byte operands, and
   * for v, y and z operands u16, u32, u64, one micro-op per size. null: #UD, listed as missing in the coverage report.
   */
  readonly exec: string | null;
  /** File below packages/core/assembly that exports the function, without .ts: 'execute/integer/arith'. */
  readonly from?: string;
  /** 'd64': 64-bit operand size by default · 'f64': always 64 · 'lock': LOCK allowed on memory forms · 'rep': takes REP/REPNE as prefixes. */
  readonly attributes?: readonly ('d64' | 'f64' | 'lock' | 'rep')[];
  /** Status flags that the SDM leaves undefined, as letters of 'oszapc'. Tests mask them. */
  readonly undefinedFlags?: string;
  /** Micro-ops of the hot switch that take the place of `exec` by operand form (cpu/run.ts). 'add_R_G<T>' becomes HotOp.add_R_G32. */
  readonly hot?: { readonly reg?: string; readonly mem?: string };
}
