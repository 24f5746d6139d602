import { Cpu, MemoryMap } from '@ring3/abi';
import { Code, Simd, W } from '../wasm-encoder.js';
import { L } from './locals.js';

/** A set of guest registers: bits 0–15 the general ones, 16–31 xmm. */
export type Registers = number;

/** The bit of a local that holds a guest register; 0: it holds none. */
function bitOf(local: number): Registers {
  if (local < 16) return 1 << local;
  return local >= L.Xmm && local < L.Xmm + 16 ? 1 << (local - L.Xmm + 16) : 0;
}

function eachOf(registers: Registers, visit: (local: number) => void): void {
  for (let i = 0; i < 32; i++) if (registers & (1 << i)) visit(i < 16 ? i : L.Xmm + i - 16);
}

const offsetOf = (local: number): number => (local < 16 ? MemoryMap.Cpu + 8 * local : MemoryMap.Cpu + Cpu.Xmm + 16 * (local - L.Xmm));

/** Loads these from the CPU state to their locals. */
export function loadAll(code: Code, registers: Registers): void {
  eachOf(registers, (local) => {
    code.i32(0);
    if (local < 16) code.mem(W.I64Load, offsetOf(local));
    else code.simdMem(Simd.Load, offsetOf(local));
    code.plainSet(local);
  });
}

/** Stores these from their locals to the CPU state. */
export function saveAll(code: Code, registers: Registers): void {
  eachOf(registers, (local) => {
    code.i32(0).plainGet(local);
    if (local < 16) code.mem(W.I64Store, offsetOf(local));
    else code.simdMem(Simd.Store, offsetOf(local));
  });
}

/** A loop in which registers stay in their locals from one turn to the next. Loaded before it, all of them; stored behind it, those set. */
export interface Scope {
  used: Registers;
  set: Registers;
  /** Is the TLB looked at in it? */
  looksUp: boolean;
}

/**
 * Code that keeps guest registers in locals where that pays. They live in the CPU state; a local holds one from its first use on, to the
 * end of the block, and of blocks that only follow that one; what a block has set is stored at its end. A Scope makes exceptions.
 * So little is live at a time, which is what V8's register allocator needs to be quick, and calls save and restore no more than is used.
 */
export class RegionCode extends Code {
  /** How often each local has been set, or may have changed. */
  readonly versions = new Uint32Array(64);
  /** Registers whose locals hold them here; those of them whose place in the CPU state does not. */
  valid: Registers = 0;
  dirty: Registers = 0;
  scope: Scope | null = null;
  /** `valid` at the beginning of each construct around this place, innermost last; those from `#base` on are within the block. */
  readonly #around: Registers[] = [];
  #base = 0;

  /** A block begins with these held. */
  begin(valid: Registers): void {
    this.valid = valid;
    this.dirty = 0;
    this.#base = this.#around.length;
  }

  /** Is this within a construct of the block? */
  get nested(): boolean {
    return this.#around.length > this.#base;
  }

  override op(first: number, second = -1, third = -1, fourth = -1, fifth = -1): this {
    super.op(first, second, third, fourth, fifth);
    this.#follow(first, second, third, fourth, fifth);
    return this;
  }

  #follow(opcode: number, second = -1, third = -1, fourth = -1, fifth = -1): void {
    if (opcode >= W.Prefix) return;
    switch (opcode) {
      case W.Block:
      case W.Loop:
      case W.If:
        this.#around.push(this.valid);
        // Its type is no opcode.
        if (third >= 0) this.#follow(third, fourth, fifth);
        return;
      case W.Else:
        this.valid = this.#around.at(-1)!;
        break;
      case W.End:
        this.valid = this.#around.pop()!;
        break;
    }
    if (second >= 0) this.#follow(second, third, fourth, fifth);
  }

  override get(local: number): this {
    const bit = bitOf(local);
    if (bit === 0) return super.get(local);
    if (this.scope) this.scope.used |= bit;
    else if (!(this.valid & bit)) {
      this.valid |= bit;
      this.i32(0);
      if (local < 16) this.mem(W.I64Load, offsetOf(local));
      else this.simdMem(Simd.Load, offsetOf(local));
      return super.tee(local);
    }
    return super.get(local);
  }

  override set(local: number): this {
    super.set(local);
    this.#assigned(local);
    return this;
  }

  override tee(local: number): this {
    super.tee(local);
    this.#assigned(local);
    return this;
  }

  #assigned(local: number): void {
    this.versions[local]!++;
    const bit = bitOf(local);
    if (bit === 0) return;
    if (this.scope) {
      this.scope.used |= bit;
      this.scope.set |= bit;
      return;
    }
    this.valid |= bit;
    // Set on one way only, with a local that does not hold it on the other: the CPU state has it on both.
    if (this.nested && !(this.#around[this.#base]! & bit)) saveAll(this, bit);
    else this.dirty |= bit;
  }

  /** Brings the CPU state up to date. */
  save(): void {
    const { scope } = this;
    if (scope) this.hole((code) => saveAll(code, scope.set));
    else saveAll(this, this.dirty);
    this.dirty = 0;
  }

  /** The CPU state may have changed: what the locals held is nothing any more, but where others rely on it. */
  forget(): void {
    const { scope } = this;
    for (let r = 0; r < 16; r++) {
      this.versions[r]!++;
      this.versions[L.Xmm + r]!++;
    }
    if (scope) this.hole((code) => loadAll(code, scope.used));
    else if (this.nested) {
      // Behind the construct they are taken to hold what they held before it.
      this.valid = this.#around.at(-1)!;
      loadAll(this, this.valid);
    } else this.valid = 0;
  }
}
