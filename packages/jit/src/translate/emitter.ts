import { Cpu, MemoryMap } from '@ring3/abi';
import type { Block, Insn } from '../region.js';
import { analyse, type Flow } from '../structure.js';
import { Code, Simd, W } from '../wasm-encoder.js';
import { isStepped, registersOf } from './classify.js';
import { DYNAMIC, L, TLB_BIAS, TLB_WRITE } from './locals.js';
import { isSse } from './sse/names.js';

/** Imports of a region module, by function number. */
export const enum Import {
  StepUop = 0,
  TestCondition = 1,
}

/** The locals of the lazy flags: is it an i64, and its place in the CPU state. */
const flagLocals: readonly (readonly [local: number, wide: boolean, offset: number])[] = [
  [L.CcR, true, Cpu.CcResult],
  [L.CcA, true, Cpu.CcA],
  [L.CcB, true, Cpu.CcB],
  [L.CcOp, false, Cpu.CcOp],
  [L.CcBase, false, Cpu.CcBase],
  [L.CcRot, false, Cpu.CcRotated],
];

/** What all parts of the translator write with: operands, memory accesses, ways out. */
export abstract class Emitter {
  protected readonly code = new Code();
  /** Innermost last: what a branch may go to. */
  protected readonly context: string[] = [];
  /** General registers that the region writes. */
  protected readonly written = new Set<number>();
  /** The operation that left the flags, where it is known here; else DYNAMIC. */
  protected kind: number = DYNAMIC;
  protected readonly flow: Flow;

  constructor(
    protected readonly blocks: ReadonlyMap<number, Block>,
    protected readonly entry: number,
  ) {
    this.flow = analyse(blocks, entry);
    this.registers = this.usedRegisters();
    this.xmm = this.usedXmm();
  }

  /** General and xmm registers that live in locals. */
  protected readonly registers: readonly number[];
  protected readonly xmm: readonly number[];

  /** The locals from the CPU state. */
  protected loadState(code: Code): void {
    for (const r of this.registers)
      code
        .i32(0)
        .mem(W.I64Load, MemoryMap.Cpu + 8 * r)
        .set(r);
    for (const x of this.xmm)
      code
        .i32(0)
        .simdMem(Simd.Load, MemoryMap.Cpu + Cpu.Xmm + 16 * x)
        .set(L.Xmm + x);
    for (const [local, wide, offset] of flagLocals)
      code
        .i32(0)
        .mem(wide ? W.I64Load : W.I32Load, MemoryMap.Cpu + offset)
        .set(local);
  }

  /** The other way: all that `has` says of the general registers, the xmm registers, the flags. */
  protected storeState(code: Code, has: (register: number) => boolean = () => true): void {
    for (const r of this.registers)
      if (has(r))
        code
          .i32(0)
          .get(r)
          .mem(W.I64Store, MemoryMap.Cpu + 8 * r);
    for (const x of this.xmm)
      code
        .i32(0)
        .get(L.Xmm + x)
        .simdMem(Simd.Store, MemoryMap.Cpu + Cpu.Xmm + 16 * x);
    this.spillFlags(code);
  }

  protected spillFlags(code: Code): void {
    for (const [local, wide, offset] of flagLocals)
      code
        .i32(0)
        .get(local)
        .mem(wide ? W.I64Store : W.I32Store, MemoryMap.Cpu + offset);
  }

  private usedXmm(): number[] {
    const used = new Set<number>();
    for (const start of this.flow.rpo) {
      for (const insn of this.blocks.get(start)!.insns) {
        if (isStepped(insn)) for (let x = 0; x < 16; x++) used.add(x);
        else if (isSse(insn.name)) used.add((insn.reg >> 4) & 15).add((insn.rm >> 4) & 15);
      }
    }
    return [...used].toSorted((a, b) => a - b);
  }

  private usedRegisters(): number[] {
    let used = 0;
    for (const start of this.flow.rpo) for (const insn of this.blocks.get(start)!.insns) used |= registersOf(insn);
    return Array.from({ length: 16 }, (_, r) => r).filter((r) => used & (1 << r));
  }

