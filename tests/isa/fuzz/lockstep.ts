import { Cpu, ExitReason, HotReason, MemoryMap, PageSize, Profile, Pte, Stat, Vector } from '@ring3/abi';
import { Jit, type JitExports } from '@ring3/jit';
import { Random } from '../../../tools/oracle/src/random.js';
import { memoryDifference, stateDifference } from './compare.js';
import { Control, Place } from './layout.js';
import { Machine } from './machine.js';
import type { Linked } from './program.js';
import { makeStates, type States } from './states.js';

/** A run of a program. Everything in it follows from these. */
export interface Plan {
  readonly seed: number;
  /** Evictions, changed mappings and kernel writes between slices. */
  readonly hazards: boolean;
}

export interface Counts {
  runs: number;
  instructions: number;
  /** Of these, by translated code. */
  translated: number;
  /** Times that the run loop went over to regions. */
  entered: number;
  stops: number;
  exceptions: number;
  hazards: number;
}

const INT3 = 0xcc;
const RESUMES = 6;
/** Programs that are translated together, and instructions that each runs before. */
const AT_ONCE = 8;
const WARM = 200;
const STATES = 64;
/** A region is entered only with more instructions to go than this. */
const LEAST = 2048;
const HOT = [Place.Data, Place.Second, Place.ReadOnly, Place.Alias, Place.AliasReadOnly, Place.Stack, Place.High];

/** Two machines of which one translates. */
export class Lockstep {
  readonly expected = new Machine();
  readonly actual = new Machine();
  readonly counts: Counts = { runs: 0, instructions: 0, translated: 0, entered: 0, stops: 0, exceptions: 0, hazards: 0 };
  readonly jit: Jit;
  /** Rows of the instruction set that a run came to, and decoded. */
  readonly reached = new Set<number>();
  readonly #states: States;
  readonly #tasks: readonly (readonly [Uint8Array, Uint8Array])[];
  readonly #code = new Uint8Array(Place.CodeBytes);
  #programs: readonly Linked[] = [];

  constructor(seed: number) {
    this.#states = makeStates(seed, STATES);
    this.#tasks = this.#states.states.map((state) => [this.expected.taskOf(state), this.actual.taskOf(state)]);
    this.jit = new Jit(this.actual.core, this.actual.core.jit as JitExports, () => this.actual.stat(Stat.CodeFlushes));
  }

