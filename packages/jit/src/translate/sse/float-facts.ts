import { isOfSeveral } from '../../copies.js';
import type { Block, Insn } from '../../region.js';
import type { Flow } from '../../structure.js';
import type { Checks } from './arithmetic-bounds.js';
import { type Bounds, implies } from './bounds.js';
import { eitherRegister, type Facts, NOTHING, numbered, type Register, sameFacts, settled } from './register-facts.js';
import { after, concerns, type FloatState, nothingKnown } from './transfer.js';

/** What is known before an instruction: of ModRM.reg, of ModRM.rm as a register. */
export interface OperandFacts {
  readonly v: Register;
  readonly w: Register;
  readonly isQuiet: boolean;
}

const NO_FACTS: OperandFacts = { v: NOTHING, w: NOTHING, isQuiet: false };

/** From this pass on what has changed since the one before is given up: numbers may grow from turn to turn. */
const PATIENCE = 5;

/** A loop whose registers stay in locals: its blocks, and those of them that end with a jump back to its first. */
export interface Loop {
  readonly header: number;
  readonly nodes: ReadonlySet<number>;
  readonly ends: readonly number[];
}

/** What is checked before a loop, and on the way back where the turn does not tell it. */
export interface Demand {
  isQuiet: boolean;
  readonly elements: readonly DemandedElement[];
}

export interface DemandedElement {
  readonly register: number;
  readonly element: keyof Facts;
  readonly bounds: Bounds;
}

interface Concerned {
  readonly insn: Insn;
  readonly number: number;
  readonly isStepped: boolean;
}

interface Solution {
  readonly into: ReadonlyMap<number, FloatState>;
  readonly out: ReadonlyMap<number, FloatState>;
}

/** What is known of the numbers in xmm registers, from the checks and operations on all ways to a place of the region. */
export class FloatFacts {
  private readonly known = new Map<number, readonly OperandFacts[]>();
  /** Of each block what changes what is known. */
  private readonly concerned = new Map<number, readonly Concerned[]>();
  /** By first block of a loop. */
  private readonly demands: ReadonlyMap<number, Demand>;
  private readonly out: ReadonlyMap<number, FloatState>;

  /** @param stepped is it the interpreter's? */
  constructor(
    private readonly flow: Flow,
    private readonly blocks: ReadonlyMap<number, Block>,
    loops: readonly Loop[],
    private readonly checks: Checks,
    stepped: (insn: Insn) => boolean,
  ) {
    for (const [start, { insns }] of blocks)
      this.concerned.set(
        start,
        insns.flatMap((insn, number) => (stepped(insn) || concerns(insn) ? [{ insn, number, isStepped: stepped(insn) }] : [])),
      );
    const first = this.solve(new Map());
    this.demands = new Map(loops.map((loop) => [loop.header, this.demandOf(loop, first)]));
    const isDemanding = [...this.demands.values()].some(({ isQuiet, elements }) => isQuiet || elements.length > 0);
    const { into, out } = isDemanding ? this.solve(this.demands) : first;
    this.out = out;
    for (const [node, state] of into) {
      const facts: OperandFacts[] = [];
      this.through(node, state, ({ insn, number }, { registers, isQuiet }) => {
        facts[number] = { v: registers[(insn.reg >> 4) & 15]!, w: registers[(insn.rm >> 4) & 15]!, isQuiet };
      });
      this.known.set(node, facts);
    }
  }

  /** Before the instruction of this number in a block. */
  at(start: number, number: number): OperandFacts {
    return this.known.get(start)?.[number] ?? NO_FACTS;
  }

  /** What has to be checked before a loop. */
  missingBefore(header: number): Demand {
    const { order, predecessors, rpo } = this.flow;
    const from = predecessors.get(header)!.filter((node) => order.get(node)! < order.get(header)!);
    // What comes from outside the region comes from no block.
    return this.missing(header, header === rpo[0] ? [...from, NaN] : from);
  }

  /** What has to be checked on the ways from blocks to the first of a loop. */
  missing(header: number, from: readonly number[]): Demand {
    const demand = this.demands.get(header);
    if (!demand) return { isQuiet: false, elements: [] };
    const states = from.map((node) => this.out.get(node) ?? nothingKnown());
    return {
      isQuiet: demand.isQuiet && !states.every(({ isQuiet }) => isQuiet),
      elements: demand.elements.filter(
        ({ register, element, bounds }) => !states.every(({ registers }) => implies(registers[register]![element], bounds)),
      ),
    };
  }

  private solve(demands: ReadonlyMap<number, Demand>): Solution {
    const { rpo, predecessors } = this.flow;
    const out = new Map<number, FloatState>();
    const into = new Map<number, FloatState>();
    const root = rpo[0]!;
    let pass = 0;
    for (let changed = true; changed; pass++) {
      changed = false;
      for (const node of rpo) {
        const block = this.blocks.get(node);
        const before = into.get(node);
        const now = node === root || !block ? nothingKnown() : this.meet(predecessors.get(node)!, out);
        if (before && pass >= PATIENCE)
          now.registers.forEach((register, i) => (now.registers[i] = settled(before.registers[i]!, register)));
        const demand = demands.get(node);
        if (demand) this.force(now, demand);
        if (before && equal(before, now)) continue;
        into.set(node, now);
        out.set(node, this.through(node, now));
        changed = true;
      }
    }
    return { into, out };
  }

