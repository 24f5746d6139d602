import { Cpu, Header, HotReason, MemoryMap, RegionSlot, UopFlag } from '@ring3/abi';
import type { BlockEnd, Insn } from '../region.js';
import { type Code, Import, W } from '../wasm-encoder.js';
import { type Exit, flagStates } from './emitter.js';
import { IntegerEmitter } from './integer.js';
import { L, MEMORY } from './locals.js';

/** What a translator knows of the region that a direct call goes to. */
export interface Callee {
  /** Its function, as the module numbers them. */
  fn: number;
  /** Offset of its base from the caller's. */
  base: number;
  entry: number;
  /** Host address of its slot. */
  slot: number;
  /** Are its pages all among the caller's, so that it holds where the caller does, unless it was replaced? */
  within: boolean;
}

/** Parameters of a region function. */
export const enum Param {
  Base = 0,
  /** How much of the host's stack is left: what a region takes of it goes by its size. */
  Depth = 1,
  Entry = 2,
}

const RSP = Cpu.Rsp >> 3;

/** Calls, returns, jumps out of the region. */
export abstract class TransferEmitter extends IntegerEmitter {
  /** The region to call at an offset without further checks, if there is one. */
  protected abstract callee(offset: number): Callee | null;

  /** In units of Param.Depth. */
  protected abstract stackUse(): number;

  protected retire(count: number): void {
    this.code.get(L.Fuel).i32(count).op(W.I32Sub).set(L.Fuel);
  }

  /** All to the CPU state, as it is here. */
  protected storeAll(): void {
    const { code } = this;
    code.save();
    this.spillFlags(code, this.kind);
    code
      .i32(0)
      .get(L.Fuel)
      .mem(W.I32Store, MemoryMap.Cpu + Cpu.RegionFuel);
  }

  /** Goes on at L.Rip: the caller, or the core, enters the region there if there is one. */
  protected chain(): void {
    this.storeAll();
    this.code.get(L.Rip).op(W.Return);
  }

  /** Goes on at an offset outside the region. */
  protected chainTo(offset: number): void {
    this.address(offset);
    this.code.set(L.Rip);
    this.chain();
  }

  /** Leaves for the interpreter at an offset. */
  protected leaveAt(offset: number): void {
    this.code.save();
    this.address(offset);
    this.code.set(L.Rip).br(this.out('rip'));
  }

  /** Is T an address that rip can hold? Below the window is all that regions go to; the rest is the interpreter's. */
  private canonical(insn: Insn, before: number): void {
    this.code.get(L.T).i64(47).op(W.I64ShrU).i64(0).op(W.I64Ne);
    this.exit(insn, before);
  }

  /** Returns from a function that is among its caller's instructions: goes on behind, unless it does not return to the offset `next`. */
  protected returnWithin(insn: Insn, before: number, next: number): void {
    const { code } = this;
    this.based(insn, before, RSP, 0, 8, false);
    this.loadUnsigned(64);
    code.tee(L.T);
    this.address(next);
    code.op(W.I64Ne).unlikely().op(W.If, W.Void);
    this.context.push('if');
    this.canonical(insn, before);
    const { dirty } = code;
    code.save();
    this.spillFlags(code, this.kind);
    code
      .i32(0)
      .get(RSP)
      .i64(8)
      .op(W.I64Add)
      .mem(W.I64Store, MemoryMap.Cpu + Cpu.Rsp);
    code
      .i32(0)
      .get(L.Fuel)
      .i32(before + 1)
      .op(W.I32Sub)
      .mem(W.I32Store, MemoryMap.Cpu + Cpu.RegionFuel);
    code.get(L.T).op(W.Return);
    // On the other way they are not stored yet.
    code.dirty = dirty;
    this.context.pop();
    code.op(W.End);
    this.moveRegister(RSP, 8);
    this.retire(before + 1);
  }

