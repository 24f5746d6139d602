import { Cpu, MemoryMap, PageSize, PageStruct } from '@ring3/abi';
import type { Core, CoreImports, CoreOptions } from './core.js';

/** Exports of core.wasm (assembly/index.ts), as WebAssembly has them: booleans are 0 and 1. */
interface Exports {
  init(frames: number): void;
  run(budget: number): number;
  getEflags(): number;
  setEflags(value: number): void;
  resetCpu(): void;
  fxsave(host: number): void;
  fxrstor(host: number): number;
  allocFrame(flags: number): number;
  allocFrameRaw(flags: number): number;
  allocFrameFor(pgd: number, va: number, flags: number, zeroed: number): number;
  getFrame(frame: number): void;
  putFrame(frame: number): void;
  placeTable(id: number): number;
  pageStruct(frame: number): number;
  frameWritten(frame: number): void;
  createPageTable(): number;
  destroyPageTable(pgd: number): void;
  activate(pgd: number): void;
  pteSlot(pgd: number, va: number, alloc: number): number;
  invlpg(pgd: number, va: number): void;
  flushRange(pgd: number, start: number, end: number): void;
  flushAll(pgd: number): void;
  copyRange(dst: number, src: number, start: number, end: number, cow: number): number;
  mapFrames(slot: number, count: number, low: number, high: number): number;
  zapRange(pgd: number, start: number, end: number): void;
  zappedAnon(): number;
  zappedFile(): number;
  protectRange(pgd: number, start: number, end: number, setLo: number, clearLo: number, nx: number, keepCowReadonly: number): void;
  moveRange(pgd: number, from: number, to: number, length: number): number;
  translate(va: number, access: number): number;
  translateIn(pgd: number, va: number, access: number): number;
  codeFlush(): void;
  tlbFlushAll(): void;
}

const wasmPage = 0x1_0000;
const wasmPagesMax = 0x1_0000;

/** Frames that are there before memory grows for the first time. */
const FIRST_FRAMES = 512;

/** Memory of a machine with this many frames, at first and at most, in WebAssembly pages (assembly/mmu/frames.ts). */
function memoryPages(frames: number): { initial: number; maximum: number } {
  const slots = frames + MemoryMap.TableFrames;
  const memMap = Math.ceil((slots * PageStruct.Bytes) / PageSize.Bytes) * PageSize.Bytes;
  const base = MemoryMap.MemMap + memMap + MemoryMap.TlbContextBytes + MemoryMap.CodeFirstBytes;
  return {
    initial: Math.ceil((base + FIRST_FRAMES * PageSize.Bytes) / wasmPage),
    maximum: Math.ceil((base + slots * PageSize.Bytes) / wasmPage),
  };
}

/** Frames for a limit in bytes, as many as 4 GiB of WebAssembly memory leave room for. */
function frameCount(memoryLimit: number): number {
  const tables = MemoryMap.TableFrames * (PageSize.Bytes + PageStruct.Bytes) + MemoryMap.TlbContextBytes + MemoryMap.CodeFirstBytes;
  const room = wasmPagesMax * wasmPage - MemoryMap.MemMap - tables - 2 * wasmPage;
  const most = Math.floor(room / (PageSize.Bytes + PageStruct.Bytes));
  return Math.max(16, Math.min(most, Math.floor(memoryLimit / PageSize.Bytes)));
}

/**
 * One processor with its memory. A RangeError (from WebAssembly.Memory) means that the host has no address space for it.
 */
export function createCore(module: WebAssembly.Module, options: CoreOptions, imports: CoreImports): Core {
  const frames = frameCount(options.memoryLimit);
  const memory = new WebAssembly.Memory(memoryPages(frames));
  const instance = new WebAssembly.Instance(module, {
    env: { memory },
    host: {
      pageFault: imports.pageFault,
      translate: () => core.onHot?.(),
      regionExit: (slot: number, rip: number, retired: number, why: number) => core.onRegionExit?.(slot, rip, retired, why),
      memoryGrown: () => core.renew(),
      rdtsc() {
        const now = imports.rdtsc();
        const { u32 } = core;
        u32[(MemoryMap.Cpu + Cpu.Rax) >>> 2] = now;
        u32[(MemoryMap.Cpu + Cpu.Rax + 4) >>> 2] = 0;
        u32[(MemoryMap.Cpu + Cpu.Rdx) >>> 2] = Math.floor(now / 0x1_0000_0000);
        u32[(MemoryMap.Cpu + Cpu.Rdx + 4) >>> 2] = 0;
      },
    },
  });
  const wasm = instance.exports as unknown as Exports;
  const core = new LoadedCore(memory, wasm);
  wasm.init(frames);
  return core;
}

class LoadedCore implements Core {
  u8: Uint8Array;
  u16: Uint16Array;
  u32: Uint32Array;
  i32: Int32Array;
  view: DataView;

