import { Cpu, ExitReason, MemoryMap, PageSize, Pte, Stat, Vector as Exception } from '@ring3/abi';
import { createCore, loadCoreModule, type Core } from '@ring3/core';
import { Image, normalise, Place, Word } from '../../tools/oracle/src/layout.js';
import { Jit, type JitExports } from '@ring3/jit';
import type { Family, Outcome, Run, Vector } from '../../tools/oracle/src/vectors.js';

const INT3 = 0xcc;
/** IF, which is always set. */
const RFLAGS_SET = 0x202n;
/** No case runs as long. */
const BUDGET = 1000;
/** Regions are entered only with so many instructions to go. */
const ENOUGH_FOR_REGIONS = 10_000;
const IMAGE_BYTES = 512;

/** Runs the cases of a family on the core, in the pages that native.c has. */
export class Replay {
  readonly #core: Core;
  readonly #code: number;
  readonly #data: readonly number[];
  /** A frame for the FXSAVE image. */
  readonly #image: number;
  #pageFaultError = 0;
  #jit: Jit | null = null;
  /** What the code page holds translated, or could not be. */
  #translated: { code: Uint8Array; done: boolean } | null = null;
  /** The next case has the code of the last one. */
  #keepsCode = false;
  /** Instructions that the region of the last translated case retired. */
  retired = 0;
  /** Has it left one of them to the interpreter? */
  failed = false;
  /** Cases that ran a region. */
  entered = 0;

