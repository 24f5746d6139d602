import { disassemble, rows } from '@ring3/isa';
import type { JitStats } from '@ring3/jit';
import { Random } from '../../../tools/oracle/src/random.js';
import { allRows } from './choose.js';
import type { RowToEncode } from './encode.js';
import { generate } from './generate.js';
import { Place } from './layout.js';
import { Lockstep, type Counts, type Plan } from './lockstep.js';
import { link, type Item, type Linked, type Program } from './program.js';

/** Programs by the thousand: as many as fit the code pages at a time, translated together, then run one by one. */

export interface Failure {
  /** The disassembled program, what is left of it, and how the machines differ. */
  readonly text: string;
  readonly seed: number;
  readonly shrunk: boolean;
}

export interface Result {
  sequences: number;
  readonly counts: Counts;
  readonly reached: ReadonlySet<number>;
  readonly failures: readonly Failure[];
}

/** Bytes between two programs, at most. */
const GAP = 24;
/** Runs of a given code that a failure is tried again with. */
const KEPT_RUNS = 20;
/** In a batch with hazards programs are translated again and again: few of them. */
const HAZARD_PROGRAMS = 6;

interface Batch {
  readonly hazards: boolean;
  readonly programs: readonly Linked[];
}

export class Fuzz {
  readonly #lockstep: Lockstep;
  readonly failures: Failure[] = [];
  sequences = 0;

  constructor(
    private readonly seed: number,
    /** Runs of each program. */
    private readonly runs = 3,
    /** Of random programs; null: all. */
    private readonly flavours: readonly string[] | null = null,
  ) {
    this.#lockstep = new Lockstep(seed);
  }

  get counts(): Counts {
    return this.#lockstep.counts;
  }

  get jit(): JitStats {
    return this.#lockstep.jit.stats;
  }

  /** Rows of the instruction set that were decoded in a program that ran. */
  get reached(): ReadonlySet<number> {
    return this.#lockstep.reached;
  }

