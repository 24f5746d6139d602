import { Cpu, HotReason, MemoryMap } from '@ring3/abi';
import type { Block, Insn } from '../region.js';
import { type Code, Import, W } from '../wasm-encoder.js';
import { Byte, type Kind, Narrow, Op, Ordered, Word } from './kinds.js';
import { CcOp, DYNAMIC, L, MEMORY } from './locals.js';
import { RegionCode, type Registers, saveAll } from './region-code.js';

/** Bytes of code that most regions do not exceed. */
const CAPACITY = 16384;

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
export const flagStates = ['dynamic', 'plain', 'sub32', 'sub64', 'ordered', 'logic', 'memory'] as const;
export type FlagState = (typeof flagStates)[number];

function flagState(kind: Kind): FlagState {
  if (kind === MEMORY) return 'memory';
  if (kind === DYNAMIC) return 'dynamic';
  switch (kind & Op) {
    case CcOp.Logic:
      return 'logic';
    case CcOp.Sub:
      return kind & (Byte | Word) ? 'plain' : kind & Narrow ? 'sub32' : 'sub64';
    case Ordered:
      return 'ordered';
    case CcOp.Rotated:
      return 'dynamic';
    default:
      return 'plain';
  }
}

/** Where a region is left: at L.Site, where the interpreter executes the instruction, or at L.Rip. */
export type Exit = `${'site' | 'rip'} ${FlagState}`;

/** A way out of a block at instructions that fail, on which these registers are stored. */
interface Pad {
  state: FlagState;
  dirty: Registers;
}

/** A block on its way: labels around it at its beginning, its pads, the first the innermost label, and whether it ends with an i32. */
interface Body {
  outside: number;
  pads: Pad[];
  carries: boolean;
}

/** What all parts of the translator write with: registers, flags, ways out. */
export abstract class Emitter {
  protected readonly code = new RegionCode(CAPACITY);
  /** Innermost last: what a branch may go to. */
  protected readonly context: string[] = [];
  /** The operation that left the flags, where it is known here; DYNAMIC: it is in L.CcOp; MEMORY: all is in the CPU state. */
  protected kind: number = MEMORY;
  /** What nextKind says of the instruction at hand. */
  protected kindAfter: number = DYNAMIC;
  /** Offset of the page of the instruction at hand. */
  protected page = 0;

  protected abstract readonly blocks: ReadonlyMap<number, Block>;
  /** Is an instruction to be executed by the interpreter, though it has a translation? */
  protected abstract mustStep(insn: Insn): boolean;

  /** The body of the block at hand; null: it is over, or in a scope, whose ways out are around the loop. */
  private body: Body | null = null;

  /** A block's code begins, with these registers in their locals. */
  protected beginBlock(valid: Registers): void {
    const { code } = this;
    code.begin(valid);
    if (code.scope) return;
    const body: Body = { outside: this.context.length, pads: [], carries: false };
    this.body = body;
    // One more than the pads, for the way past them.
    code.hole((hole) => {
      const { pads, carries } = body;
      for (let i = 0; pads.length > 0 && i <= pads.length; i++) hole.byte(W.Block).byte(i === 0 && carries ? W.i32 : W.Void);
    });
  }

  /** Its code ends, with an i32 on the stack if it `carries` one: what follows only branches. The registers that are in their locals. */
  protected endBlock(carries: boolean): Registers {
    const { code, body } = this;
    if (!body) return code.scope!.used;
    code.save();
    this.body = null;
    const { pads } = body;
    body.carries = carries;
    if (pads.length > 0) {
      code.br(pads.length);
      pads.forEach(({ state, dirty }, i) => {
        code.byte(W.End);
        saveAll(code, dirty);
        code.br(this.depth(`site ${state}`) + pads.length - i);
      });
      code.byte(W.End);
    }
    return code.valid;
  }

  /** Depth of the way out for an instruction that fails, with the flags and registers as they are here. */
  private pad(state: FlagState): number {
    const { code, body } = this;
    if (!body) return this.depth(`scope ${state}`);
    const { pads, outside } = body;
    const { dirty } = code;
    let i = pads.findIndex((pad) => pad.state === state && pad.dirty === dirty);
    if (i < 0) i = pads.push({ state, dirty }) - 1;
    return this.context.length - outside + i;
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
      case 'ordered':
        return this.spillFlags(code, Ordered);
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

  /** The way out at an instruction that has had no effect yet (`site`), or for the interpreter to go on at L.Rip, with all stored. */
  protected out(name: 'site' | 'rip'): number {
    const state = flagState(this.kind);
    return name === 'site' ? this.pad(state) : this.depth(`rip ${state}`);
  }

  /** Names the instruction that the region may be left at; `before` instructions of its block have retired then. */
  protected site(offset: number, before: number, why: HotReason.Failed | HotReason.Far = HotReason.Failed): void {
    this.code.i64((BigInt(why - HotReason.Failed) << 48n) | (BigInt(before) << 32n) | BigInt(offset >>> 0)).set(L.Site);
  }

  /** Leaves at an instruction that has had no effect yet, if the i32 on the stack says so. */
  protected exit(insn: Insn, before: number, why: HotReason.Failed | HotReason.Far = HotReason.Failed): void {
    this.site(insn.offset, before, why);
    this.code.unlikely().brIf(this.out('site'));
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
    const { nested, dirty } = code;
    code.save();
    this.spillFlags(code, this.kind);
    code.i32(0);
    this.address(insn.page);
    code.mem(W.I64Store, MemoryMap.Cpu + Cpu.PageVa);
    code.i32(insn.at).call(Import.StepUop).set(L.Low);
    code.forget();
    this.site(insn.offset, before);
    code.get(L.Low).unlikely().brIf(this.pad('memory'));
    // On the other way through the construct they are.
    if (nested) code.dirty = dirty;
    if (this.kindAfter === MEMORY) this.kind = MEMORY;
    else this.loadFlags();
  }
}