  readonly run: (budget: number) => number;
  readonly getEflags: () => number;
  readonly setEflags: (value: number) => void;
  readonly resetCpu: () => void;
  readonly fxsave: (host: number) => void;
  readonly getFrame: (frame: number) => void;
  readonly putFrame: (frame: number) => void;
  readonly frameWritten: (frame: number) => void;
  readonly destroyPageTable: (pgd: number) => void;
  readonly activate: (pgd: number) => void;
  readonly invlpg: (pgd: number, va: number) => void;
  readonly flushRange: (pgd: number, start: number, end: number) => void;
  readonly flushAll: (pgd: number) => void;
  readonly mapFrames: (slot: number, count: number, low: number, high: number) => number;
  readonly zapRange: (pgd: number, start: number, end: number) => void;
  readonly zappedAnon: () => number;
  readonly zappedFile: () => number;
  readonly codeFlush: () => void;
  readonly tlbFlushAll: () => void;

  constructor(
    readonly memory: WebAssembly.Memory,
    private readonly wasm: Exports,
  ) {
    const { buffer } = memory;
    this.u8 = new Uint8Array(buffer);
    this.u16 = new Uint16Array(buffer);
    this.u32 = new Uint32Array(buffer);
    this.i32 = new Int32Array(buffer);
    this.view = new DataView(buffer);
    this.run = wasm.run;
    this.getEflags = wasm.getEflags;
    this.setEflags = wasm.setEflags;
    this.resetCpu = wasm.resetCpu;
    this.fxsave = wasm.fxsave;
    this.getFrame = wasm.getFrame;
    this.putFrame = wasm.putFrame;
    this.frameWritten = wasm.frameWritten;
    this.destroyPageTable = wasm.destroyPageTable;
    this.activate = wasm.activate;
    this.invlpg = wasm.invlpg;
    this.flushRange = wasm.flushRange;
    this.flushAll = wasm.flushAll;
    this.mapFrames = wasm.mapFrames;
    this.zapRange = wasm.zapRange;
    this.zappedAnon = wasm.zappedAnon;
    this.zappedFile = wasm.zappedFile;
    this.codeFlush = wasm.codeFlush;
    this.tlbFlushAll = wasm.tlbFlushAll;
  }

  onHot: (() => void) | null = null;
  onRegionExit: ((slot: number, rip: number, retired: number, why: number) => void) | null = null;

  get jit(): object {
    return this.wasm;
  }

  /** Growth has detached the old buffer. */
  renew(): void {
    const { buffer } = this.memory;
    this.u8 = new Uint8Array(buffer);
    this.u16 = new Uint16Array(buffer);
    this.u32 = new Uint32Array(buffer);
    this.i32 = new Int32Array(buffer);
    this.view = new DataView(buffer);
  }

  // Host addresses come as i32: above 2 GiB they would be negative.
  allocFrame(flags: number): number {
    return this.wasm.allocFrame(flags) >>> 0;
  }
  allocFrameRaw(flags: number): number {
    return this.wasm.allocFrameRaw(flags) >>> 0;
  }
  allocFrameFor(pgd: number, va: number, flags: number, zeroed: boolean): number {
    return this.wasm.allocFrameFor(pgd, va, flags, Number(zeroed)) >>> 0;
  }
  placeTable(id: number): boolean {
    return this.wasm.placeTable(id) !== 0;
  }
  pageStruct(frame: number): number {
    return this.wasm.pageStruct(frame) >>> 0;
  }
  createPageTable(): number {
    return this.wasm.createPageTable() >>> 0;
  }
  pteSlot(pgd: number, va: number, alloc: boolean): number {
    return this.wasm.pteSlot(pgd, va, alloc ? 1 : 0) >>> 0;
  }
  translate(va: number, access: number): number {
    return this.wasm.translate(va, access) >>> 0;
  }
  translateIn(pgd: number, va: number, access: number): number {
    return this.wasm.translateIn(pgd, va, access) >>> 0;
  }
  fxrstor(host: number): boolean {
    return this.wasm.fxrstor(host) !== 0;
  }
  copyRange(dst: number, src: number, start: number, end: number, cow: boolean): boolean {
    return this.wasm.copyRange(dst, src, start, end, cow ? 1 : 0) !== 0;
  }
  protectRange(pgd: number, start: number, end: number, setLo: number, clearLo: number, nx: boolean, keepCowReadonly: boolean): void {
    this.wasm.protectRange(pgd, start, end, setLo, clearLo, nx ? 1 : 0, keepCowReadonly ? 1 : 0);
  }
  moveRange(pgd: number, from: number, to: number, length: number): boolean {
    return this.wasm.moveRange(pgd, from, to, length) !== 0;
  }
}
