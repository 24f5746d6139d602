import { Cpu, Header, Memo, MemoryMap } from '@ring3/abi';
import { MEMO_SPANS } from '../memos.js';
import type { Insn } from '../region.js';
import { type Code, W } from '../wasm-encoder.js';
import { Emitter } from './emitter.js';
import { L, TLB_BIAS, TLB_WRITE } from './locals.js';
import { wildAfterInsn } from './steady.js';

/** Bytes of the address of a memo, and of a limit, in the code. */
export const MEMO_BYTES = 3;
export const LIMIT_BYTES = 2;

/** Where the code of a check names its memo, and what that is for. */
export interface MemoPlaces {
  fields: { at: number; field: Memo }[];
  limitAt: number;
  insn: Insn;
  span: number;
  write: boolean;
}

/** Where to go when there is nothing to access: what the way out needs is set, and its label is returned. */
export type Leave = () => number;

/** Writes what of a look into the TLB depends on what is accessed, which may not be known yet. */
export interface Window {
  /** The load of an entry. */
  load(): void;
  /** The last offset in a page that is not too near its end. */
  last(): void;
  /** How far behind L.Ea the last byte is; null: an access that goes on in another page leaves. */
  rest: (() => void) | null;
}

/** Looks for pages: in the TLB's flat tables, or first in a memo, which remembers what was found last. Loads and stores. */
export abstract class LookUpEmitter extends Emitter {
  /** What a load or store at L.P adds to it, for the operand that `access` or `check` looked at last. */
  protected offset: number = TLB_BIAS;
  /** Were an instruction's accesses seen to stay in a page for long? null: it was hardly seen. */
  protected abstract staysInPage(insn: Insn): boolean | null;
  /** Host address of the memo for accesses of so many bytes by an instruction. */
  protected abstract memoFor(insn: Insn, bytes: number, write: boolean): number;
  /** The registers that are steady (steady.ts) at the start of a block; null: nothing is remembered in it. */
  protected abstract steadyAt(start: number): number;

  /** Of the block at hand: its instructions, how many of them `wild` knows of, the registers that are not steady behind those. */
  private insns: readonly Insn[] = [];
  private walked = 0;
  private inLoop = false;
  private wild = 0;
  private readonly memos: MemoPlaces[] = [];

  /** The block at hand. */
  protected start = 0;

  protected beginAccesses(start: number): void {
    this.start = start;
    this.insns = this.blocks.get(start)!.insns;
    this.walked = 0;
    const steady = this.steadyAt(start);
    this.inLoop = steady !== 0;
    this.wild = ~steady & 0xffff;
  }

