import { Cpu, MemoryMap } from '@ring3/abi';
import type { Block, Insn } from '../region.js';
import { Code, Import, Simd, W } from '../wasm-encoder.js';
import { Byte, type Kind, Narrow, Op, Word } from './kinds.js';
import { CcOp, DYNAMIC, L, MEMORY } from './locals.js';

/** The locals of the lazy flags: is it an i64, and its place in the CPU state. */
const flagLocals: readonly (readonly [local: number, wide: boolean, offset: number])[] = [
  [L.CcR, true, Cpu.CcResult],
  [L.CcA, true, Cpu.CcA],
  [L.CcB, true, Cpu.CcB],
  [L.CcOp, false, Cpu.CcOp],
  [L.CcBase, false, Cpu.CcBase],
  [L.CcRot, false, Cpu.CcRotated],
];

/**
 * What of the flags' locals has to be stored where a region is left. What is not is not live on the way there: values that only ways
 * out need cost registers in every loop.
 */
export const flagStates = ['dynamic', 'plain', 'sub32', 'sub64', 'logic', 'memory'] as const;
export type FlagState = (typeof flagStates)[number];

function flagState(kind: Kind): FlagState {
  if (kind === MEMORY) return 'memory';
  if (kind === DYNAMIC) return 'dynamic';
  switch (kind & Op) {
    case CcOp.Logic:
      return 'logic';
    case CcOp.Sub:
      return kind & (Byte | Word) ? 'plain' : kind & Narrow ? 'sub32' : 'sub64';
    case CcOp.Rotated:
      return 'dynamic';
    default:
      return 'plain';
  }
}

/** Where a region is left: at L.Site, where the interpreter executes the instruction, or at L.Rip. */
export type Exit = `${'site' | 'rip'} ${FlagState}`;

/** What is known of a block once it is written: registers that it sets before and after it has stored all. */
interface Written {
  stored: boolean;
  recent: Uint8Array;
}

/** What all parts of the translator write with: registers, flags, ways out. */
export abstract class Emitter {
  protected readonly code = new Code();
  /** Innermost last: what a branch may go to. */
  protected readonly context: string[] = [];
  /** The operation that left the flags, where it is known here; DYNAMIC: it is in L.CcOp; MEMORY: all is in the CPU state. */
  protected kind: number = MEMORY;
  /** What nextKind says of the instruction at hand. */
  protected kindAfter: number = DYNAMIC;
  /** Offset of the page of the instruction at hand. */
  protected page = 0;

  /** Have all registers been stored since the block at hand began? */
  private stored = false;
  private start = 0;
  private readonly written = new Map<number, Written>();

  protected abstract readonly blocks: ReadonlyMap<number, Block>;
  /** Is an instruction to be executed by the interpreter, though it has a translation? */
  protected abstract mustStep(insn: Insn): boolean;
  protected abstract predecessorsOf(start: number): readonly number[];

  /** A block's code begins. */
  protected beginBlock(start: number): void {
    this.start = start;
    this.stored = false;
    this.code.recent.fill(0);
  }

  /** Its registers are set; what follows only branches. */
  protected endBlock(): void {
    this.written.set(this.start, { stored: this.stored, recent: this.code.recent.slice() });
  }

  /** What follows is on a way out of a block that has ended. */
  protected resume(start: number): void {
    const { stored, recent } = this.written.get(start)!;
    this.start = start;
    this.stored = stored;
    this.code.recent.set(recent);
  }

  /** Registers that may differ from the CPU state at the start of each block. */
  private dirty: Map<number, Uint8Array> | null = null;

  private dirtyAtStart(start: number): Uint8Array {
    if (!this.dirty) {
      const dirty = new Map<number, Uint8Array>();
      for (const block of this.written.keys()) dirty.set(block, new Uint8Array(64));
      for (let changed = true; changed;) {
        changed = false;
        for (const block of this.written.keys()) {
          const into = dirty.get(block)!;
          for (const p of this.predecessorsOf(block)) {
            const from = this.written.get(p);
            const before = dirty.get(p);
            if (!from || !before) continue;
            for (let r = 0; r < 64; r++) {
              if (into[r] || !(from.recent[r] || (!from.stored && before[r]))) continue;
              into[r] = 1;
              changed = true;
            }
          }
        }
      }
      this.dirty = dirty;
    }
    return this.dirty.get(start)!;
  }

