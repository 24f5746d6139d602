import type { Block, Insn } from '../../region.js';
import type { Flow } from '../../structure.js';
import type { Checks } from './arithmetic-bounds.js';
import { eitherRegister, NOTHING, type Register, sameRegister, settled } from './register-facts.js';
import { after, type FloatState, nothingKnown } from './transfer.js';

/** What is known before an instruction: of ModRM.reg, of ModRM.rm as a register. */
export interface OperandFacts {
  readonly v: Register;
  readonly w: Register;
  readonly isQuiet: boolean;
}

const NO_FACTS: OperandFacts = { v: NOTHING, w: NOTHING, isQuiet: false };

/** From this visit of a block on what has changed since the one before is given up: numbers may grow from turn to turn. */
const PATIENCE = 5;

/** What is known of the numbers in xmm registers, from the checks and operations on all ways to a place of the region. */
export class FloatFacts {
  private readonly known = new Map<number, readonly OperandFacts[]>();

  /** @param stepped is it the interpreter's? */
  constructor(
    flow: Flow,
    blocks: ReadonlyMap<number, Block>,
    private readonly checks: Checks,
    private readonly stepped: (insn: Insn) => boolean,
  ) {
    const { rpo, predecessors } = flow;
    const out = new Map<number, FloatState>();
    const into = new Map<number, FloatState>();
    const visits = new Map<number, number>();
    const root = rpo[0]!;
    for (let changed = true; changed;) {
      changed = false;
      for (const node of rpo) {
        const block = blocks.get(node);
        const before = into.get(node);
        const now = node === root || !block ? nothingKnown() : this.meet(predecessors.get(node)!, out);
        const visit = (visits.get(node) ?? 0) + 1;
        visits.set(node, visit);
        if (before && visit > PATIENCE) now.registers.forEach((register, i) => (now.registers[i] = settled(before.registers[i]!, register)));
        if (before && equal(before, now)) continue;
        into.set(node, now);
        out.set(node, this.through(block, now, null));
        changed = true;
      }
    }
    for (const [node, state] of into) {
      const facts: OperandFacts[] = [];
      this.through(blocks.get(node), state, facts);
      this.known.set(node, facts);
    }
  }

  /** Before the instruction of this number in a block. */
  at(start: number, number: number): OperandFacts {
    return this.known.get(start)?.[number] ?? NO_FACTS;
  }

  private meet(predecessors: readonly number[], out: ReadonlyMap<number, FloatState>): FloatState {
    let met: FloatState | null = null;
    for (const p of predecessors) {
      const state = out.get(p);
      if (!state) continue;
      if (!met) met = { registers: [...state.registers], isQuiet: state.isQuiet };
      else {
        const { registers } = met;
        state.registers.forEach((register, i) => (registers[i] = eitherRegister(registers[i]!, register)));
        met.isQuiet &&= state.isQuiet;
      }
    }
    return met ?? nothingKnown();
  }

  /** What is known behind a block; `facts`: what is known before each of its instructions. */
  private through(block: Block | undefined, before: FloatState, facts: OperandFacts[] | null): FloatState {
    const state: FloatState = { registers: [...before.registers], isQuiet: before.isQuiet };
    const { registers } = state;
    for (const insn of block?.insns ?? []) {
      facts?.push({ v: registers[(insn.reg >> 4) & 15]!, w: registers[(insn.rm >> 4) & 15]!, isQuiet: state.isQuiet });
      after(insn, state, this.checks, this.stepped(insn));
    }
    return block?.end.kind === 'call' ? nothingKnown() : state;
  }
}

function equal(a: FloatState, b: FloatState): boolean {
  return a.isQuiet === b.isQuiet && a.registers.every((register, i) => sameRegister(register, b.registers[i]!));
}
