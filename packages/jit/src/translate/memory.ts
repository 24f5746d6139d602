import { Cpu, Header, Memo, MemoryMap, StackMemo } from '@ring3/abi';
import { MEMO_SPANS } from '../memos.js';
import type { Guard, Insn } from '../region.js';
import { W } from '../wasm-encoder.js';
import { Emitter } from './emitter.js';
import { GROUPS, L, TLB_BIAS, TLB_WRITE } from './locals.js';
import { isPageRelative, type Move, moveOf, NONE, type Place, placeOf } from './places.js';
import { wildAfterInsn } from './steady.js';

/** Bytes that accesses through one base register may be apart to be checked together. */
const WINDOW = 256;

/** Bytes of the address of a memo, and of a limit, in the code. */
const MEMO_BYTES = 3;
const LIMIT_BYTES = 2;

/** How far from rsp what lies there is taken to be in its page. */
const NEAR_TOP = 512;
const RSP = Cpu.Rsp >> 3;

/** Where the code of a check names its memo, and what that is for. */
interface MemoPlaces {
  fields: { at: number; field: Memo }[];
  limitAt: number;
  insn: Insn;
  span: number;
  write: boolean;
}

/** A check that several accesses share: what it covers may still grow. */
interface Check {
  /** The block it is made in. */
  block: number;
  /** Is it made for several turns of a loop, before them? */
  isGuard: boolean;
  /** The window, from the register's value at the check. */
  low: number;
  high: number;
  write: boolean;
  /** Places in the code. */
  lowAt: number;
  lastAt: number;
  tableAt: number;
  memo: MemoPlaces | null;
  /** Is it looked for in the page of StackMemo? Its limit is at `lastAt`. */
  onStack: boolean;
  /** Offsets of the accesses. */
  members: number[];
}

/** Accesses near a place that has not changed, or by constants only, on one way through the region. */
interface Group extends Place {
  /** How often its registers had been set when they were last known. */
  version: number;
  indexVersion: number;
  /** What has been added to the address since the check. */
  moved: number;
  /** Displacement, from the place at the check, of what `local` is the host address of. */
  anchor: number;
  local: number;
  check: Check;
}

/** Registers that a place depends on, as bits. An array in a stack frame is seldom a large one. */
function registersOf({ register, index }: Place): number {
  return (1 << register) | (index === NONE || register === RSP ? 0 : 1 << index);
}

/** Do two groups say the same? */
function isSame(a: Group, b: Group): boolean {
  return a.local === b.local && a.check === b.check && a.moved === b.moved && a.register === b.register && a.index === b.index;
}

/**
 * Memory operands: a look into the TLB's flat tables. A miss, a page crossing or an address above the window leaves the region at the
 * instruction.
 */
export abstract class MemoryEmitter extends Emitter {
  /** What a load or store at L.P adds to it, for the operand that `access` or `check` looked at last. */
  protected offset: number = TLB_BIAS;
  private groups: Group[] = [];
  private nextGroup = 0;

  /** By the offset of an access that was checked for others too: theirs, and its own. */
  readonly grouped = new Map<number, number[]>();
  /** Offsets of accesses that were looked for in the page of StackMemo. */
  readonly onTop = new Set<number>();
  /** Is the top of the stack mostly in that page, and what the region has there with it? */
  protected abstract mayBeOnTop(): boolean;
  /** May accesses of this instruction be checked together with others? */
  protected abstract mayGroup(insn: Insn): boolean;
  /** Were an instruction's accesses seen to stay in a page for long? null: it was hardly seen. */
  protected abstract staysInPage(insn: Insn): boolean | null;
  /** Host address of the memo for accesses of so many bytes by an instruction. */
  protected abstract memoFor(insn: Insn, bytes: number, write: boolean): number;

  private blocksBegun = 0;
  /** The block at hand. */
  protected start = 0;
  /** What holds at the end of blocks. */
  private readonly groupsAfter = new Map<number, readonly Group[]>();

  /** The registers that are steady (steady.ts) at the start of a block; null: nothing is remembered in it. */
  protected abstract steadyAt(start: number): number;

