import { Header, MemoryMap } from '@ring3/abi';
import type { Core } from '@ring3/core';
import { Installation } from './installation.js';
import { Linker } from './linker.js';
import { keyOf, type Region, type RegionFunction } from './live-region.js';
import type { InsnMark, JitObserver } from './observer.js';
import { Policy, type Wanted } from './policy.js';
import { translate } from './translate/region-translator.js';
import { encodeModule, type WasmFunction } from './wasm-encoder.js';

declare const performance: { now(): number };
declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: object) => { exports: Record<string, RegionFunction> };
};

/** What the core exports for translated code. */
export interface JitExports {
  /** The region table: slot 0 stays empty. */
  table: { readonly length: number; grow(by: number): number; get(slot: number): unknown; set(slot: number, value: unknown): void };
  stepUop(at: number): number;
  testCondition(code: number): number;
  goOn(rip: bigint, rsp: bigint, depth: number): bigint;
  resume(rip: bigint, depth: number): bigint;
  quotientOf(high: bigint, low: bigint, divisor: bigint): bigint;
  codeFlush(): void;
}

export interface JitStats {
  /** Modules made, regions in them, instructions in those, bytes of WebAssembly. */
  modules: number;
  regions: number;
  insns: number;
  bytes: number;
  /** Regions translated again: for other ways of the program, what failed, calls of what came later. */
  again: number;
  /** Times that all was thrown away for want of room. */
  evictions: number;
  /** Milliseconds spent translating; of those, in V8. */
  time: number;
  compiling: number;
}

/** What is installed. */
export interface LiveCode {
  modules: number;
  regions: number;
  /** Places of the guest's code where control goes over to it. */
  entries: number;
}

/** Instructions of a region that is made for its callers, at most; of all that are made at once. */
const LIMIT = { callee: 60, batch: 1500 };

/**
 * Translates what runs often. The core tells where the program is (Profile); regions are made from there, several to a module, and
 * installed as Enter micro-ops. A region counts instructions exactly and leaves before anything that it does not do itself; the
 * interpreter goes on there. So the guest cannot tell.
 */
export class Jit {
  readonly stats: JitStats = { modules: 0, regions: 0, insns: 0, bytes: 0, again: 0, evictions: 0, time: 0, compiling: 0 };
  observer: JitObserver | null = null;
  /** May regions check numbers for being near (translate/sse/near.ts)? Else all of them do as those where that fails often. */
  checksNear = true;
  private readonly installation: Installation;
  private readonly policy: Policy;
  private flushes = 0;

  /** @param flushCount how often the decoded code was thrown away as a whole */
  constructor(
    private readonly core: Core,
    private readonly wasm: JitExports,
    private readonly flushCount: () => number,
  ) {
    this.installation = new Installation(core, wasm.table);
    this.policy = new Policy(core, this.installation);
    this.flushes = flushCount();
    core.u32[(MemoryMap.Header + Header.Translating) >>> 2] = 1;
    core.onHot = () => this.poll();
  }

  /** Translates what has become hot, between two runs of the core; or because Profile.Hot is full. */
  poll(): void {
    this.noticeFlush();
    const { policy } = this;
    const hot = policy.profile.take();
    if (hot.length === 0) return;
    const began = performance.now();
    if (this.installation.isFull) this.evictAll();
    const wanted: Wanted = new Map();
    for (const address of hot) policy.want(address, wanted);
    if (wanted.size > 0) this.make(wanted);
    this.stats.time += performance.now() - began;
  }

  /** Throws all translated (and decoded) code away. */
  evictAll(): void {
    this.stats.evictions++;
    this.wasm.codeFlush();
    this.noticeFlush();
  }

  private noticeFlush(): void {
    const flushes = this.flushCount();
    if (flushes === this.flushes) return;
    this.flushes = flushes;
    this.installation.forget();
    this.policy.forget();
  }

  /** Translates the region at an address now, whatever its size, into the first slot. False: it cannot be. */
  translateAt(va: number): boolean {
    this.policy.profile.readBranches();
    this.policy.cares.forgetInsns();
    this.installation.forget();
    return this.make(new Map([[va, null]])) > 0;
  }