  /** Puts programs into the code pages; they must not overlap. */
  place(programs: readonly Linked[]): void {
    this.#programs = programs;
    this.#code.fill(INT3);
    for (const { base, bytes } of programs) this.#code.set(bytes, base - Place.Code);
    for (const machine of [this.expected, this.actual]) {
      machine.core.codeFlush();
      machine.remap();
      machine.setCode(this.#code);
    }
    this.translate();
  }

  /** Translated code has been thrown away since. */
  #stale = false;

  /** Runs all programs a little, so that what they do is known, decodes what can be reached of them, and translates it. */
  translate(): void {
    const { actual } = this;
    this.#stale = false;
    const { core, pages } = actual;
    const code = pages.slice(0, Place.CodePages);
    const before = code.map((page) => Buffer.from(page));
    const restore = (): void =>
      before.forEach((page, i) => {
        if (page.equals(code[i]!)) return;
        page.copy(code[i]!);
        core.frameWritten(actual.code[i]!);
      });
    const [, task] = this.#tasks[0]!;
    actual.lazy = false;
    actual.repairs = false;
    for (let first = 0; first < this.#programs.length; first += AT_ONCE) {
      const some = this.#programs.slice(first, first + AT_ONCE);
      for (const { program, addresses } of some) {
        actual.load(this.#states.images[0]!, task);
        actual.rip = addresses.get(program.entry)!;
        actual.run(WARM);
      }
      restore();
      for (const { program, addresses } of some) {
        for (const landing of [...program.landings, ...program.functions]) {
          core.u8.set(task, MemoryMap.Cpu);
          actual.rip = addresses.get(landing)!;
          actual.run(1);
        }
      }
      restore();
      const hot = some.flatMap((linked) => this.#entries(linked));
      for (let i = 0; i < hot.length; i += Profile.MaxHot) {
        actual.heat(hot.slice(i, i + Profile.MaxHot), HotReason.Ended);
        this.jit.poll();
      }
    }
    actual.repairs = true;
  }

  /** Where regions shall begin: the program's start, its functions and the heads of its loops; some of them. */
  #entries({ program, addresses, base }: Linked): number[] {
    const r = new Random(base);
    const all = r.below(4) === 0;
    const heads = program.items.flatMap(({ fix }) => (fix?.kind === 'relative' ? [fix.target] : []));
    const places = new Set([program.entry, ...program.functions, ...heads, ...program.landings]);
    return [...places]
      .filter((place) => all || place === program.entry || r.below(2))
      .map((place) => addresses.get(place)! + (r.below(10) ? 0 : Place.Twin));
  }

  /** How the machines differ over a run; '' = not at all. */
  run(linked: Linked, plan: Plan): string {
    const r = new Random(plan.seed);
    const { expected, actual, counts } = this;
    const state = r.below(STATES);
    const image = r.pick(this.#states.images);
    const rounds = r.pick([1, 1, 2, 3, 8]);
    const lazy = r.below(2) === 0;
    // The same code at another address.
    const at = r.below(6) === 0 ? Place.Twin : 0;
    if (this.#stale) {
      this.#remap();
      this.translate();
    }
    [expected, actual].forEach((machine, i) => {
      machine.load(image, this.#tasks[state]![i]!);
      machine.control(Control.Rounds, rounds);
      machine.lazy = lazy;
      machine.rip = linked.addresses.get(linked.program.entry)! + at;
    });
    if (plan.hazards) this.#remap();
    else this.#both((machine) => machine.setPte(Place.Lazy, 0, 0));
    counts.runs++;
    let left = LEAST + (r.below(3) ? r.below(3000) : r.below(12_000));
    let resumes = 0;
    const sliced = r.below(3) === 0;
    const impaired = r.below(6) === 0 ? r.pick(HOT) : null;
    const bits = r.below(4) ? Pte.RW : Pte.P;
    if (impaired !== null) this.#both((machine) => machine.impair(impaired, bits));
    if (r.below(8) === 0) this.#again(linked, r);
    while (left > 0) {
      const budget = Math.min(left, sliced ? r.pick([1 + r.below(40), LEAST + r.below(60), LEAST + r.below(400), 500]) : left);
      const before = expected.icount;
      const wanted = expected.run(budget);
      const got = actual.run(budget);
      counts.stops++;
      const text = stateDifference(expected, actual, wanted, got);
      if (text) return text;
      const used = expected.icount - before;
      left -= used;
      counts.instructions += used;
      if (sliced && r.below(4) === 0) {
        const memory = memoryDifference(expected, actual);
        if (memory) return memory;
      }
      if (wanted === ExitReason.Exception || wanted === ExitReason.PageFault) {
        if ((expected.rip === linked.end + 1 || expected.rip === linked.end + 1 + Place.Twin) && expected.at(Cpu.ExitVector) === Vector.BP)
          break;
        counts.exceptions++;
        if (++resumes > RESUMES) break;
        this.#resume(linked, r);
      } else if (wanted !== ExitReason.Budget && wanted !== ExitReason.Syscall && wanted !== ExitReason.Int80)
        return `exit reason ${wanted}`;
      if (plan.hazards && r.below(2)) this.#hazard(linked, r);
    }
    const memory = memoryDifference(expected, actual);
    if (memory) return memory;
    this.#both((machine) => machine.repair());
    if (plan.hazards) this.#remap();
    this.#cover(linked);
    this.#restoreCode();
    return '';
  }

  #cover({ program, addresses }: Linked): void {
    for (const item of program.items) {
      if (item.row === undefined || this.reached.has(item.row)) continue;
      if (this.expected.isDecoded(addresses.get(item)!)) this.reached.add(item.row);
    }
  }

  /** Adds up what regions have retired since the last time. */
  addTranslated(): void {
    const take = (stat: Stat): number => {
      const at = (MemoryMap.Cpu + Cpu.Stats + 8 * stat) >>> 2;
      const { u32 } = this.actual.core;
      const count = u32[at]!;
      u32[at] = 0;
      return count;
    };
    this.counts.translated += take(Stat.RegionInstructions);
    this.counts.entered += take(Stat.RegionRuns);
  }

  #remap(): void {
    this.expected.remap();
    this.actual.remap();
  }

  /** Goes on at another place, with the address registers of another state. */
  #resume({ program, addresses }: Linked, r: Random): void {
    const state = r.below(STATES);
    const rip = addresses.get(r.pick(program.landings))! + (r.below(6) ? 0 : Place.Twin);
    const mxcsr = 0x1f80 | (r.below(2) ? 0x20 : 0);
    const isDebug = this.expected.at(Cpu.ExitVector) === Vector.DB;
    [this.expected, this.actual].forEach((machine, i) => {
      const { core } = machine;
      if (isDebug) core.setEflags(core.getEflags() & ~0x100);
      const task = this.#tasks[state]![i]!;
      for (const register of [3, 4, 5, 6, 7, 12, 13, 14, 15])
        core.u8.set(task.subarray(register * 8, register * 8 + 8), MemoryMap.Cpu + register * 8);
      core.view.setUint32(MemoryMap.Cpu + Cpu.Mxcsr, mxcsr, true);
      machine.rip = rip;
    });
  }

  /** Code that was written gets its old bytes, and is translated again. */
  #restoreCode(): void {
    let changed = false;
    this.expected.code.forEach((_, i) => {
      if (!this.expected.pages[i]!.equals(this.#code.subarray(i * PageSize.Bytes, (i + 1) * PageSize.Bytes))) changed = true;
    });
    if (!changed) return;
    this.expected.setCode(this.#code);
    this.actual.setCode(this.#code);
    this.#stale = true;
  }

  /** Tells the translator that translated code fails at some instructions. */
  #again({ program, addresses }: Linked, r: Random): void {
    const places = [1, 2, 3].map(() => addresses.get(r.pick(program.items))!);
    this.actual.heat(places, r.below(3) ? HotReason.Failed : HotReason.Sampled);
    this.jit.poll();
  }

  #both(act: (machine: Machine) => void): void {
    act(this.expected);
    act(this.actual);
  }

  /** Something happens between two slices: to both machines, or to what only one of them has. */
  #hazard(linked: Linked, r: Random): void {
    const { base, bytes } = linked;
    const { actual } = this;
    this.counts.hazards++;
    this.#stale = true;
    switch (r.below(11)) {
      case 0:
        if (r.below(2)) actual.core.codeFlush();
        else this.jit.evictAll();
        break;
      case 1:
        actual.core.codeFlush();
        this.#keepingState(() => this.translate());
        break;
      case 2:
        actual.core.tlbFlushAll();
        break;
      case 3: {
        // The kernel writes a byte of the code.
        const offset = base - Place.Code + r.below(bytes.length - 1);
        const value = r.below(3) ? 0x90 : r.below(256);
        this.#both(({ core, code }) => {
          const frame = code[offset >> 12]!;
          core.u8[frame + (offset & 0xfff)] = value;
          core.frameWritten(frame);
        });
        if (r.below(2)) this.#keepingState(() => this.translate());
        break;
      }
      case 9:
      case 10:
        // Some of it is translated again, because of accesses that its regions could not do.
        this.#again(linked, r);
        break;
      case 4: {
        const space = r.below(2);
        this.#both((machine) => machine.activate(space));
        break;
      }
      case 5:
      case 6: {
        const va = r.pick(HOT);
        const toggled = r.pick([Pte.RW, Pte.RW, Pte.P]);
        this.#both((machine) => {
          const { low, high } = machine.pte(va);
          machine.setPte(va, (low ^ toggled) & ~(Pte.A | Pte.D), high);
        });
        break;
      }
      case 7: {
        // Code that may not be executed, or written, any more.
        const va = (base + r.below(bytes.length)) & ~PageSize.Mask;
        const noExecute = r.below(3) === 0;
        this.#both((machine) => {
          const { low, high } = machine.pte(va);
          machine.setPte(va, noExecute ? low : low ^ Pte.RW, noExecute ? (high ^ Pte.NX_HI) >>> 0 : high);
        });
        break;
      }
      default: {
        // Two pages change places.
        const [one, other] = [r.pick(HOT), r.pick(HOT)];
        this.#both((machine) => {
          const first = machine.pte(one);
          const second = machine.pte(other);
          machine.setPte(one, second.low, second.high);
          machine.setPte(other, first.low, first.high);
        });
      }
    }
  }

  /** Translating decodes by running single instructions: state and memory of the run must not notice. */
  #keepingState(act: () => void): void {
    const { actual } = this;
    const { core, pages, lazy, faultError, clock } = actual;
    const state = core.u8.slice(MemoryMap.Cpu, MemoryMap.Cpu + Cpu.Stats);
    const before = pages.slice(Place.CodePages).map((page) => Buffer.from(page));
    act();
    core.u8.set(state, MemoryMap.Cpu);
    before.forEach((page, i) => page.copy(pages[Place.CodePages + i]!));
    actual.lazy = lazy;
    actual.faultError = faultError;
    actual.clock = clock;
  }
}
