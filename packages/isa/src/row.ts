/** CPUID feature that an instruction belongs to; what has no execute function is not claimed by CPUID. */
export type Feature = 'base' | 'cmov' | 'cx8' | 'cx16' | 'x87' | 'mmx' | 'fxsr' | 'sse' | 'sse2' | 'sse3' | 'ssse3' | 'sse4.1' | 'sse4.2' | 'popcnt' | 'clflush' | 'rdtscp' | 'fsgsbase' | 'nop';

/** One row of the opcode map, in the notation of the SDM, volume 2, appendix A. */
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
  /** Micro-ops of the hot switch that take the place of `exec` by operand form (cpu/run.ts). T as in exec. */
  readonly hot?: { readonly reg?: string; readonly mem?: string };
}
