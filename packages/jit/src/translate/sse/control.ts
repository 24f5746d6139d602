import { Cpu, MemoryMap } from '@ring3/abi';
import type { Insn } from '../../region.js';
import { W } from '../../wasm-encoder.js';
import { L } from '../locals.js';
import { SseConversions } from './conversions.js';
import { Theme, themeOf } from './names.js';
import type { SseInsn } from './operands.js';

/** Bits of MXCSR that may be set; others are #GP(0). */
const MXCSR_MASK = 0xffff;

/** MXCSR itself, which a region never changes but here: libm looks at the rounding mode at the start of many functions. */
export abstract class SseControl extends SseConversions {
  protected override step(insn: Insn, before: number): void {
    super.step(insn, before);
    if (themeOf(insn.name) === Theme.Control) this.loadLimit(this.code);
  }

  protected control(s: SseInsn): void {
    const { code } = this;
    const { insn, before } = s;
    if (insn.name.startsWith('fnstcw')) {
      this.access(insn, before, 2, true);
      code
        .get(L.P)
        .i32(0)
        .mem(W.I64Load16U, MemoryMap.Cpu + Cpu.Fcw);
      return this.store(16);
    }
    const loads = insn.name.startsWith('ld');
    this.access(insn, before, 4, !loads);
    if (!loads) {
      code
        .get(L.P)
        .i32(0)
        .mem(W.I64Load32U, MemoryMap.Cpu + Cpu.Mxcsr);
      return this.store(32);
    }
    this.loadUnsigned(32);
    code.tee(L.T).i64(~MXCSR_MASK).op(W.I64And).i64(0).op(W.I64Ne);
    this.exit(insn, before);
    code
      .i32(0)
      .get(L.T)
      .mem(W.I64Store32, MemoryMap.Cpu + Cpu.Mxcsr);
    this.loadLimit(code);
  }
}