  /** @param checksNear of the regions (Jit) */
  constructor(
    readonly family: Family,
    private readonly checksNear = true,
  ) {
    this.#core = createCore(
      loadCoreModule(),
      { memoryLimit: 4 << 20 },
      {
        pageFault: (_, error) => {
          this.#pageFaultError = error;
          return 1;
        },
        rdtsc: () => 0,
      },
    );
    const core = this.#core;
    core.resetCpu();
    const pgd = core.createPageTable();
    core.activate(pgd);
    const map = (va: number, write: number): number => {
      const frame = core.allocFrame(0);
      const slot = core.pteSlot(pgd, va, true);
      core.view.setUint32(slot, frame | Pte.P | write | Pte.US, true);
      core.view.setUint32(slot + 4, 0, true);
      return frame;
    };
    // Neighbouring pages lie in frames that are none.
    const first = map(Place.Data, Pte.RW);
    this.#code = map(Place.Code, Pte.RW);
    this.#data = [first, map(Place.Data + PageSize.Bytes, Pte.RW), map(Place.ReadOnly, 0)];
    this.#image = core.allocFrame(0);
    core.view.setBigUint64(MemoryMap.Cpu + Cpu.GsBase, BigInt(Place.GsBase), true);
  }

  /** The outcome of a case, run with so many instructions at a time. */
  run(vector: Vector, budget = BUDGET): Outcome {
    const core = this.#core;
    this.#load(vector);
    let reason = core.run(budget);
    for (let left = BUDGET; reason === ExitReason.Budget && left > 0; left--) reason = core.run(budget);
    const state = this.#state();
    const { view } = core;
    const at = (offset: Cpu): number => view.getUint32(MemoryMap.Cpu + offset, true);
    const rip = Number(view.getBigUint64(MemoryMap.Cpu + Cpu.Rip, true)) - Place.Start;
    const runs = this.#changes(vector.runs);
    if (reason === ExitReason.PageFault) {
      const cr2 = view.getBigUint64(MemoryMap.Cpu + Cpu.Cr2, true);
      return { vector: Exception.PF, error: this.#pageFaultError, rip, cr2, state, runs };
    }
    if (reason !== ExitReason.Exception) throw new Error(`exit reason ${reason} at ${Buffer.from(vector.code).toString('hex')}`);
    const exception = at(Cpu.ExitVector);
    return { vector: exception, error: at(Cpu.ExitError), rip: exception === Exception.BP ? rip - 1 : rip, cr2: 0n, state, runs };
  }

  /** The same with the code translated; null where it cannot be. Cases with the same code share a translation. */
  runTranslated(vector: Vector): Outcome | null {
    const core = this.#core;
    this.#jit ??= new Jit(core, core.jit as JitExports, () => 0);
    this.#jit.checksNear = this.checksNear;
    if (this.#translated === null || Buffer.compare(this.#translated.code, vector.code) !== 0) {
      // So it is decoded.
      this.run(vector);
      this.#translated = { code: vector.code, done: this.#jit.translateAt(Place.Start) };
    }
    if (!this.#translated.done) return null;
    this.#keepsCode = true;
    const outcome = this.run(vector, ENOUGH_FOR_REGIONS);
    this.#keepsCode = false;
    const take = (stat: Stat): number => {
      const count = core.view.getUint32(MemoryMap.Cpu + Cpu.Stats + 8 * stat, true);
      core.view.setUint32(MemoryMap.Cpu + Cpu.Stats + 8 * stat, 0, true);
      return count;
    };
    if (take(Stat.RegionRuns) > 0) this.entered++;
    this.failed = core.view.getUint32(MemoryMap.Cpu + Cpu.RegionFailed, true) !== 0;
    this.retired = take(Stat.RegionInstructions);
    return outcome;
  }

  #load(vector: Vector): void {
    const core = this.#core;
    const { u8 } = core;
    if (!this.#keepsCode) {
      u8.fill(INT3, this.#code, this.#code + PageSize.Bytes);
      u8.set(vector.code, this.#code + (Place.Start - Place.Code));
      core.frameWritten(this.#code);
    }
    this.#data.forEach((frame, i) => u8.set(this.family.memory.subarray(i * PageSize.Bytes, (i + 1) * PageSize.Bytes), frame));
    for (const { offset, bytes } of vector.runs) bytes.forEach((byte, i) => (u8[this.#host(offset + i)] = byte));
    const bytes = new Uint8Array(vector.start.buffer);
    u8.set(bytes.subarray(0, Word.Rflags * 8), MemoryMap.Cpu + Cpu.Gpr);
    core.setEflags(Number(vector.start[Word.Rflags]! | RFLAGS_SET));
    u8.fill(0, this.#image, this.#image + IMAGE_BYTES);
    u8.set(bytes.subarray(Word.X87 * 8), this.#image);
    if (!core.fxrstor(this.#image)) throw new Error('fxrstor refuses the image');
    core.view.setBigUint64(MemoryMap.Cpu + Cpu.Rip, BigInt(Place.Start), true);
  }

  #state(): BigUint64Array {
    const core = this.#core;
    const state = new BigUint64Array(Word.Count);
    const bytes = new Uint8Array(state.buffer);
    const { u8 } = core;
    bytes.set(u8.subarray(MemoryMap.Cpu + Cpu.Gpr, MemoryMap.Cpu + Cpu.Gpr + Word.Rflags * 8));
    state[Word.Rflags] = BigInt(core.getEflags() >>> 0);
    core.fxsave(this.#image);
    bytes.set(u8.subarray(this.#image, this.#image + (Word.Count - Word.X87) * 8), Word.X87 * 8);
    normalise(state);
    return state;
  }

  #host(offset: number): number {
    return this.#data[Math.floor(offset / PageSize.Bytes)]! + (offset % PageSize.Bytes);
  }

  /** What the data pages hold that they did not before. */
  #changes(runs: readonly Run[]): Run[] {
    const { u8 } = this.#core;
    const before = Buffer.from(this.family.memory);
    for (const { offset, bytes } of runs) before.set(bytes, offset);
    const found: Run[] = [];
    this.#data.forEach((frame, page) => {
      const first = page * PageSize.Bytes;
      const now = Buffer.from(u8.buffer, frame, PageSize.Bytes);
      if (now.equals(before.subarray(first, first + PageSize.Bytes))) return;
      for (let at = 0; at < PageSize.Bytes; at++) {
        const start = at;
        while (at < PageSize.Bytes && now[at] !== before[first + at]) at++;
        if (at > start) found.push({ offset: first + start, bytes: Uint8Array.from(now.subarray(start, at)) });
      }
    });
    return found;
  }
}

/** Whether a data page offset is to be left out. */
function isIgnored({ ignored }: Vector, offset: number): boolean {
  return ignored.some((range) => offset >= range.offset && offset < range.offset + range.length);
}

function bytesOf(vector: Vector, runs: readonly Run[]): Map<number, number> {
  const bytes = new Map<number, number>();
  for (const { offset, bytes: content } of runs) {
    content.forEach((byte, i) => {
      if (!isIgnored(vector, offset + i)) bytes.set(offset + i, byte);
    });
  }
  return bytes;
}

const NAMES = ['rax', 'rcx', 'rdx', 'rbx', 'rsp', 'rbp', 'rsi', 'rdi', 'r8', 'r9', 'r10', 'r11', 'r12', 'r13', 'r14', 'r15', 'rflags'];

function nameOf(word: number): string {
  if (word <= Word.Rflags) return NAMES[word]!;
  if (word < Word.Mxcsr) return 'ftw:fsw:fcw';
  if (word === Word.Mxcsr) return 'mxcsr';
  const half = (word - Word.St) & 1 ? 'high' : 'low';
  return word < Word.Xmm ? `st${(word - Word.St) >> 1}.${half}` : `xmm${(word - Word.Xmm) >> 1}.${half}`;
}

const place = (offset: number): string =>
  (offset < Image.ReadOnly ? Place.Data + offset : Place.ReadOnly + offset - Image.ReadOnly).toString(16);

/** How an outcome differs from the recorded one, in words; '' = not at all. */
export function difference(vector: Vector, actual: Outcome): string {
  const { start, outcome, undefinedFlags } = vector;
  const found: string[] = [];
  const compare = (name: string, got: bigint | number, want: bigint | number): void => {
    if (got !== want) found.push(`${name} ${got.toString(16)}, processor ${want.toString(16)}`);
  };
  compare('vector', actual.vector, outcome.vector);
  compare('error', outcome.vector === Exception.BP ? 0 : actual.error, outcome.vector === Exception.BP ? 0 : outcome.error);
  compare('rip', actual.rip, outcome.rip);
  compare('cr2', actual.cr2, outcome.cr2);
  for (let word = 0; word < Word.Count; word++) {
    const mask = word === Word.Rflags ? ~BigInt(undefinedFlags) : -1n;
    const got = actual.state[word]! & mask;
    const want = outcome.state[word]! & mask;
    if (got !== want) compare(`${nameOf(word)} (was ${start[word]!.toString(16)})`, got, want);
  }
  const got = bytesOf(vector, actual.runs);
  const want = bytesOf(vector, outcome.runs);
  for (const offset of new Set([...got.keys(), ...want.keys()])) {
    if (got.get(offset) !== want.get(offset)) {
      found.push(
        `[${place(offset)}] ${got.get(offset)?.toString(16) ?? 'unchanged'}, processor ${want.get(offset)?.toString(16) ?? 'unchanged'}`,
      );
    }
  }
  return found.join('; ');
}
