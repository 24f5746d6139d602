import { UopFlag } from '@ring3/abi';
import type { Insn } from '../region.js';
import { SseControl } from './sse/control.js';
import { BY_INTERPRETER } from './sse/transfer.js';
import { Theme, themeOf } from './sse/names.js';

/** SSE and SSE2, by themes: sse/names.ts says which instruction is translated by what. */
export abstract class SseEmitter extends SseControl {
  protected sse(insn: Insn, before: number): void {
    const isReg = (insn.flags & UopFlag.RmReg) !== 0;
    if (!isReg && insn.flags & BY_INTERPRETER) return this.step(insn, before);
    const s = this.operandsOf(insn, before);
    switch (themeOf(insn.name)) {
      case Theme.Move:
        return this.move(s);
      case Theme.Integer:
        return this.packedInteger(s);
      case Theme.Shuffle:
        return this.shuffled(s);
      case Theme.ScalarFloat:
        return this.scalarFloat(s);
      case Theme.PackedFloat:
        return this.packedFloat(s);
      case Theme.Compare:
        return this.compare(s);
      case Theme.Conversion:
        return this.conversion(s);
      case Theme.Control:
        return this.control(s);
      default:
        this.step(insn, before);
    }
  }
}
