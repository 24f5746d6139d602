import { Cpu, Header, MemoryMap, RegionSlot, Uop } from '@ring3/abi';
import type { Core } from '@ring3/core';
import { opNames } from './op-names.generated.js';

/** A decoded micro-op, read from the core's memory. Places in a region are byte offsets from its base, the va of a page. */
export interface Insn {
  /** Host address of the micro-op. */
  at: number;
  op: number;
  name: string;
  reg: number;
  rm: number;
  disp: number;
  /** Of direct branches: the target's offset. */
  imm: number;
  index: number;
  flags: number;
  offset: number;
  length: number;
  /** Offset of its page. */
  page: number;
}

export type BlockEnd =
  | { kind: 'jump'; to: number }
  | { kind: 'cond'; code: number; taken: number; next: number }
  /**
   * call_J, call_R, call_M, call_Ev; comes back at the offset `next`, in the block `behind`. `stub`: the jump through memory that a call_J goes
   * to, as to a function of another object. `to`: where it goes, or, as far as was seen, always went.
   */
  | { kind: 'call'; insn: Insn; stub: Insn | null; to: readonly number[]; next: number; behind: number }
  /** A call, of `count` instructions, of a function whose blocks are among the region's (inline.ts): goes on there. */
  | { kind: 'inlined'; insn: Insn; count: number; next: number; to: number }
  /** Is what a call goes to at an offset? The call is done in the blocks that follow. */
  | { kind: 'guess'; insn: Insn; stub: Insn | null; target: number; hit: number; miss: number }
  /** jmp_R, jmp_M, jmp_X, jmp_Ev. */
  | { kind: 'indirect'; insn: Insn; targets: readonly number[] }
  /** `back`: of a function among its caller's instructions: the offset where the call comes back, and the block. */
  | { kind: 'ret'; insn: Insn; back: { next: number; to: number } | null }
  /** The interpreter goes on at an offset. */
  | { kind: 'leave'; to: number }
  /** Made by the translator: several turns of a loop at once, if what `guards` has can be accessed; else one. */
  | { kind: 'guard'; guards: readonly Guard[]; fast: number; slow: number };

/** Of what an address is made besides a displacement, in numbers of registers. */
export interface Place {
  register: number;
  /** -1: none. */
  index: number;
  shift: number;
}

/** An instruction that accesses a place and what has been added to that since the loop's beginning. */
export interface Guard {
  insn: Insn;
  place: Place;
  disp: number;
}

export interface Block {
  /** The offset, or the number of a copy (copies.ts). */
  start: number;
  /** Without the branch at its end, but for its count. */
  insns: Insn[];
  /** Instructions that have retired at its end. */
  count: number;
  end: BlockEnd;
}

const Pseudo = { Goto: 0, PageEnd: 1, Straddle: 2, End: 3 } as const;
const ENTER = opNames.indexOf('Enter');
const JO = opNames.indexOf('jo');
const JG = opNames.indexOf('jg');
const JMP = opNames.indexOf('jmp_J');
const CALL = opNames.indexOf('call_J');
const JMP_M = opNames.indexOf('jmp_M');
const RET = opNames.indexOf('ret');
const calls = flagsOf('call_J', 'call_R', 'call_M', 'call_Ev');
const indirects = flagsOf('jmp_R', 'jmp_M', 'jmp_X', 'jmp_Ev');
/** An indirect call that went to more functions is not guarded for each. */
const MAX_CALLEES = 3;
/** How far from an indirect jump its targets may be to belong to the same function. */
const SWITCH_BYTES = 0x4000;
const TLB_EXECUTE = 0x80_0000;
const WINDOW_PAGES = 0x10_0000;

/** The layout of a code page: core/assembly/cpu/code-cache.ts. */
const CodePage = { Generation: 8, Index: 16 } as const;

/** By number of a micro-op: is it one of these? */
function flagsOf(...names: readonly string[]): Uint8Array {
  const flags = new Uint8Array(opNames.length);
  for (const name of names) flags[opNames.indexOf(name)] = 1;
  return flags;
}