  private force(state: FloatState, { isQuiet, elements }: Demand): void {
    const { registers } = state;
    if (isQuiet) state.isQuiet = true;
    for (const { register, element, bounds } of elements)
      if (!implies(registers[register]![element], bounds)) registers[register] = { ...registers[register]!, [element]: bounds };
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

  /** What is known behind a block. */
  private through(node: number, before: FloatState, visit?: (concerned: Concerned, state: FloatState) => void): FloatState {
    if (this.blocks.get(node)?.end.kind === 'call' && !visit) return nothingKnown();
    const concerned = this.concerned.get(node) ?? [];
    if (concerned.length === 0) return before;
    const state: FloatState = { registers: before.registers.map(withoutNumber), isQuiet: before.isQuiet };
    for (const one of concerned) {
      visit?.(one, state);
      after(one.insn, state, this.checks, one.isStepped);
    }
    return state;
  }

  /**
   * What each turn of a loop looks at that it has from the turn before, or from before the loop: in the blocks that follow the first
   * until ways meet, and behind that where the register is not set in the loop.
   */
  private demandOf({ header, nodes, ends }: Loop, { into }: Solution): Demand {
    const elements: DemandedElement[] = [];
    const demand: Demand = { isQuiet: false, elements };
    const always = this.always(header, ends);
    const constant = this.constants(nodes, into);
    const first = into.get(header);
    if (!first) return demand;
    /** Numbers of registers by the value that they have at the beginning of a turn. */
    const numbers = new Map<number, number>();
    let state = distinct(first);
    state.registers.forEach(({ value }, i) => numbers.set(value, i));
    const begin = [...state.registers];
    let last = header;
    for (const node of this.flow.rpo) {
      if (!always.has(node)) continue;
      const [before, ...others] = this.flow.predecessors.get(node)!;
      if (node !== header && (others.length > 0 || before !== last)) {
        const met = into.get(node)!;
        state = {
          registers: met.registers.map((register, i) => (constant.has(i) ? begin[i]! : withoutNumber(register))),
          isQuiet: met.isQuiet,
        };
      }
      for (const { insn, isStepped } of this.concerned.get(node) ?? [])
        after(insn, state, this.checks, isStepped, {
          element: ({ value }, element, bounds) => {
            const register = numbers.get(value);
            if (register === undefined) return;
            const known = elements.findIndex((other) => other.register === register && other.element === element);
            if (known < 0) elements.push({ register, element, bounds });
            else if (bounds.top !== Infinity) elements[known] = { register, element, bounds };
          },
          quiet: () => (demand.isQuiet = true),
        });
      last = node;
    }
    const asks = (register: number, element: keyof Facts): boolean =>
      elements.some((other) => other.register === register && other.element === element);
    return { ...demand, elements: elements.filter(({ register, element }) => element !== 'singles' || asks(register, 'single')) };
  }

  /** The blocks that each turn of a loop passes. */
  private always(header: number, ends: readonly number[]): Set<number> {
    const parents = new Map<number, number>();
    for (const [node, children] of this.flow.children) for (const child of children) parents.set(child, node);
    let always: Set<number> | null = null;
    // Several turns at once look at what one looks at alone.
    for (const end of ends.filter((node) => !isOfSeveral(node))) {
      const chain = new Set<number>([header]);
      for (let node: number | undefined = end; node !== undefined && node !== header; node = parents.get(node)) chain.add(node);
      always = always ? intersection(always, chain) : chain;
    }
    return always ?? new Set();
  }

  /** Registers that a loop does not set. */
  private constants(nodes: ReadonlySet<number>, into: Solution['into']): Set<number> {
    const constants = new Set(Array.from({ length: 16 }, (_, i) => i));
    for (const node of nodes) {
      const state = distinct(into.get(node)!);
      const before = state.registers.map(({ value }) => value);
      for (const { insn, isStepped } of this.concerned.get(node) ?? []) after(insn, state, this.checks, isStepped);
      state.registers.forEach(({ value }, i) => value !== before[i] && constants.delete(i));
    }
    return constants;
  }
}

function withoutNumber(register: Register): Register {
  return register.value === 0 ? register : { ...register, value: 0 };
}

/** Each register with a number of its own. */
function distinct({ registers, isQuiet }: FloatState): FloatState {
  return { registers: registers.map(numbered), isQuiet };
}

function equal(a: FloatState, b: FloatState): boolean {
  return a.isQuiet === b.isQuiet && a.registers.every((register, i) => sameFacts(register, b.registers[i]!));
}

function intersection(a: ReadonlySet<number>, b: ReadonlySet<number>): Set<number> {
  return new Set([...a].filter((one) => b.has(one)));
}