  protected ret(insn: Insn, before: number): void {
    const { code } = this;
    this.based(insn, before, 4, 0, 8, false);
    this.loadUnsigned(64);
    code.set(L.T);
    this.canonical(insn, before);
    this.moveRegister(4, 8);
    this.retire(before + 1);
    this.storeAll();
    code.get(L.T).op(W.Return);
  }

  /** Target of an indirect branch to T; `from`: the instruction to leave at. */
  protected target(insn: Insn, before: number, from = insn): void {
    this.loadTarget(insn, before, from);
    this.canonical(from, before);
  }

  private loadTarget(insn: Insn, before: number, from: Insn): void {
    const { code } = this;
    // Hot forms have the address of their target's micro-op where the displacement was.
    const hot = !insn.name.endsWith('_Ev');
    if (hot ? insn.name.endsWith('_R') : insn.flags & UopFlag.RmReg) code.get(insn.rm >> 3);
    else {
      this.access({ ...insn, offset: from.offset }, before, 8, false, hot ? insn.imm : insn.disp);
      this.loadUnsigned(64);
    }
    code.set(L.T);
  }

  /** Does a call go to the offset `target`? Leaves an i32. */
  protected guess({ insn, stub, target }: Extract<BlockEnd, { kind: 'guess' }>, before: number): void {
    const { code } = this;
    if (stub) {
      this.page = stub.page;
      this.loadTarget(stub, before, insn);
      this.page = insn.page;
    } else this.loadTarget(insn, before, insn);
    code.get(L.T);
    this.address(target);
    code.op(W.I64Eq);
  }

  /** Calls a function that is among the region's instructions. */
  protected callWithin({ insn, count, next }: Extract<BlockEnd, { kind: 'inlined' }>, before: number): void {
    this.pushReturn(insn, before, next);
    this.retire(before + count);
  }

  private pushReturn(insn: Insn, before: number, next: number): void {
    this.based(insn, before, RSP, -8, 8, true);
    this.code.get(L.P);
    this.address(next);
    this.store(64);
    this.moveRegister(RSP, -8);
  }

  /** Calls; behind it control has come back to `next`, or the region has been left. */
  protected callOut({ insn, stub, to, next }: Extract<BlockEnd, { kind: 'call' }>, before: number): void {
    const { code } = this;
    const direct = insn.name === 'call_J' && !stub;
    if (stub) {
      // What fails is done by the interpreter from the call on.
      this.page = stub.page;
      this.target(stub, before, insn);
      this.page = insn.page;
    } else if (!direct) this.target(insn, before);
    this.pushReturn(insn, before, next);
    this.retire(before + (stub ? 2 : 1));
    if (direct) {
      this.address(insn.imm);
      code.set(L.T);
    }
    this.storeAll();
    code.get(L.Fuel).i32(1).op(W.I32Sub).param(Param.Depth).i32(1).op(W.I32Sub, W.I32Or).i32(0).op(W.I32LtS).unlikely().op(W.If, W.Void);
    code.get(L.T).op(W.Return, W.End);
    const callees = to.flatMap((target) => {
      const callee = this.callee(target);
      return callee ? [{ callee, target }] : [];
    });
    // It goes on there, unless control has come to another place, or the fuel is used up.
    const ifElsewhere = (then: () => void): void => {
      code.tee(L.Rip);
      this.address(next);
      code.op(W.I64Ne).unlikely().op(W.If, W.Void);
      then();
      code.op(W.End);
    };
    /** From the i64 local on, until this call has returned. */
    const goOn = (local: number): void => {
      code.get(local).plainGet(RSP).param(Param.Depth).call(Import.GoOn);
      ifElsewhere(() => void code.get(L.Rip).op(W.Return));
    };
    if (callees.length > 0) {
      this.callOneOf(callees, direct);
      ifElsewhere(() => goOn(L.Rip));
    } else goOn(L.T);
    code
      .i32(0)
      .mem(W.I32Load, MemoryMap.Cpu + Cpu.RegionFuel)
      .tee(L.Fuel)
      .i32(0)
      .op(W.I32LeS)
      .unlikely()
      .op(W.If, W.Void);
    this.address(next);
    code.op(W.Return, W.End);
    code.forget();
    this.loadLimit(code);
    this.kind = MEMORY;
  }

