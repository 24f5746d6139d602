declare const performance: { now(): number };
import { Header, MemoryMap } from '@ring3/abi';
import type { Core } from '@ring3/core';
import { buildBlocks, decodedAt, isBranch, isCond, readInsn } from './region.js';
import { hotOpNames } from './hot-ops.generated.js';
import { isTranslatable, translate, type Region } from './translate.js';
import { encodeModule } from './wasm-encoder.js';

declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: object) => { exports: Record<string, () => void> };
};

/** What the core exports for translated code. */
export interface CoreForJit {
  table: { grow(by: number): number; set(index: number, value: unknown): void; length: number };
  stepUop(at: number): number;
  testCondition(code: number): number;
}

const ENTER = hotOpNames.indexOf('Enter');
const LEAST_INSNS = 6;

export class Jit {
  readonly stats = { pages: 0, regions: 0, insns: 0, bytes: 0, ms: 0, flushes: 0 };
  private nextSlot = 1;
  private flushes = 0;
  private readonly done = new Map<number, { generation: number; entries: Set<number> }>();

  constructor(
    private readonly core: Core,
    private readonly wasm: CoreForJit,
    private readonly flushCount: () => number,
  ) {
    core.u32[(MemoryMap.Header + Header.Translating) >>> 2] = 1;
  }

  /** Translates what has become hot. */
  poll(): void {
    const { core } = this;
    const count = core.u32[(MemoryMap.Header + Header.HotPageCount) >>> 2]!;
    const flushes = this.flushCount();
    if (flushes !== this.flushes) {
      this.flushes = flushes;
      this.done.clear();
      this.nextSlot = 1;
      this.stats.flushes++;
    }
    if (count === 0) return;
    const began = performance.now();
    const pages: number[] = [];
    for (let i = 0; i < count; i++) pages.push(core.u32[(MemoryMap.Header + Header.HotPages + 4 * i) >>> 2]!);
    core.u32[(MemoryMap.Header + Header.HotPageCount) >>> 2] = 0;
    for (const page of new Set(pages)) this.page(page);
    this.stats.ms += performance.now() - began;
  }

  /** Translates the region at an offset of a code page now, whatever its size. False: it cannot be. */
  translateAt(code: number, entry: number): boolean {
    const at = decodedAt(this.core, code, entry);
    if (at === 0 || this.core.u16[at >>> 1] === ENTER) return false;
    const blocks = buildBlocks(this.core, code, entry, isTranslatable);
    if (!blocks.has(entry)) return false;
    this.nextSlot = 1;
    this.install([{ region: translate(blocks, entry), at }]);
    return true;
  }

  private page(code: number): void {
    const { core } = this;
    const generation = core.u32[(code + 8) >>> 2]!;
    let known = this.done.get(code);
    if (!known || known.generation !== generation) this.done.set(code, (known = { generation, entries: new Set() }));
    const entries = this.entries(code);
    const regions: { region: Region; at: number }[] = [];
    for (const entry of entries) {
      if (known.entries.has(entry)) continue;
      const at = decodedAt(core, code, entry);
      if (at === 0 || core.u16[at >>> 1] === ENTER) continue;
      const blocks = buildBlocks(core, code, entry, isTranslatable);
      if (!blocks.has(entry)) continue;
      const region = translate(blocks, entry);
      if (region.insns < LEAST_INSNS) continue;
      known.entries.add(entry);
      regions.push({ region, at });
    }
    if (regions.length === 0) return;
    this.install(regions);
    this.stats.pages++;
  }

  private install(regions: readonly { region: Region; at: number }[]): void {
    const { core } = this;
    const bytes = encodeModule(regions.map(({ region }) => region.fn));
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), {
      e: { m: core.memory, s: this.wasm.stepUop, c: this.wasm.testCondition },
    });
    regions.forEach(({ at, region }, i) => {
      const slot = this.nextSlot++;
      if (slot >= this.wasm.table.length) this.wasm.table.grow(256);
      if (16 * slot >= MemoryMap.RegionSlotsEnd - MemoryMap.RegionSlots) return;
      this.wasm.table.set(slot, exports[`f${i}`]);
      core.u8.copyWithin(MemoryMap.RegionSlots + 16 * slot, at, at + 16);
      core.u16[at >>> 1] = ENTER;
      core.u32[(at + 8) >>> 2] = slot;
      this.stats.regions++;
      this.stats.insns += region.insns;
    });
    this.stats.bytes += bytes.length;
  }

  /** Where regions may begin: targets of backward branches, and where control comes from outside the page. */
  private entries(code: number): number[] {
    const { core } = this;
    const entries = new Set<number>();
    const starts = new Set<number>();
    for (let offset = 0; offset < 4096; offset++) {
      const at = decodedAt(core, code, offset);
      if (at === 0) continue;
      const op = core.u16[at >>> 1]!;
      if (op <= 3) continue;
      const insn = readInsn(core, at);
      if (insn.offset !== offset) continue;
      if ((isCond(insn) || insn.name === 'jmp_J') && insn.imm <= offset && insn.imm >= 0) entries.add(insn.imm);
      if (insn.name === 'call_J' && insn.imm >= 0 && insn.imm < 4096) starts.add(insn.imm);
      if (isBranch(insn) && /^call|^jmp_[RMX]/.test(insn.name)) starts.add(offset + insn.length);
    }
    return [...entries, ...starts].filter((offset) => offset < 4096);
  }
}