  /** Stores the registers that may differ from the CPU state; what the locals hold stays true. */
  protected storeRegisters(): void {
    const { start, stored } = this;
    const recent = this.code.recent.slice();
    this.code.hole((code) => {
      const before = stored ? null : this.dirtyAtStart(start);
      this.storeThose(code, (local) => recent[local] !== 0 || (before !== null && before[local] !== 0));
    });
    this.stored = true;
    this.code.recent.fill(0);
  }

  private storeThose(code: Code, has: (local: number) => boolean): void {
    for (let r = 0; r < 16; r++)
      if (has(r))
        code
          .i32(0)
          .get(r)
          .mem(W.I64Store, MemoryMap.Cpu + 8 * r);
    for (let x = 0; x < 16; x++)
      if (has(L.Xmm + x))
        code
          .i32(0)
          .get(L.Xmm + x)
          .simdMem(Simd.Store, MemoryMap.Cpu + Cpu.Xmm + 16 * x);
  }

  /** Loads all registers that the region uses from the CPU state. */
  protected loadRegisters(): void {
    this.code.hole((code) => this.loadUsed(code));
    for (let r = 0; r < 16; r++) this.code.versions[r]!++;
  }

  /** The same, for code that is written when all else is. */
  protected loadUsed(code: Code): void {
    const { touched } = this.code;
    for (let r = 0; r < 16; r++)
      if (touched[r])
        code
          .i32(0)
          .mem(W.I64Load, MemoryMap.Cpu + 8 * r)
          .set(r);
    for (let x = 0; x < 16; x++)
      if (touched[L.Xmm + x])
        code
          .i32(0)
          .simdMem(Simd.Load, MemoryMap.Cpu + Cpu.Xmm + 16 * x)
          .set(L.Xmm + x);
  }

  /** Stores all registers that the region sets. */
  protected storeAssigned(code: Code): void {
    const { assigned } = this.code;
    this.storeThose(code, (local) => assigned[local] !== 0);
  }

  /** The flags to the CPU state, as operation `kind` left them. */
  protected spillFlags(code: Code, kind: number = DYNAMIC): void {
    if (kind === MEMORY) return;
    const op = kind === DYNAMIC ? CcOp.Rotated : kind & Op;
    for (const [local, wide, offset] of flagLocals) {
      if (op !== CcOp.Rotated && (local === L.CcBase || local === L.CcRot)) continue;
      if (op === CcOp.Logic && local !== L.CcR && local !== L.CcOp) continue;
      code.i32(0).get(local);
      code.mem(wide ? W.I64Store : W.I32Store, MemoryMap.Cpu + offset);
    }
  }

  /** The same where only their state is known. */
  protected spillFlagState(code: Code, state: FlagState): void {
    const store = (offset: number, wide: boolean, value: () => void): void => {
      code.i32(0);
      value();
      code.mem(wide ? W.I64Store : W.I32Store, MemoryMap.Cpu + offset);
    };
    switch (state) {
      case 'memory':
        return;
      case 'dynamic':
        return this.spillFlags(code);
      case 'plain':
        return this.spillFlags(code, CcOp.Add);
      case 'logic':
        store(Cpu.CcOp, false, () => void code.i32(CcOp.Logic));
        return store(Cpu.CcResult, true, () => void code.get(L.CcR));
      default:
        store(Cpu.CcOp, false, () => void code.i32(CcOp.Sub));
        store(Cpu.CcA, true, () => void code.get(L.CcA));
        store(Cpu.CcB, true, () => void code.get(L.CcB));
        store(Cpu.CcResult, true, () => {
          code.get(L.CcA).get(L.CcB).op(W.I64Sub);
          if (state === 'sub32') code.op(W.I64Extend32S);
        });
    }
  }

  protected loadFlags(): void {
    for (const [local, wide, offset] of flagLocals)
      this.code
        .i32(0)
        .mem(wide ? W.I64Load : W.I32Load, MemoryMap.Cpu + offset)
        .set(local);
  }