export function isCond(op: number): boolean {
  return op >= JO && op <= JG;
}
export function isCall(op: number): boolean {
  return calls[op] === 1;
}
export function isIndirect(op: number): boolean {
  return indirects[op] === 1;
}
export function isEnter(core: Core, at: number): boolean {
  return core.u16[at >>> 1] === ENTER;
}
export const Enter = ENTER;

/** Decoded code around an address of the active address space. */
export class CodeView {
  /** Code pages that were looked at and hold instructions, by page offset. */
  readonly pages = new Map<number, { code: number; generation: number }>();

  /** @param base va of a page below 4 GiB */
  constructor(
    private readonly core: Core,
    readonly base: number,
  ) {}

  /** Host address of the code page that the TLB knows for a page (its offset), or 0. */
  codePage(page: number): number {
    const known = this.pages.get(page);
    if (known) return known.code;
    const number = (this.base + page) / 4096;
    if (number < 0 || number >= WINDOW_PAGES) return 0;
    const { u32 } = this.core;
    const code = u32[(u32[(MemoryMap.Header + Header.ReadTable) >>> 2]! + TLB_EXECUTE + 4 * number) >>> 2]!;
    if (code !== 0) this.pages.set(page, { code, generation: u32[(code + CodePage.Generation) >>> 2]! });
    return code;
  }

  /** Host address of the decoded micro-op at an offset; 0: not decoded. */
  at(offset: number): number {
    const code = this.codePage(offset & ~4095);
    return code === 0 ? 0 : this.core.u32[(code + CodePage.Index + 4 * (offset & 4095)) >>> 2]!;
  }

  read(at: number, page: number): Insn {
    const { u16, u8, i32 } = this.core;
    let from = at;
    if (u16[at >>> 1] === ENTER) from = MemoryMap.RegionSlots + RegionSlot.Bytes * i32[(at + Uop.Imm) >>> 2]!;
    const op = u16[from >>> 1]!;
    const pc = u16[(from + Uop.Pc) >>> 1]!;
    const imm = i32[(from + Uop.Imm) >>> 2]!;
    return {
      at,
      op,
      name: opNames[op] || `?${op}`,
      reg: u8[from + Uop.Reg]!,
      rm: u8[from + Uop.Rm]!,
      disp: i32[(from + Uop.Disp) >>> 2]!,
      imm: isCond(op) || op === JMP || op === CALL ? imm + page : imm,
      index: u8[from + Uop.Index]!,
      flags: u8[from + Uop.Flags]!,
      offset: (pc & 0xfff) + page,
      length: pc >>> 12,
      page,
    };
  }

  /** The instruction at an offset, if it is decoded. */
  insn(offset: number): Insn | null {
    let at = this.at(offset);
    let op = this.core.u16[at >>> 1]!;
    if (at === 0) return null;
    if (op === Pseudo.Straddle) {
      // Joined: its second page is known, and still what it was joined from.
      const { u32 } = this.core;
      const second = u32[(at + Uop.Disp) >>> 2]!;
      const page = (offset & ~4095) + 4096;
      if (second === 0 || this.codePage(page) !== second) return null;
      if (u32[(second + CodePage.Generation) >>> 2] !== u32[(at + Uop.Imm) >>> 2]) return null;
      at += Uop.Bytes;
      op = this.core.u16[at >>> 1]!;
    }
    if (op <= Pseudo.End) return null;
    const insn = this.read(at, offset & ~4095);
    return insn.offset === offset ? insn : null;
  }
}

export interface RegionSource {
  entry: number;
  /** Where control may enter besides. */
  also: readonly number[];
  /** By offset. */
  blocks: ReadonlyMap<number, Block>;
  /** All that is translated: `blocks`, and functions that are called. */
  body: ReadonlyMap<number, Block>;
  /** Of the body. */
  insns: number;
  /** There would be more of it, but for the limit. */
  isCut: boolean;
  view: CodeView;
}