  /** The instruction behind one in the block at hand. */
  protected following(before: number): Insn | undefined {
    return this.insns[before + 1];
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

  /** Are registers steady before the instruction at hand? Outside loops nothing is; in them the region's address always is. */
  protected isSteady(registers: number, before: number): boolean {
    if (!this.inLoop) return false;
    while (this.walked < before) this.wild = wildAfterInsn(this.insns[this.walked++]!, this.wild);
    return (this.wild & registers) === 0;
  }

  protected memo(insn: Insn, span: number, write: boolean): MemoPlaces {
    const memo: MemoPlaces = { fields: [], limitAt: 0, insn, span, write };
    this.memos.push(memo);
    return memo;
  }

  /** The code is complete: which memos there are, and what they are for, is known. */
  protected placeMemos(): void {
    const { code } = this;
    for (const { fields, limitAt, insn, span, write } of this.memos) {
      const memo = this.memoFor(insn, span, write);
      for (const { at, field } of fields) code.patch(at, memo + field, MEMO_BYTES);
      code.patch(limitAt, 4097 - MEMO_SPANS.find((most) => span <= most)!, LIMIT_BYTES);
    }
  }

  protected memoField({ fields }: MemoPlaces, field: Memo, opcode: W): void {
    const { code } = this;
    const loads = opcode === W.I32Load || opcode === W.I64Load;
    if (loads) code.i32(0);
    fields.push({ at: code.patchableMem(opcode, MEMO_BYTES), field });
  }

  /**
   * The TLB's entry for L.Ea to a memo, if it is not there yet. What only the look into the TLB needs is read from memory: V8 would have it
   * in registers again where both ways meet.
   */
  protected remembered(leave: Leave, window: Window, memo: MemoPlaces): void {
    const { code } = this;
    code.get(L.Ea);
    this.memoField(memo, Memo.Page, W.I64Load);
    code.op(W.I64Sub);
    this.memoField(memo, Memo.Limit, W.I64Load);
    code.op(W.I64GeU).unlikely().op(W.If, W.Void);
    this.context.push('if');
    this.lookUp(leave, window, true);
    code.i32(0).get(L.Ea).i64(-4096).op(W.I64And);
    this.memoField(memo, Memo.Page, W.I64Store);
    code.i32(0);
    memo.limitAt = code.patchable(0x42, LIMIT_BYTES);
    this.memoField(memo, Memo.Limit, W.I64Store);
    code.i32(0).get(L.Entry);
    this.memoField(memo, Memo.Entry, W.I32Store);
    code
      .i32(0)
      .i32(1)
      .mem(W.I32Store, MemoryMap.Header + Header.MemosUsed);
    this.context.pop();
    code.op(W.End);
  }

  /** The TLB's entry for L.Ea to L.Entry. An address above the window is too near the end of its page too. */
  protected lookUp(leave: Leave, { load, last, rest }: Window, seldom = false): void {
    const { code } = this;
    const { scope } = code;
    const out = leave();
    code.get(L.Ea);
    // Elsewhere V8 would load them at the region's beginning, and keep them on its stack.
    const isHeld = scope !== null && !seldom;
    if (isHeld) {
      scope.looksUp = true;
      code.get(L.PlaceMask);
    } else code.i32(0).mem(W.I64Load, MemoryMap.Header + Header.PlaceMask);
    code.op(W.I64And);
    last();
    code.op(W.I64GtU);
    const entryOf = (address: L): void => {
      code.get(address).op(W.I32WrapI64).i32(12).op(W.I32ShrU).i32(2).op(W.I32Shl);
      if (isHeld) code.get(L.Table);
      else code.i32(0).mem(W.I32Load, MemoryMap.Header + Header.ReadTable);
      code.op(W.I32Add);
      load();
    };
    if (rest) {
      // Two pages do as well, if they lie together.
      code.unlikely().op(W.If, W.Void);
      code.get(L.Ea);
      rest();
      code
        .op(W.I64Add)
        .tee(L.T3)
        .get(L.Ea)
        .op(W.I64Or)
        .i64(32)
        .op(W.I64ShrU)
        .i64(0)
        .op(W.I64Ne)
        .unlikely()
        .brIf(out + 1);
      entryOf(L.T3);
      entryOf(L.Ea);
      code
        .op(W.I32Ne)
        .unlikely()
        .brIf(out + 1);
      code.op(W.End);
    } else code.unlikely().brIf(out);
    entryOf(L.Ea);
    code.tee(L.Entry).op(W.I32Eqz).unlikely().brIf(out);
  }

  /** Loads what `lookUp` has in locals in loops. */
  protected loadTable(code: Code): void {
    code
      .i32(0)
      .mem(W.I32Load, MemoryMap.Header + Header.ReadTable)
      .set(L.Table);
    code
      .i32(0)
      .mem(W.I64Load, MemoryMap.Header + Header.PlaceMask)
      .set(L.PlaceMask);
  }

  /** Checks the address on the stack; leaves the host address − Bias in P. */
  protected check(insn: Insn, before: number, size: number, write: boolean, steady = false): void {
    const { code } = this;
    this.offset = TLB_BIAS;
    code.set(L.Ea);
    const leave: Leave = () => {
      this.site(insn.offset, before);
      return this.out('site');
    };
    const window: Window = {
      load: () => void code.mem(W.I32Load, write ? TLB_WRITE : 0),
      last: () => void code.i64(4096 - size),
      rest: null,
    };
    if (steady) {
      const memo = this.memo(insn, size, write);
      this.remembered(leave, window, memo);
      code.get(L.Ea).op(W.I32WrapI64);
      this.memoField(memo, Memo.Entry, W.I32Load);
    } else {
      this.lookUp(leave, window);
      code.get(L.Ea).op(W.I32WrapI64).get(L.Entry);
    }
    code.op(W.I32Add).set(L.P);
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
}