  protected depth(label: string): number {
    return this.context.length - 1 - this.context.lastIndexOf(label);
  }

  /** The way out of that name, for the flags as they are here. */
  protected out(name: 'site' | 'rip'): number {
    const exit: Exit = `${name} ${flagState(this.kind)}`;
    return this.depth(exit);
  }

  /** Names the instruction that the region may be left at; `before` instructions of its block have retired then. */
  protected site(offset: number, before: number): void {
    this.code.i64((BigInt(before) << 32n) | BigInt(offset >>> 0)).set(L.Site);
  }

  /** Leaves at an instruction that has had no effect yet, if the i32 on the stack says so. */
  protected exit(insn: Insn, before: number): void {
    this.site(insn.offset, before);
    this.code.brIf(this.out('site'));
  }

  protected regFile(offset: number): void {
    const { code } = this;
    if (offset < 0x80) code.get(offset >> 3);
    else if (offset === Cpu.Zero) code.i64(0);
    else if (offset === Cpu.PageVa) this.address(this.page);
    else code.i32(0).mem(W.I64Load, MemoryMap.Cpu + offset);
  }

  /** The address of an offset in the region. */
  protected address(offset: number): void {
    this.code.get(L.PageVa);
    if (offset !== 0) this.code.i64(offset).op(W.I64Add);
  }

  /** A register sign-extended from `size` bits. */
  protected regSigned(offset: number, size: number): void {
    const { code } = this;
    this.byteOrRegister(offset, size);
    if (size === 8) code.op(W.I64Extend8S);
    else if (size === 16) code.op(W.I64Extend16S);
    else if (size === 32) code.op(W.I64Extend32S);
  }

  protected byteOrRegister(offset: number, size: number): void {
    this.code.get(offset >> 3);
    if (size === 8 && offset & 7) this.code.i64(8).op(W.I64ShrU);
  }

  protected regUnsigned(offset: number, size: number): void {
    this.byteOrRegister(offset, size);
    if (size === 8) this.code.i64(0xff).op(W.I64And);
    else if (size === 16) this.code.i64(0xffff).op(W.I64And);
    else if (size === 32) this.code.i64(0xffff_ffff).op(W.I64And);
  }

  /** Stores the i64 on the stack to a register of `size` bits. */
  protected setReg(offset: number, size: number): void {
    const { code } = this;
    const r = offset >> 3;
    if (size === 64) code.set(r);
    else if (size === 32) code.i64(0xffff_ffff).op(W.I64And).set(r);
    else {
      const mask = size === 8 ? 0xffn : 0xffffn;
      const shift = size === 8 && offset & 7 ? 8n : 0n;
      code.i64(mask).op(W.I64And);
      if (shift) code.i64(shift).op(W.I64Shl);
      code
        .get(r)
        .i64(~(mask << shift))
        .op(W.I64And, W.I64Or)
        .set(r);
    }
  }

  protected signExtend(size: number): void {
    if (size === 8) this.code.op(W.I64Extend8S);
    else if (size === 16) this.code.op(W.I64Extend16S);
    else if (size === 32) this.code.op(W.I64Extend32S);
  }

  protected setKind(kind: number): void {
    this.code.i32(kind).set(L.CcOp);
  }

  /** The interpreter executes it. */
  protected step(insn: Insn, before: number): void {
    const { code } = this;
    this.storeRegisters();
    this.spillFlags(code, this.kind);
    code.i32(0);
    this.address(insn.page);
    code.mem(W.I64Store, MemoryMap.Cpu + Cpu.PageVa);
    code.i32(insn.at).call(Import.StepUop).set(L.Low);
    this.loadRegisters();
    this.site(insn.offset, before);
    code.get(L.Low).brIf(this.depth('site memory'));
    if (this.kindAfter === MEMORY) this.kind = MEMORY;
    else this.loadFlags();
  }

  /** The same on one of two ways that an instruction takes. */
  protected stepWithin(insn: Insn, before: number): void {
    const { stored } = this;
    const recent = this.code.recent.slice();
    this.step(insn, before);
    this.stored = stored;
    this.code.recent.set(recent);
  }
}