export interface BuildOptions {
  /** Instructions at most. */
  limit: number;
  translatable(insn: Insn): boolean;
  /** Where control is to be able to enter besides. */
  also: readonly number[];
  /** Does the program go to an offset, though the interpreter has not seen it? */
  goes(offset: number): boolean;
  /** Does another region begin there, that control may go on in? */
  begins(offset: number): boolean;
  /** Is all that left to it, loops that both would share as well? */
  isBridge: boolean;
  /** Where an indirect jump was seen to go. */
  targets(insn: Insn): readonly number[];
}

/** The blocks that can be reached from `entry` within calls, nearest first; edges to what is not among them leave the region. */
export function buildRegion(
  view: CodeView,
  entry: number,
  { also, limit, translatable, goes, begins, isBridge, targets }: BuildOptions,
): RegionSource | null {
  const insns = new Map<number, Insn>();
  const indirect = new Map<number, readonly number[]>();
  const called = new Map<number, { stub: Insn | null; to: readonly number[] }>();
  const leaders = new Set<number>([entry, ...also]);
  const queue = [...leaders];
  const lead = (to: number): void => {
    if (leaders.has(to)) return;
    leaders.add(to);
    queue.push(to);
  };
  for (let i = 0; i < queue.length && insns.size < limit; i++) {
    for (let offset = queue[i]!; !insns.has(offset) && insns.size < limit;) {
      const insn = view.insn(offset);
      if (!insn || !translatable(insn)) break;
      insns.set(offset, insn);
      const next = offset + insn.length;
      if (isCond(insn.op)) {
        // A link shows as well that it was taken.
        const fell = insn.reg !== 0;
        const taken = insn.rm !== 0 || insn.disp !== 0;
        if (fell || !taken || goes(next)) lead(next);
        if (taken || !fell || goes(insn.imm)) lead(insn.imm);
        break;
      }
      if (insn.op === JMP) {
        lead(insn.imm);
        break;
      }
      if (isCall(insn.op)) {
        const stub = insn.op === CALL ? stubAt(view, insn.imm) : null;
        const seen = insn.op === CALL && !stub ? [insn.imm] : targets(stub ?? insn);
        called.set(offset, { stub, to: seen.length <= MAX_CALLEES ? seen : [] });
        lead(next);
        break;
      }
      if (isIndirect(insn.op)) {
        // What is far away is another function: a jump through a table of addresses of functions, a call in the place of a return.
        const seen = targets(insn).filter((to) => Math.abs(to - offset) < SWITCH_BYTES);
        indirect.set(offset, seen);
        for (const to of seen) lead(to);
        break;
      }
      if (insn.op === RET) break;
      offset = next;
    }
  }
  if (!insns.has(entry)) return null;
  const all = new Map<number, Block>();
  for (const leader of leaders) if (insns.has(leader)) all.set(leader, blockAt(leader, insns, leaders, indirect, called));
  const blocks = withoutOthers(all, [entry, ...also], begins, isBridge);
  const pages = new Set<number>();
  let count = 0;
  for (const { start, count: retired, end } of blocks.values()) {
    count += retired;
    for (let offset = start, i = 0; i < retired; i++) {
      pages.add(offset & ~4095);
      offset += insns.get(offset)!.length;
      pages.add((offset - 1) & ~4095);
    }
    if (end.kind === 'call' && end.stub) pages.add(end.stub.page);
  }
  for (const page of view.pages.keys()) if (!pages.has(page)) view.pages.delete(page);
  return { entry, also: also.filter((offset) => blocks.has(offset)), blocks, body: blocks, insns: count, isCut: insns.size >= limit, view };
}