  /** Makes a module of the regions at these addresses, and of functions that they call; how many regions. */
  private make(wanted: Wanted): number {
    const { policy } = this;
    const made = new Map<number, Region>();
    let insns = 0;
    const queue = [...wanted.keys()];
    for (let i = 0; i < queue.length && insns < LIMIT.batch; i++) {
      const va = queue[i]!;
      if (made.has(va)) continue;
      const replaced = wanted.get(va) ?? null;
      const also = replaced?.also ?? new Set<number>();
      const source = policy.build(va, also, replaced);
      if (source && !wanted.has(va) && source.insns > LIMIT.callee) continue;
      if (!source) {
        policy.refuse(va);
        continue;
      }
      insns += source.insns;
      const { extended, mended, linked, copies } = replaced ?? { extended: 0, mended: 0, linked: 0, copies: true };
      made.set(va, {
        source,
        fn: null,
        module: 0,
        slots: new Map(),
        entries: new Map(),
        also,
        grouped: new Map(),
        onTop: new Set(),
        near: new Set(),
        far: { times: 0, since: policy.cares.retired() },
        copies,
        again: replaced ? replaced.again + 1 : 0,
        extended,
        asked: 0,
        mended,
        linked,
        unlinked: 0,
        replaced,
      });
      for (const { end } of source.body.values()) {
        if (end.kind !== 'call') continue;
        for (const offset of end.to) {
          const to = source.view.base + offset;
          if (!made.has(to) && policy.begins(to)) queue.push(to);
        }
      }
    }
    if (made.size > 0) this.translateAll(made);
    return made.size;
  }

  private translateAll(made: ReadonlyMap<number, Region>): void {
    const { core, installation, stats } = this;
    const linker = new Linker(core, this.wasm, made, installation);
    installation.writeConstants();
    const functions = [...made.values()].map((region) => this.translate(region, linker));
    const { bytes, marks } = encodeModule(functions, linker.imported);
    const began = performance.now();
    const exports = this.instantiate(bytes, linker.imports);
    if (!exports) return;
    stats.compiling += performance.now() - began;
    stats.modules++;
    stats.bytes += bytes.length;
    let i = 0;
    for (const region of made.values()) {
      const fn = exports[`f${i++}`]!;
      region.fn = fn;
      region.module = stats.modules;
      stats.regions++;
      stats.insns += region.source.insns;
      if (region.again > 0) stats.again++;
      installation.install(region, fn);
    }
    // What MemoryMap.Jumps has may be another region's now.
    core.u32[(MemoryMap.Header + Header.CodeEpoch) >>> 2]!++;
    this.observer?.translated({ bytes, marks: marks as readonly { at: number; tag: InsnMark }[], regions: [...made.values()] });
  }

  private translate(region: Region, linker: Linker): WasmFunction {
    const { installation, policy } = this;
    const { source } = region;
    const { view } = source;
    const { fn, entries, grouped, onTop, near } = translate(source, {
      callee: (offset) => linker.calleeOf(region, offset),
      table: (bytes) => installation.table(bytes),
      mayBeOnTop: policy.cares.mayBeOnTop(source),
      mayCross: (insn) => policy.cares.mayCross(view, insn),
      mayGroup: (insn) => policy.cares.mayGroup(view, insn),
      staysInPage: (insn) => policy.profile.staysInPage(insn.at),
      memoFor: (insn, bytes, write) => installation.memos.memoFor(keyOf(view, insn.offset), bytes, write),
      mustStep: (insn) => policy.cares.mustStep(view, insn),
      near: this.checksNear && policy.cares.isNear(source),
      u8: this.core.u8,
      marked: this.observer !== null,
    });
    Object.assign(region, { entries, grouped, onTop, near });
    return fn;
  }

  get live(): LiveCode {
    return this.installation.live;
  }

  /** Functions of regions that are there. */
  get functions(): readonly RegionFunction[] {
    return this.installation.functions;
  }

  /** null: the host has no room for more code; nothing is translated any more, and what is there goes on. @throws when it is no module. */
  private instantiate(bytes: Uint8Array, imports: object): Record<string, RegionFunction> | null {
    try {
      return new WebAssembly.Instance(new WebAssembly.Module(bytes), { e: imports }).exports;
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.core.u32[(MemoryMap.Header + Header.Translating) >>> 2] = 0;
      this.core.onHot = null;
      return null;
    }
  }
}