  /** Of the block at hand: its instructions, how many of them `wild` knows of, the registers that are not steady behind those. */
  private insns: readonly Insn[] = [];
  private walked = 0;
  private inLoop = false;
  private wild = 0;
  private readonly memos: MemoPlaces[] = [];

  /** A block begins, entered only from those before it if they are not null. */
  protected beginGroups(start: number, before: readonly number[] | null): void {
    this.blocksBegun++;
    this.start = start;
    this.insns = this.blocks.get(start)!.insns;
    this.walked = 0;
    const steady = this.steadyAt(start);
    this.inLoop = steady !== 0;
    this.wild = ~steady & 0xffff;
    const [first, ...others] = (before ?? []).map((p) => this.groupsAfter.get(p)!);
    this.groups = [];
    for (const group of first ?? []) {
      if (others.every((groups) => groups.some((other) => isSame(group, other)))) this.groups.push(this.asOfNow(group));
    }
  }

  protected endGroups(start: number): void {
    this.groupsAfter.set(
      start,
      this.groups.filter((group) => this.holds(group)),
    );
    this.groups = [];
  }

  private holds({ register, index, version, indexVersion }: Group): boolean {
    const { versions } = this.code;
    return version === versions[register] && (index === NONE || indexVersion === versions[index]);
  }

  private asOfNow(group: Group): Group {
    const { versions } = this.code;
    return { ...group, version: versions[group.register]!, indexVersion: group.index === NONE ? 0 : versions[group.index]! };
  }

  /** Translates an instruction by `emit`: what is known of a register stays known where it is copied, or a constant added. */
  protected carry(insn: Insn, emit: () => void): void {
    const move = moveOf(insn);
    if (move) this.carryMove(move, emit);
    else emit();
  }

  private carryMove({ to, from, by }: Move, emit: () => void): void {
    const held = this.groups.filter((group) => (group.register === from || group.index === from) && this.holds(group));
    emit();
    for (const group of held) {
      const { register, index, shift } = group;
      const moved = group.moved + (register === from ? by : 0) + (index === from ? by * 2 ** shift : 0);
      const place = { register: register === from ? to : register, index: index === from ? to : index };
      // What stays of the place must not be what has changed.
      if (from !== to && (register === to || index === to)) continue;
      this.groups.push(this.asOfNow({ ...group, ...place, moved }));
    }
  }