/** Where the direct branches of a block go. */
export function waysOut(end: BlockEnd): number[] {
  switch (end.kind) {
    case 'jump':
    case 'leave':
      return [end.to];
    case 'cond':
      return [end.taken, end.next];
    case 'call':
      return [end.behind];
    case 'inlined':
      return [end.to];
    case 'guess':
      return [end.hit, end.miss];
    case 'ret':
      return end.back ? [end.back.to] : [];
    case 'guard':
      return [end.fast, end.slow];
    default:
      return [];
  }
}

/** Where branches of a block go, an indirect jump as far as was seen. */
export function allWaysOut(end: BlockEnd): readonly number[] {
  return end.kind === 'indirect' ? end.targets : waysOut(end);
}

/** Where control goes on within a region, as far as its blocks are there; not through an indirect jump. */
export function successorsOf(end: BlockEnd): number[] {
  return end.kind === 'leave' ? [] : waysOut(end);
}

/**
 * What is translated already, as another region, is left to that: but for what is in a loop with the rest, which would go to and fro. A
 * switch is no loop here: its arms are many, and each comes round but now and then.
 */
function withoutOthers(
  all: ReadonlyMap<number, Block>,
  entries: readonly number[],
  begins: (offset: number) => boolean,
  isBridge: boolean,
): Map<number, Block> {
  const kept = new Map<number, Block>();
  const others = new Set<number>();
  const keep = (from: readonly number[]): void => {
    const queue = [...from];
    for (let offset = queue.pop(); offset !== undefined; offset = queue.pop()) {
      const block = all.get(offset);
      if (!block || kept.has(offset)) continue;
      kept.set(offset, block);
      others.delete(offset);
      for (const to of allWaysOut(block.end))
        if (begins(to) && !kept.has(to)) others.add(to);
        else queue.push(to);
    }
  };
  const comesBack = (from: number): boolean => {
    const seen = new Set<number>();
    const queue = [from];
    for (let offset = queue.pop(); offset !== undefined; offset = queue.pop()) {
      if (kept.has(offset)) return true;
      const block = all.get(offset);
      if (!block || seen.has(offset)) continue;
      seen.add(offset);
      queue.push(...waysOut(block.end));
    }
    return false;
  };
  keep(entries);
  for (let changed = !isBridge; changed;) {
    changed = false;
    for (const other of others) {
      if (!all.has(other) || !comesBack(other)) continue;
      keep([other]);
      changed = true;
    }
  }
  return kept;
}

/** The jump through a table of addresses (PLT) at an offset, if there is one within its page. */
function stubAt(view: CodeView, offset: number): Insn | null {
  const insn = view.insn(offset);
  if (insn?.op !== JMP_M || insn.rm !== Cpu.PageVa || insn.flags !== 0) return null;
  return ((offset + insn.length - 1) & ~4095) === insn.page ? insn : null;
}

function blockAt(
  start: number,
  insns: ReadonlyMap<number, Insn>,
  leaders: ReadonlySet<number>,
  indirect: ReadonlyMap<number, readonly number[]>,
  called: ReadonlyMap<number, { stub: Insn | null; to: readonly number[] }>,
): Block {
  const body: Insn[] = [];
  const block = (end: BlockEnd, branch = 0): Block => ({ start, insns: body, count: body.length + branch, end });
  for (let offset = start; ;) {
    const insn = insns.get(offset);
    if (!insn) return block({ kind: 'leave', to: offset });
    if (offset !== start && leaders.has(offset)) return block({ kind: 'jump', to: offset });
    const { op, imm } = insn;
    const next = offset + insn.length;
    if (isCond(op)) return block({ kind: 'cond', code: op - JO, taken: imm, next }, 1);
    if (op === JMP) return block({ kind: 'jump', to: imm }, 1);
    if (isCall(op)) return block({ kind: 'call', insn, ...called.get(offset)!, next, behind: next }, 1);
    if (op === RET) return block({ kind: 'ret', insn, back: null }, 1);
    if (isIndirect(op)) return block({ kind: 'indirect', insn, targets: indirect.get(offset) ?? [] }, 1);
    body.push(insn);
    offset = next;
  }
}