  /** One batch of random programs. */
  batch(number: number): void {
    const seed = (this.seed * 0x9e3779b1 + number * 0x85ebca6b) | 0;
    const r = new Random(seed);
    // A batch is the same whatever came before.
    this.#waiting = null;
    const kind = r.below(10);
    const hazards = kind < 2;
    const modifies = kind === 0 || kind === 2;
    this.#lockstep.jit.checksNear = kind !== 3 && kind !== 4;
    this.#run(seed, {
      hazards,
      programs: this.#fill(r, hazards || modifies ? HAZARD_PROGRAMS : Infinity, () =>
        generate(r, { modifies, ...(this.flavours && { flavours: this.flavours }) }),
      ),
    });
  }

  /** Every row in every form, so many programs of each; until there are `most` failures. */
  everyRow(times: number, most: number): void {
    const wanted: { row: RowToEncode; form: RowToEncode['forms'][number] }[] = [];
    for (const row of allRows) for (const form of row.forms) for (let i = 0; i < times; i++) wanted.push({ row, form });
    for (let number = 0; (wanted.length > 0 || this.#waiting) && this.failures.length < most; number++) {
      const seed = (this.seed * 0x9e3779b1 + number * 0xc2b2ae35) | 0;
      const r = new Random(seed);
      const next = (): Program | null => {
        const one = wanted.pop();
        return one ? generate(r, { modifies: false, row: one.row, form: one.form }) : null;
      };
      this.#run(seed, { hazards: false, programs: this.#fill(r, Infinity, next) });
    }
  }

  /** Did not fit the batch before. */
  #waiting: Program | null = null;

  /** Code as it is, so many runs of it: what a failure told. Regions may begin at every instruction. */
  code(bytes: Uint8Array, runs: number): void {
    const items: Item[] = [];
    for (let at = 0; at < bytes.length;) {
      const { length } = disassemble(bytes, at, 0);
      items.push({ bytes: [...bytes.subarray(at, at + length)] });
      at += length;
    }
    const linked = link({ items, entry: items[0]!, landings: items, functions: [] }, Place.Code);
    this.#lockstep.place([linked]);
    this.sequences++;
    const plans: Plan[] = [];
    for (let run = 0; run < runs && this.failures.length === 0; run++) {
      const plan: Plan = { seed: this.seed + run, hazards: false };
      plans.push(plan);
      const text = this.#lockstep.run(linked, plan);
      if (text) this.failures.push(this.#report(linked, plans.slice(-KEPT_RUNS), text));
    }
    this.#lockstep.addTranslated();
  }

  #fill(r: Random, most: number, next: () => Program | null): Linked[] {
    const programs: Linked[] = [];
    let at: number = Place.Code + r.below(64);
    while (programs.length < most) {
      const program = this.#waiting ?? next();
      this.#waiting = null;
      if (!program) break;
      const linked = link(program, at);
      if (linked.end + 1 > Place.Code + Place.CodeBytes) {
        this.#waiting = program;
        break;
      }
      programs.push(linked);
      // Some begin just before a page's end.
      at = linked.end + 1 + r.below(GAP);
      if (r.below(16) === 0) at = ((at + 0xfff) & ~0xfff) - r.below(12);
      if (at <= linked.end) at = linked.end + 1;
    }
    return programs;
  }

  #run(seed: number, { hazards, programs }: Batch): void {
    const lockstep = this.#lockstep;
    lockstep.place(programs);
    programs.forEach((linked, index) => {
      this.sequences++;
      const plans: Plan[] = [];
      for (let run = 0; run < this.runs; run++) {
        const plan: Plan = { seed: (seed ^ (index * 0x27d4eb2f + run * 0x165667b1)) | 0, hazards };
        plans.push(plan);
        const text = lockstep.run(linked, plan);
        if (!text) continue;
        this.failures.push(this.#report(linked, plans, text));
        lockstep.place(programs);
        break;
      }
    });
    lockstep.addTranslated();
  }

  /** Leaves out what the failure does not need. */
  #report(linked: Linked, plans: readonly Plan[], found: string): Failure {
    const plan = plans.at(-1)!;
    let needed = [plan];
    const { program, base } = linked;
    const fails = (left: ReadonlySet<Item>): string => {
      const smaller = link(program, base, left);
      this.#lockstep.place([smaller]);
      for (const one of needed) {
        const text = this.#lockstep.run(smaller, one);
        if (text) return text;
      }
      return '';
    };
    const left = new Set<Item>();
    let text = fails(left);
    if (!text) {
      // It may take what the TLB holds from earlier runs.
      needed = [...plans];
      text = fails(left);
    }
    if (!text) return { text: `${describe(linked)}\n  ${found}\n  (not alone)`, seed: plan.seed, shrunk: false };
    let items = program.items.filter(({ bytes }) => bytes.length > 0);
    for (let size = items.length >> 1; size > 0; size = size === 1 ? 0 : size >> 1) {
      for (let again = true; again;) {
        again = false;
        for (let at = 0; at < items.length; at += size) {
          const out = items.slice(at, at + size);
          for (const item of out) left.add(item);
          const now = fails(left);
          if (now) {
            text = now;
            items = items.filter((item) => !left.has(item));
            at -= size;
            again = size === 1;
          } else for (const item of out) left.delete(item);
        }
      }
    }
    const smallest = link(program, base, left);
    return {
      text: `${describe(smallest)}\n  hazards ${plan.hazards}, plans ${needed.map((one) => one.seed).join(' ')}\n  ${text}`,
      seed: plan.seed,
      shrunk: true,
    };
  }
}

/** Address, bytes and text of each instruction. */
export function describe({ base, bytes }: Linked): string {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length;) {
    const { length, text } = disassemble(bytes, at, base + at);
    lines.push(
      `  ${(base + at).toString(16)}  ${Buffer.from(bytes.subarray(at, at + length))
        .toString('hex')
        .padEnd(22)} ${text}`,
    );
    at += length;
  }
  return lines.join('\n');
}

export const rowCount = rows.length;

/** Rows that no program reached, as text. */
export function unreached(reached: ReadonlySet<number>): string[] {
  return rows.filter((_, index) => !reached.has(index)).map(({ opcode, mnemonic, operands }) => `${opcode} ${mnemonic} ${operands}`);
}
