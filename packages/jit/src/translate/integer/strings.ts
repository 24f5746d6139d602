import type { Insn } from '../../region.js';
import type { Traits } from '../traits.js';
import { StackEmitter } from './stack.js';

/** String instructions: core/assembly/execute/integer/string-move.ts, string-scan.ts. */
export abstract class StringEmitter extends StackEmitter {
  protected string(insn: Insn, _: Traits, before: number): void {
    this.step(insn, before);
  }
}
