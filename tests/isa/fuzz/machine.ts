import { CoreTable, Cpu, ExitReason, HotReason, MemoryMap, PageFlag, PageSize, PageStruct, Profile, Pte, Stat } from '@ring3/abi';
import { createCore, loadCoreModule, type Core } from '@ring3/core';
import { Word } from '../../../tools/oracle/src/layout.js';
import { Image, Place } from './layout.js';

const ICOUNT = MemoryMap.Cpu + Cpu.Icount;
const RIP = MemoryMap.Cpu + Cpu.Rip;
const STACK_PAGES = 2;
/** CodePage.Index of core/assembly/cpu/code-cache.ts. */
const CODE_PAGE_INDEX = 16;
/** A page of the layout: where, which frame, PTE bits without the frame. */
type Mapping = readonly [va: number, frame: number, low: number, noExecute: boolean];

/** A core with the pages of layout.ts in two address spaces; in the second the data pages have changed places. */
export class Machine {
  readonly core: Core;
  readonly code: readonly number[];
  /** In the order of an image. */
  readonly data: readonly number[];
  readonly #stack: readonly number[];
  readonly #control: number;
  readonly #spaces: readonly number[];
  /** Times that the time-stamp counter was read. */
  clock = 0;
  /** Maps the lazy page when it is first touched. */
  lazy = false;
  /** A page that is not what it was; its first fault makes it so again, as for copy-on-write. */
  #repair: { va: number; low: number; high: number } | null = null;
  /** Faults of runs that only show what is to be translated repair nothing. */
  repairs = true;
  /** Error code of the last page fault that was not resolved. */
  faultError = 0;
  /** What compares and is restored as bytes: code, data, stack, control. */
  readonly pages: readonly Buffer[];
  readonly state: Buffer;

