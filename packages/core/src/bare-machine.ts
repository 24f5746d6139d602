import { Cpu, ExitReason, MemoryMap, PageFlag, PageSize, PageStruct, Pte } from '@ring3/abi';
import type { Core } from './core.js';
import { createCore } from './loader.js';
import { loadCoreModule } from './node.js';

/** Register numbers as the instruction set counts them. */
export const registers = [
  'rax',
  'rcx',
  'rdx',
  'rbx',
  'rsp',
  'rbp',
  'rsi',
  'rdi',
  'r8',
  'r9',
  'r10',
  'r11',
  'r12',
  'r13',
  'r14',
  'r15',
] as const;
export type Register = (typeof registers)[number];

/** A core with pages and registers set by hand, without a kernel: for tests and measurements. */
export class BareMachine {
  readonly core: Core;
  readonly pgd: number;
  /** Page faults that reached the host; resolve one by returning true. */
  readonly faults: { va: number; error: number }[] = [];
  onFault: (va: number, error: number) => boolean = () => false;

  constructor(memoryLimit = 64 << 20) {
    this.core = createCore(
      loadCoreModule(),
      { memoryLimit },
      {
        pageFault: (va, error) => {
          this.faults.push({ va, error });
          return this.onFault(va, error) ? 0 : 1;
        },
        rdtsc: () => Number(this.core.view.getBigUint64(MemoryMap.Cpu + Cpu.Icount, true)),
      },
    );
    this.pgd = this.core.createPageTable();
    this.core.activate(this.pgd);
  }

  /** Maps fresh pages over [va, va + length); bits: Pte.RW, and NX unless `execute`. */
  map(va: number, length: number, { write = true, execute = false, pgd = this.pgd } = {}): void {
    for (let page = va; page < va + length; page += PageSize.Bytes) {
      const frame = this.core.allocFrame(PageFlag.Anon);
      const slot = this.core.pteSlot(pgd, page, true);
      this.core.view.setUint32(this.core.pageStruct(frame) + PageStruct.MapCount, 1, true);
      this.core.view.setUint32(slot, frame | Pte.P | Pte.US | (write ? Pte.RW : 0), true);
      this.core.view.setUint32(slot + 4, execute ? 0 : Pte.NX_HI, true);
      this.core.invlpg(pgd, page);
    }
  }

  /** Copies bytes into mapped pages, whatever their permissions. */
  write(va: number, bytes: ArrayLike<number>): void {
    for (let i = 0; i < bytes.length; i++) this.core.u8[this.host(va + i)] = bytes[i] ?? 0;
    for (let page = va - (va % PageSize.Bytes); page < va + bytes.length; page += PageSize.Bytes) {
      this.core.frameWritten(this.host(page) & ~PageSize.Mask);
    }
  }

  read(va: number, length: number): number[] {
    return Array.from({ length }, (_, i) => this.core.u8[this.host(va + i)] ?? 0);
  }

  /** Host address of a mapped byte. */
  host(va: number): number {
    const slot = this.core.pteSlot(this.pgd, va, false);
    return ((this.core.view.getUint32(slot, true) & Pte.FRAME_MASK) >>> 0) + (va % PageSize.Bytes);
  }

  get(register: Register): bigint {
    return this.core.view.getBigUint64(MemoryMap.Cpu + registers.indexOf(register) * 8, true);
  }

  set(register: Register, value: bigint | number): void {
    this.core.view.setBigUint64(MemoryMap.Cpu + registers.indexOf(register) * 8, BigInt.asUintN(64, BigInt(value)), true);
  }

  get rip(): number {
    return Number(this.core.view.getBigUint64(MemoryMap.Cpu + Cpu.Rip, true));
  }

  set rip(value: number) {
    this.core.view.setBigUint64(MemoryMap.Cpu + Cpu.Rip, BigInt(value), true);
  }

  get icount(): number {
    return Number(this.core.view.getBigUint64(MemoryMap.Cpu + Cpu.Icount, true));
  }

  /** Vector, error code and faulting address of the last exception. */
  get exception(): { vector: number; error: number; cr2: bigint } {
    const { view } = this.core;
    return {
      vector: view.getUint32(MemoryMap.Cpu + Cpu.ExitVector, true),
      error: view.getUint32(MemoryMap.Cpu + Cpu.ExitError, true),
      cr2: view.getBigUint64(MemoryMap.Cpu + Cpu.Cr2, true),
    };
  }

  /** Puts code at an address (mapping it), and rip there. */
  load(code: ArrayLike<number>, at = 0x40_0000): void {
    this.map(at, code.length + PageSize.Bytes, { execute: true });
    this.write(at, code);
    this.rip = at;
  }

  run(budget = 1_000_000): ExitReason {
    return this.core.run(budget);
  }
}
