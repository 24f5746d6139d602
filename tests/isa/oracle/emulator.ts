import { Cpu, ExitReason, MemoryMap, PageSize, Pte } from '@ring3/abi';
import { createCore, loadCoreModule, type Core } from '@ring3/core';
import type { Case } from './cases.js';
import { COME_BACK, Image, Place, State } from './state.js';

/** Runs a case on the core: two pages at native.c's addresses, one instruction. */
export class Emulator {
  readonly #core: Core = createCore(loadCoreModule(), { memoryLimit: 16 << 20 }, { pageFault: () => 1, rdtsc: () => 0n });
  readonly #code: number;
  readonly #data: number;
  /** A frame for the FXSAVE image. */
  readonly #image: number;

  constructor() {
    const core = this.#core;
    const pgd = core.createPageTable();
    core.resetCpu();
    core.activate(pgd);
    const map = (va: number): number => {
      const frame = core.allocFrame(0);
      const slot = core.pteSlot(pgd, va, true);
      core.view.setUint32(slot, frame | Pte.P | Pte.RW | Pte.US, true);
      core.view.setUint32(slot + 4, 0, true);
      return frame;
    };
    this.#code = map(Place.Code);
    this.#data = map(Place.Data);
    this.#image = core.allocFrame(0);
  }

  /** The state behind the instruction. */
  run({ bytes, state }: Case): Uint8Array {
    const core = this.#core;
    const window = this.#data + (Place.Window - Place.Data);
    const before = new DataView(state.buffer, state.byteOffset);
    for (const frame of [this.#code, this.#data]) core.u8.fill(0, frame, frame + PageSize.Bytes);
    core.u8.set([...bytes, ...COME_BACK], this.#code);
    core.u8.set(state.subarray(State.Window), window);
    for (const frame of [this.#code, this.#data]) core.frameWritten(frame);
    core.u8.set(state.subarray(State.Gpr, State.Rflags), MemoryMap.Cpu + Cpu.Gpr);
    core.setEflags(before.getUint32(State.Rflags, true));
    core.u8.set(state.subarray(State.Image, State.Window), this.#image);
    core.fxrstor(this.#image);
    core.view.setBigUint64(MemoryMap.Cpu + Cpu.Rip, BigInt(Place.Code), true);
    const reason = core.run(1);

    const out = new Uint8Array(State.Bytes);
    const after = new DataView(out.buffer);
    const { u8, view } = core;
    out.set(u8.subarray(MemoryMap.Cpu + Cpu.Gpr, MemoryMap.Cpu + Cpu.Gpr + State.Rflags), State.Gpr);
    after.setUint32(State.Rflags, core.getEflags(), true);
    const rip = view.getBigUint64(MemoryMap.Cpu + Cpu.Rip, true);
    after.setBigUint64(State.Rip, rip - BigInt(Place.Code), true);
    if (reason === ExitReason.Exception || reason === ExitReason.PageFault) {
      after.setUint32(State.Trap, view.getUint32(MemoryMap.Cpu + Cpu.ExitVector, true) + 1, true);
      after.setUint32(State.Error, view.getUint32(MemoryMap.Cpu + Cpu.ExitError, true), true);
      if (reason === ExitReason.PageFault) after.setBigUint64(State.Cr2, view.getBigUint64(MemoryMap.Cpu + Cpu.Cr2, true), true);
    } else if (reason !== ExitReason.Budget) throw new Error(`exit reason ${reason}`);
    core.fxsave(this.#image);
    out.set(u8.subarray(this.#image, this.#image + Image.Used), State.Image);
    out.set(u8.subarray(window, window + State.Bytes - State.Window), State.Window);
    return out;
  }
}
