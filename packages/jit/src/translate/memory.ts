import { Cpu, Memo, MemoryMap, StackMemo } from '@ring3/abi';
import type { Guard, Insn, Place } from '../region.js';
import { W } from '../wasm-encoder.js';
import { GROUPS, L, TLB_BIAS, TLB_WRITE } from './locals.js';
import { type Leave, LIMIT_BYTES, LookUpEmitter, MEMO_BYTES, type MemoPlaces, type Window } from './look-ups.js';
import { isPageRelative, type Move, moveOf, NONE, placeOf } from './places.js';

/** Bytes that accesses through one base register may be apart to be checked together. */
const WINDOW = 256;

/** How far from rsp what lies there is taken to be in its page. */
const NEAR_TOP = 512;
const RSP = Cpu.Rsp >> 3;

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
  tablesAt: number[];
  /** 0: it may not go on in another page. */
  restAt: number;
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

/** Memory operands. A miss, a page crossing or an address above the window leaves the region at the instruction. */
export abstract class MemoryEmitter extends LookUpEmitter {
  private groups: Group[] = [];
  private nextGroup = 0;

  /** By the offset of an access that was checked for others too: theirs, and its own. */
  readonly grouped = new Map<number, number[]>();
  /** Offsets of accesses that were looked for in the page of StackMemo. */
  readonly onTop = new Set<number>();
  /** Is the top of the stack mostly in that page, and what the region has there with it? */
  protected abstract mayBeOnTop(): boolean;
  /** May what is checked for accesses of this instruction, and others with it, go on in another page? */
  protected abstract mayCross(insn: Insn): boolean;
  /** May accesses of this instruction be checked together with others? */
  protected abstract mayGroup(insn: Insn): boolean;

  private blocksBegun = 0;
  /** What holds at the end of blocks. */
  private readonly groupsAfter = new Map<number, readonly Group[]>();

  /** A block begins, entered only from those before it if they are not null. */
  protected beginGroups(start: number, before: readonly number[] | null): void {
    this.blocksBegun++;
    this.beginAccesses(start);
    const [first, ...others] = (before ?? []).map((p) => this.groupsAfter.get(p)!);
    this.groups = [];
    for (const group of first ?? []) {
      if (!others.every((groups) => groups.some((other) => isSame(group, other)))) continue;
      const { register, index, shift, moved, anchor, local, check } = group;
      this.groups.push(this.group(register, index, shift, moved, anchor, local, check));
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

  /** A group whose registers are as they are now. Not spread from another: in profiles that was a tenth of translating. */
  private group(register: number, index: number, shift: number, moved: number, anchor: number, local: number, check: Check): Group {
    const { versions } = this.code;
    const indexVersion = index === NONE ? 0 : versions[index]!;
    return { register, index, shift, version: versions[register]!, indexVersion, moved, anchor, local, check };
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
    // What held of the register no longer does; `held` comes in its place.
    if (to === from) this.groups = this.groups.filter((group) => this.holds(group));
    for (const { register, index, shift, moved, anchor, local, check } of held) {
      // What stays of the place must not be what has changed.
      if (from !== to && (register === to || index === to)) continue;
      const now = moved + (register === from ? by : 0) + (index === from ? by * 2 ** shift : 0);
      this.groups.push(this.group(register === from ? to : register, index === from ? to : index, shift, now, anchor, local, check));
    }
  }

  /** Adds a constant to a register. */
  protected moveRegister(register: number, by: number): void {
    const { code } = this;
    this.carryMove({ to: register, from: register, by }, () => code.get(register).i64(by).op(W.I64Add).set(register));
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
    const site: Leave = () => {
      this.site(insn.offset, before);
      return this.out('site');
    };
    code.get(this.checkPlace(insn, place, disp, size, write, stays, site, members)).set(L.P);
    this.offset = TLB_BIAS;
  }

  /** Checks places for what a loop accesses in several turns, as it turns out when those are translated; `leave`: where not all of it can be. */
  protected guardPlaces(guards: readonly Guard[], leave: Leave): void {
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
    leave: Leave,
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
      tablesAt: [],
      restAt: 0,
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
      code.op(W.I64GeU).unlikely().brIf(out);
    } else {
      code.set(L.Ea);
      const window: Window = {
        load: () => void check.tablesAt.push(code.patchableMem(W.I32Load)),
        last: () => void (check.lastAt = code.patchable(0x42, LIMIT_BYTES)),
        rest: this.mayCross(insn) ? (): void => void (check.restAt = code.patchable(0x42, LIMIT_BYTES)) : null,
      };
      if (memo) this.remembered(leave, window, memo);
      else this.lookUp(leave, window);
    }
    this.addressOf(place);
    code.op(W.I32WrapI64).i32(disp).op(W.I32Add);
    if (onStack) code.i32(0).mem(W.I32Load, MemoryMap.StackMemo + StackMemo.Entry);
    else if (memo) this.memoField(memo, Memo.Entry, W.I32Load);
    else code.get(L.Entry);
    code.op(W.I32Add).set(local);
    this.patchCheck(check);
    this.groups.push(this.group(register, index, place.shift, 0, disp, local, check));
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

  private patchCheck({ low, high, write, lowAt, lastAt, tablesAt, restAt, memo, onStack }: Check): void {
    const { code } = this;
    code.patch(lowAt, low);
    if (onStack) {
      const span = high - low;
      const limit = span <= 16 ? StackMemo.Limit16 : span <= 64 ? StackMemo.Limit64 : StackMemo.Limit256;
      code.patch(lastAt, MemoryMap.StackMemo + limit, MEMO_BYTES);
      return;
    }
    code.patch(lastAt, 4096 - (high - low), LIMIT_BYTES);
    if (restAt) code.patch(restAt, high - low - 1, LIMIT_BYTES);
    for (const at of tablesAt) code.patch(at, write ? TLB_WRITE : 0);
    if (memo) Object.assign(memo, { span: high - low, write });
  }
}