  constructor() {
    const core = createCore(
      loadCoreModule(),
      { memoryLimit: 1 << 20 },
      { pageFault: (va, error) => this.#pageFault(va, error), rdtsc: () => 0x1_8000_0000 + 3 * this.clock++ },
    );
    this.core = core;
    core.resetCpu();
    // Memory does not grow any more: the views of it below stay.
    for (let table = CoreTable.TlbContext + 1; table <= CoreTable.CodeRest; table++) core.placeTable(table);
    const frames = (count: number): number[] => Array.from({ length: count }, () => core.allocFrame(PageFlag.Anon));
    this.code = frames(Place.CodePages);
    this.data = frames(Image.Pages);
    this.#stack = frames(STACK_PAGES);
    this.#control = frames(1)[0]!;
    this.#spaces = [core.createPageTable(), core.createPageTable()];
    this.#spaces.forEach((_, space) => this.#mapAll(space));
    core.activate(this.#spaces[0]!);
    const all = [...this.code, ...this.data, ...this.#stack, this.#control];
    this.pages = all.map((frame) => Buffer.from(core.u8.buffer, frame, PageSize.Bytes));
    this.state = Buffer.from(core.u8.buffer, MemoryMap.Cpu, Cpu.TaskBytes);
  }

  #mappings(space: number): Mapping[] {
    const [first, second, readOnly, high] = this.data as [number, number, number, number];
    const swap = space === 1;
    const read = Pte.P | Pte.US;
    const write = read | Pte.RW;
    const once: Mapping[] = [
      ...this.code.map((frame, i): Mapping => [Place.Code + i * PageSize.Bytes, frame, write, false]),
      [Place.Data, swap ? second : first, write, true],
      [Place.Second, swap ? first : second, write, true],
      [Place.Lazy, 0, 0, true],
      [Place.ReadOnly, readOnly, read, true],
      [Place.Alias, first, write, true],
      [Place.AliasReadOnly, second, read, true],
      [Place.Control, this.#control, write, true],
      ...this.#stack.map((frame, i): Mapping => [Place.Stack + i * PageSize.Bytes, frame, write, true]),
    ];
    const twins = once.map(([va, frame, low, noExecute]): Mapping => [va + Place.Twin, frame, low, noExecute]);
    return [...once, ...twins, [Place.High, high, write, true], [Place.HighSecond, second, write, true]];
  }

  #mapAll(space: number): void {
    for (const [va, frame, low, noExecute] of this.#mappings(space)) this.setPte(va, frame | low, noExecute ? Pte.NX_HI : 0, space);
  }

  /** Writes a PTE of the active address space, or another. */
  setPte(va: number, low: number, high: number, space?: number): void {
    const { core } = this;
    const pgd = space === undefined ? core.view.getUint32(MemoryMap.Cpu + Cpu.Cr3, true) : this.#spaces[space]!;
    const slot = core.pteSlot(pgd, va, true);
    core.view.setUint32(slot, low, true);
    core.view.setUint32(slot + 4, high, true);
    core.invlpg(pgd, va);
  }

  pte(va: number): { low: number; high: number } {
    const { core } = this;
    const slot = core.pteSlot(core.view.getUint32(MemoryMap.Cpu + Cpu.Cr3, true), va, true);
    return { low: core.view.getUint32(slot, true), high: core.view.getUint32(slot + 4, true) };
  }

  /** All pages as they were mapped at first, in the first address space; nothing accessed yet. */
  remap(): void {
    this.#repair = null;
    this.#spaces.forEach((_, space) => this.#mapAll(space));
    this.core.activate(this.#spaces[0]!);
  }

  activate(space: number): void {
    this.core.activate(this.#spaces[space]!);
  }

  /** Takes bits of a page's PTE away until the next fault there, or `repair`. */
  impair(va: number, bits: number): void {
    const { low, high } = this.pte(va);
    this.#repair = { va, low, high };
    this.setPte(va, low & ~bits, high);
  }

  repair(): void {
    if (!this.#repair) return;
    const { va, low, high } = this.#repair;
    this.#repair = null;
    this.setPte(va, low, high);
  }

  #pageFault(va: number, error: number): number {
    this.faultError = error;
    if (this.repairs && this.#repair && Math.floor(va / PageSize.Bytes) * PageSize.Bytes === this.#repair.va) {
      this.repair();
      return 0;
    }
    if (this.lazy && va >= Place.Lazy && va < Place.Lazy + PageSize.Bytes && !(this.pte(va).low & Pte.P)) {
      this.setPte(Place.Lazy, this.data[Image.Lazy]! | Pte.P | Pte.US | Pte.RW, Pte.NX_HI);
      return 0;
    }
    return 1;
  }

  /** Fills pages and registers. */
  load(image: Uint8Array, task: Uint8Array): void {
    const { u8 } = this.core;
    this.clock = 0;
    this.data.forEach((frame, i) => u8.set(image.subarray(i * PageSize.Bytes, (i + 1) * PageSize.Bytes), frame));
    this.#stack.forEach((frame, i) => u8.set(image.subarray(i * PageSize.Bytes, (i + 1) * PageSize.Bytes), frame));
    u8.fill(0, this.#control, this.#control + PageSize.Bytes);
    u8.set(task, MemoryMap.Cpu);
  }

  /** Writes bytes of the control page. */
  control(va: number, value: number): void {
    this.core.view.setUint32(this.#control + (va - Place.Control), value, true);
  }

  /** The block of the CPU state that belongs to a task, for a state in the words of the oracle. */
  taskOf(state: BigUint64Array): Uint8Array {
    const { core } = this;
    const bytes = new Uint8Array(state.buffer);
    const image = MemoryMap.KernelScratch;
    core.resetCpu();
    core.activate(this.#spaces[0]!);
    core.u8.set(bytes.subarray(0, Word.Rflags * 8), MemoryMap.Cpu + Cpu.Gpr);
    core.u8.fill(0, image, image + 512);
    core.u8.set(bytes.subarray(Word.X87 * 8), image);
    core.view.setUint32(image + 24, core.view.getUint32(image + 24, true) & 0xffff, true);
    if (!core.fxrstor(image)) throw new Error('fxrstor refuses the state');
    core.setEflags(Number(state[Word.Rflags]!) | 0x202);
    core.view.setBigUint64(MemoryMap.Cpu + Cpu.FsBase, 0x80n, true);
    core.view.setBigUint64(MemoryMap.Cpu + Cpu.GsBase, BigInt(Place.GsBase), true);
    return core.u8.slice(MemoryMap.Cpu, MemoryMap.Cpu + Cpu.TaskBytes);
  }

  /** The whole of the code pages. */
  setCode(code: Uint8Array): void {
    this.code.forEach((frame, i) => {
      const page = code.subarray(i * PageSize.Bytes, (i + 1) * PageSize.Bytes);
      if (Buffer.compare(page, this.pages[i]!) === 0) return;
      this.core.u8.set(page, frame);
      this.core.frameWritten(frame);
    });
  }

  run(budget: number): ExitReason {
    return this.core.run(budget);
  }

  get icount(): number {
    return this.core.view.getUint32(ICOUNT, true);
  }

  get rip(): number {
    return this.core.view.getUint32(RIP, true) + this.core.view.getUint32(RIP + 4, true) * 2 ** 32;
  }

  set rip(va: number) {
    this.core.view.setUint32(RIP, va, true);
    this.core.view.setUint32(RIP + 4, 0, true);
  }

  at(offset: Cpu): number {
    return this.core.view.getUint32(MemoryMap.Cpu + offset, true);
  }

  stat(stat: Stat): number {
    return this.core.view.getUint32(MemoryMap.Cpu + Cpu.Stats + 8 * stat, true);
  }

  /** Host address of the decoded code of a code page, 0 = none. */
  decoded(page: number): number {
    return this.core.view.getUint32(this.core.pageStruct(this.code[page]!) + PageStruct.Code, true);
  }

  /** Has the instruction at an address of the code been decoded? */
  isDecoded(va: number): boolean {
    const offset = va - Place.Code;
    const code = this.decoded(offset >> PageSize.Shift);
    return code !== 0 && this.core.view.getUint32(code + CODE_PAGE_INDEX + 4 * (offset & PageSize.Mask), true) !== 0;
  }

  /** Tells the translator that the program is often at these addresses, at most Profile.MaxHot, and why. */
  heat(addresses: readonly number[], why: HotReason): void {
    const { view } = this.core;
    view.setUint32(MemoryMap.Profile + Profile.HotCount, addresses.length, true);
    addresses.forEach((va, i) => {
      view.setUint32(MemoryMap.Profile + Profile.Hot + 8 * i, va, true);
      view.setUint32(MemoryMap.Profile + Profile.Hot + 8 * i + 4, (why << 30) >>> 0, true);
    });
  }
}
