import { Cpu, type ExitReason, MemoryMap, Pte } from '@ring3/abi';
import { createCore, loadCoreModule, type Core } from '@ring3/core';

/** The instruction lies here. */
export const CODE = 0x1_0000;
/** Two pages of data lie here, in frames that need not be neighbours. */
export const DATA = 0x2_0000;
const PAGE = 0x1000;
const IMAGE = 512;

/** A core with one page of code and two of data, which runs one instruction at a time. */
export class Machine {
  readonly core: Core;
  readonly #code: number;
  readonly #data: readonly [number, number];
  readonly #image: number;

  constructor() {
    this.core = createCore(loadCoreModule(), { memoryLimit: 1 << 20 }, { pageFault: () => 1, rdtsc: () => 0 });
    this.core.resetCpu();
    const pgd = this.core.createPageTable();
    this.#code = this.#map(pgd, CODE);
    this.#data = [this.#map(pgd, DATA), this.#map(pgd, DATA + PAGE)];
    this.#image = this.core.allocFrame(0);
    this.core.activate(pgd);
  }

  #map(pgd: number, va: number): number {
    const frame = this.core.allocFrame(0);
    const slot = this.core.pteSlot(pgd, va, true);
    this.core.view.setUint32(slot, frame | Pte.P | Pte.RW | Pte.US, true);
    this.core.view.setUint32(slot + 4, 0, true);
    return frame;
  }

  /** The instruction that `step` runs. */
  load(bytes: readonly number[]): void {
    this.core.u8.set(bytes, this.#code);
    this.core.codeFlush();
  }

  step(): ExitReason {
    this.setRegister(Cpu.Rip, BigInt(CODE));
    return this.core.run(1);
  }

  /** Vector of the exception that `step` returned with. */
  get vector(): number {
    return this.core.view.getUint32(MemoryMap.Cpu + Cpu.ExitVector, true);
  }

  register(offset: Cpu): bigint {
    return this.core.view.getBigUint64(MemoryMap.Cpu + offset, true);
  }

  setRegister(offset: Cpu, value: bigint): void {
    this.core.view.setBigUint64(MemoryMap.Cpu + offset, value, true);
  }

  /** x87 and SSE state from the beginning of an FXSAVE64 image; what it lacks is zero. */
  restore(image: Uint8Array): boolean {
    this.core.u8.fill(0, this.#image, this.#image + IMAGE);
    this.core.u8.set(image, this.#image);
    return this.core.fxrstor(this.#image);
  }

  /** The FXSAVE64 image of the state. */
  save(): Uint8Array {
    this.core.u8.fill(0, this.#image, this.#image + IMAGE);
    this.core.fxsave(this.#image);
    return this.core.u8.slice(this.#image, this.#image + IMAGE);
  }

  write(va: number, bytes: Uint8Array): void {
    bytes.forEach((byte, i) => (this.core.u8[this.#host(va + i)] = byte));
  }

  read(va: number, length: number): Uint8Array {
    return Uint8Array.from({ length }, (_, i) => this.core.u8[this.#host(va + i)]!);
  }

  #host(va: number): number {
    const offset = va - DATA;
    return (offset < PAGE ? this.#data[0] : this.#data[1]) + (offset % PAGE);
  }
}