  /** Adds a constant to a register. */
  protected moveRegister(register: number, by: number): void {
    const { code } = this;
    this.carryMove({ to: register, from: register, by }, () => code.get(register).i64(by).op(W.I64Add).set(register));
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

  /** Checks the memory operand of an instruction; its host address is L.P + offset then. */
  protected access(insn: Insn, before: number, size: number, write: boolean, disp = insn.disp): void {
    const stays = this.staysInPage(insn);
    const place = placeOf(insn);
    if (place) return this.placed(insn, before, place, disp, size, write, stays);
    if (isPageRelative(insn))
      return this.placed(insn, before, { register: L.PageVa, index: NONE, shift: 0 }, disp + this.page, size, write, stays);
    this.ea(insn, disp);
    const { rm } = insn;
    const index = insn.index & 0xf8;
    this.check(
      insn,
      before,
      size,
      write,
      stays ?? this.isSteady((rm < 0x80 ? 1 << (rm >> 3) : 0) | (index < 0x80 ? 1 << (index >> 3) : 0), before),
    );
  }

  /** Are registers steady before the instruction at hand? Outside loops nothing is; in them the region's address always is. */
  private isSteady(registers: number, before: number): boolean {
    if (!this.inLoop) return false;
    while (this.walked < before) this.wild = wildAfterInsn(this.insns[this.walked++]!, this.wild);
    return (this.wild & registers) === 0;
  }

  /** Checks an access to register + disp. */
  protected based(insn: Insn, before: number, register: number, disp: number, size: number, write: boolean): void {
    this.placed(insn, before, { register, index: NONE, shift: 0 }, disp, size, write, null);
  }

  /** Checks an access near a place. `seen`: does it stay in its page? */
  private placed(insn: Insn, before: number, place: Place, disp: number, size: number, write: boolean, seen: boolean | null): void {
    const { code } = this;
    const { register, index, shift } = place;
    const stays = seen ?? this.isSteady(registersOf(place), before);
    if (!this.mayGroup(insn)) {
      this.addressOf(place);
      code.i64(disp).op(W.I64Add);
      this.check(insn, before, size, write, stays);
      return;
    }
    for (const group of this.groups) {
      if (group.register !== register || group.index !== index || group.shift !== shift || !this.holds(group)) continue;
      const { check } = group;
      const from = disp + group.moved;
      const low = Math.min(check.low, from);
      const high = Math.max(check.high, from + size);
      if (high - low > WINDOW) continue;
      // What another way does not access may well not be there, or not be writable. But a loop is checked for several turns at once.
      const mayGrow = check.block === this.blocksBegun || check.isGuard;
      if ((low < check.low || high > check.high) && !mayGrow) continue;
      if (write && !check.write && !check.onStack) {
        if (!mayGrow) continue;
        check.write = true;
      }
      check.low = low;
      check.high = high;
      check.members.push(insn.offset);
      this.patchCheck(check);
      const offset = TLB_BIAS + from - group.anchor;
      code.get(group.local);
      if (offset < 0) code.i32(offset).op(W.I32Add);
      code.set(L.P);
      this.offset = Math.max(offset, 0);
      return;
    }
    // Of several turns of a loop all are told together.
    const members = this.grouped.get(insn.offset) ?? [];
    members.push(insn.offset);
    this.grouped.set(insn.offset, members);
    const site = (): number => {
      this.site(insn.offset, before);
      return this.out('site');
    };
    code.get(this.checkPlace(insn, place, disp, size, write, stays, site, members)).set(L.P);
    this.offset = TLB_BIAS;
  }

  /** Checks places for what a loop accesses in several turns, as it turns out when those are translated; `leave`: where not all of it can be. */
  protected guardPlaces(guards: readonly Guard[], leave: () => number): void {
    for (const { insn, place, disp } of guards)
      this.checkPlace(insn, place, disp, 1, false, this.staysInPage(insn) ?? this.isSteady(registersOf(place), 0), leave, null);
  }

  /** A local for a group, but none that loops are guarded with. */
  private freeLocal(): number {
    for (;;) {
      const local = L.Group + (this.nextGroup++ % GROUPS);
      if (this.groups.some((group) => group.local === local && group.check.isGuard && this.holds(group))) continue;
      this.groups = this.groups.filter((group) => group.local !== local);
      return local;
    }
  }

  /**
   * Makes a check, and its group; the local with the host address. `leave`: says where to go where it fails; `members`: accesses that fail with it;
   * null: a loop's guard.
   */
  private checkPlace(
    insn: Insn,
    place: Place,
    disp: number,
    size: number,
    write: boolean,
    stays: boolean,
    leave: () => number,
    members: number[] | null,
  ): number {
    const { code } = this;
    const { register, index } = place;
    const local = this.freeLocal();
    const onStack = register === RSP && index === NONE && Math.abs(disp) < NEAR_TOP && this.mayBeOnTop();
    const memo = !onStack && stays ? this.memo(insn, size, write) : null;
    const check: Check = {
      block: this.blocksBegun,
      isGuard: members === null,
      low: disp,
      high: disp + size,
      write,
      lowAt: 0,
      lastAt: 0,
      tableAt: 0,
      memo,
      onStack,
      members: members ?? [],
    };
    this.addressOf(place);
    check.lowAt = code.patchable(0x42);
    code.op(W.I64Add);
    if (onStack) {
      if (members) this.onTop.add(insn.offset);
      const out = leave();
      code
        .i32(0)
        .mem(W.I64Load, MemoryMap.StackMemo + StackMemo.Page)
        .op(W.I64Sub)
        .i32(0);
      check.lastAt = code.patchableMem(W.I64Load, MEMO_BYTES);
      code.op(W.I64GeU).brIf(out);
    } else {
      code.set(L.Ea);
      const load = (): void => void (check.tableAt = code.patchableMem(W.I32Load));
      const last = (): void => void (check.lastAt = code.patchable(0x42, LIMIT_BYTES));
      if (memo) this.remembered(leave, load, last, memo);
      else this.lookUp(leave, load, last);
    }
    this.addressOf(place);
    code.op(W.I32WrapI64).i32(disp).op(W.I32Add);
    if (onStack) code.i32(0).mem(W.I32Load, MemoryMap.StackMemo + StackMemo.Entry);
    else if (memo) this.memoField(memo, Memo.Entry, W.I32Load);
    else code.get(L.Entry);
    code.op(W.I32Add).set(local);
    this.patchCheck(check);
    this.groups.push(this.asOfNow({ ...place, version: 0, indexVersion: 0, moved: 0, anchor: disp, local, check }));
    return local;
  }

  /** The address of a place on the stack. */
  private addressOf({ register, index, shift }: Place): void {
    const { code } = this;
    code.get(register);
    if (index === NONE) return;
    code.get(index);
    if (shift) code.i64(shift).op(W.I64Shl);
    code.op(W.I64Add);
  }

  private patchCheck({ low, high, write, lowAt, lastAt, tableAt, memo, onStack }: Check): void {
    const { code } = this;
    code.patch(lowAt, low);
    if (onStack) {
      const span = high - low;
      const limit = span <= 16 ? StackMemo.Limit16 : span <= 64 ? StackMemo.Limit64 : StackMemo.Limit256;
      code.patch(lastAt, MemoryMap.StackMemo + limit, MEMO_BYTES);
      return;
    }
    code.patch(lastAt, 4096 - (high - low), LIMIT_BYTES);
    code.patch(tableAt, write ? TLB_WRITE : 0);
    if (memo) Object.assign(memo, { span: high - low, write });
  }

  private memo(insn: Insn, span: number, write: boolean): MemoPlaces {
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

  private memoField({ fields }: MemoPlaces, field: Memo, opcode: W): void {
    const { code } = this;
    const loads = opcode === W.I32Load || opcode === W.I64Load;
    if (loads) code.i32(0);
    fields.push({ at: code.patchableMem(opcode, MEMO_BYTES), field });
  }

  /**
   * The TLB's entry for L.Ea to a memo, if it is not there yet. What only the look into the TLB needs is read from memory: V8 would have it
   * in registers again where both ways meet.
   */
  private remembered(leave: () => number, load: () => void, last: () => void, memo: MemoPlaces): void {
    const { code } = this;
    code.get(L.Ea);
    this.memoField(memo, Memo.Page, W.I64Load);
    code.op(W.I64Sub);
    this.memoField(memo, Memo.Limit, W.I64Load);
    code.op(W.I64GeU, W.If, W.Void);
    this.context.push('if');
    this.lookUp(leave, load, last, true);
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

  /**
   * The TLB's entry for L.Ea to L.Entry. `load`, `last`: the entry's load, and the last offset in a page that is not too near its end.
   * An address above the window is more than that too.
   */
  private lookUp(leave: () => number, load: () => void, last: () => void, seldom = false): void {
    const { code } = this;
    const out = leave();
    code.get(L.Ea);
    if (seldom) code.i32(0).mem(W.I64Load, MemoryMap.Header + Header.PlaceMask);
    else code.get(L.PlaceMask);
    code.op(W.I64And);
    last();
    code.op(W.I64GtU).brIf(out);
    code.get(L.Ea).op(W.I32WrapI64).i32(12).op(W.I32ShrU).i32(2).op(W.I32Shl);
    if (seldom) code.i32(0).mem(W.I32Load, MemoryMap.Header + Header.ReadTable);
    else code.get(L.Table);
    code.op(W.I32Add);
    load();
    code.tee(L.Entry).op(W.I32Eqz).brIf(out);
  }

  /** Checks the address on the stack; leaves the host address − Bias in P. */
  protected check(insn: Insn, before: number, size: number, write: boolean, steady = false): void {
    const { code } = this;
    this.offset = TLB_BIAS;
    code.set(L.Ea);
    const leave = (): number => {
      this.site(insn.offset, before);
      return this.out('site');
    };
    const load = (): void => void code.mem(W.I32Load, write ? TLB_WRITE : 0);
    const last = (): void => void code.i64(4096 - size);
    if (steady) {
      const memo = this.memo(insn, size, write);
      this.remembered(leave, load, last, memo);
      code.get(L.Ea).op(W.I32WrapI64);
      this.memoField(memo, Memo.Entry, W.I32Load);
    } else {
      this.lookUp(leave, load, last);
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