  /** Where the call to T comes back to; T itself where that is none of these regions after all. `isSure`: it is the first, if that holds. */
  private callOneOf([first, ...others]: readonly { callee: Callee; target: number }[], isSure: boolean): void {
    const { code } = this;
    if (!first) {
      code.get(L.T);
      return;
    }
    const { callee, target } = first;
    const { base, entry, fn, slot, within } = callee;
    if (!isSure) {
      code.get(L.T);
      this.address(target);
      code.op(W.I64Xor);
    }
    if (within) {
      code.i32(0).mem(W.I64Load32U, slot + RegionSlot.Replaced);
    } else {
      code.i32(0).mem(W.I64Load, slot + RegionSlot.ValidBase);
      this.address(base);
      code
        .op(W.I64Xor)
        .i32(0)
        .mem(W.I32Load, slot + RegionSlot.ValidEpoch);
      code
        .i32(0)
        .mem(W.I32Load, MemoryMap.Header + Header.CodeEpoch)
        .op(W.I32Xor, W.I64ExtendI32U, W.I64Or);
    }
    if (!isSure) code.op(W.I64Or);
    code.op(W.I64Eqz).likely().op(W.If, W.i64);
    this.address(base);
    code.param(Param.Depth).i32(1).op(W.I32Sub).i32(entry).call(fn);
    code.op(W.Else);
    this.callOneOf(others, false);
    code.op(W.End);
  }

  /** Parameters and state to the locals. */
  protected prologue(code: Code): void {
    code.param(Param.Base).set(L.PageVa);
    code.param(Param.Depth).i32(this.stackUse()).op(W.I32Sub).setParam(Param.Depth);
    code
      .i32(0)
      .mem(W.I32Load, MemoryMap.Cpu + Cpu.RegionFuel)
      .set(L.Fuel);
  }

  /** Behind the body: the ways out of Exit, each label innermost first. */
  protected epilogue(code: Code): void {
    const toRip = (): void => {
      code.get(L.PageVa).get(L.Site).op(W.I64Extend32S, W.I64Add).set(L.Rip);
      code.get(L.Site).i64(48).op(W.I64ShrU, W.I32WrapI64).i32(HotReason.Failed).op(W.I32Add).set(L.Failed);
      code.get(L.Fuel).get(L.Site).i64(32).op(W.I64ShrU, W.I32WrapI64).i32(0xffff).op(W.I32And, W.I32Sub).set(L.Fuel);
    };
    for (const [i, state] of flagStates.entries()) {
      code.op(W.End);
      toRip();
      code.op(W.End);
      this.spillFlagState(code, state);
      // Out of the labels of the states that follow.
      const outer = 2 * (flagStates.length - 1 - i);
      if (outer > 0) code.br(outer);
    }
    code.op(W.End);
    code
      .i32(0)
      .get(L.Fuel)
      .mem(W.I32Store, MemoryMap.Cpu + Cpu.RegionFuel);
    code.get(L.Failed).op(W.If, W.i64);
    code
      .i32(0)
      .get(L.Failed)
      .mem(W.I32Store, MemoryMap.Cpu + Cpu.RegionFailed);
    code.get(L.Rip).param(Param.Depth).call(Import.Resume).op(W.Else).get(L.Rip).op(W.End);
  }
}

/** The labels that `epilogue` ends, outermost first. */
export const exits: readonly string[] = ['left', ...flagStates.toReversed().flatMap((state): Exit[] => [`rip ${state}`, `site ${state}`])];