  protected depth(label: string): number {
    return this.context.length - 1 - this.context.lastIndexOf(label);
  }

  /** Leaves with rip at an offset of the page; everything before has been counted. */
  protected leaveAt(offset: number): void {
    this.code.get(L.PageVa).i64(offset).op(W.I64Add).set(L.Rip).br(this.depth('exit'));
  }

  protected exit(insn: Insn, before: number): void {
    const { code } = this;
    code.op(W.If, W.Void);
    this.context.push('if');
    code.get(L.Count).i32(before).op(W.I32Add).set(L.Count);
    this.leaveAt(insn.offset);
    this.context.pop();
    code.op(W.End);
  }

  protected regFile(offset: number): void {
    const { code } = this;
    if (offset < 0x80) code.get(offset >> 3);
    else if (offset === Cpu.Zero) code.i64(0);
    else if (offset === Cpu.PageVa) code.get(L.PageVa);
    else code.i32(0).mem(W.I64Load, MemoryMap.Cpu + offset);
  }

  /** Effective address on the stack. */
  protected ea(insn: Insn, disp = insn.disp): void {
    const { code } = this;
    this.regFile(insn.rm);
    const index = insn.index & 0xf8;
    if (index !== Cpu.Zero) {
      this.regFile(index);
      if (insn.index & 3) code.i64(insn.index & 3).op(W.I64Shl);
      code.op(W.I64Add);
    }
    if (disp !== 0) code.i64(disp).op(W.I64Add);
  }

  /** What a load or store at L.P adds to it, for the operand that `access` or `check` looked at last. */
  protected offset: number = TLB_BIAS;

  /** Checks the memory operand of an instruction; its host address is L.P + offset then. */
  protected access(insn: Insn, before: number, size: number, write: boolean, disp = insn.disp): void {
    this.ea(insn, disp);
    this.check(insn, before, size, write);
  }

  /** Checks the address on the stack; leaves the host address − Bias in P. */
  protected check(insn: Insn, before: number, size: number, write: boolean): void {
    const { code } = this;
    code.tee(L.Ea).i64(32).op(W.I64ShrU, W.I32WrapI64);
    code.get(L.Ea).op(W.I32WrapI64).tee(L.Low);
    code
      .i32(12)
      .op(W.I32ShrU)
      .i32(2)
      .op(W.I32Shl)
      .get(L.Table)
      .op(W.I32Add)
      .mem(W.I32Load, write ? TLB_WRITE : 0)
      .tee(L.Entry);
    code.op(W.I32Eqz, W.I32Or);
    if (size > 1)
      code
        .get(L.Low)
        .i32(4095)
        .op(W.I32And)
        .i32(4096 - size)
        .op(W.I32GtU, W.I32Or);
    this.exit(insn, before);
    code.get(L.Low).get(L.Entry).op(W.I32Add).set(L.P);
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
    this.written.add(r);
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

  protected loadSigned(size: number): void {
    const op = size === 8 ? W.I64Load8S : size === 16 ? W.I64Load16S : size === 32 ? W.I64Load32S : W.I64Load;
    this.code.get(L.P).mem(op, this.offset);
  }

  protected loadUnsigned(size: number): void {
    const op = size === 8 ? W.I64Load8U : size === 16 ? W.I64Load16U : size === 32 ? W.I64Load32U : W.I64Load;
    this.code.get(L.P).mem(op, this.offset);
  }

  /** P and the value are on the stack. */
  protected store(size: number): void {
    this.code.mem(size === 8 ? W.I64Store8 : size === 16 ? W.I64Store16 : size === 32 ? W.I64Store32 : W.I64Store, this.offset);
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
    for (const r of this.registers) this.written.add(r);
    this.storeState(code);
    code.i32(insn.at).call(Import.StepUop).set(L.Low);
    this.loadState(code);
    code.get(L.Low);
    this.exit(insn, before);
  }
}
