import { MemoryMap, RegionSlot, Uop } from '@ring3/abi';
import type { Core } from '@ring3/core';
import { opNames } from './op-names.generated.js';

/** A decoded micro-op, read from the core's memory. */
export interface Insn {
  /** Host address of the micro-op. */
  at: number;
  op: number;
  name: string;
  reg: number;
  rm: number;
  disp: number;
  imm: number;
  index: number;
  flags: number;
  /** In its page. */
  offset: number;
  length: number;
}

export type BlockEnd = { kind: 'jump'; to: number } | { kind: 'cond'; code: number; taken: number; next: number } | { kind: 'leave' };

export interface Block {
  start: number;
  insns: Insn[];
  end: BlockEnd;
}

const Pseudo = { Goto: 0, PageEnd: 1, Straddle: 2, End: 3 } as const;
const ENTER = opNames.indexOf('Enter');
const JO = opNames.indexOf('jo');
const JG = opNames.indexOf('jg');
const CODE_PAGE_INDEX = 16;
const MAX_INSNS = 600;

export function readInsn(core: Core, at: number): Insn {
  const { u16, u8, i32 } = core;
  let from = at;
  if (u16[at >>> 1] === ENTER) from = MemoryMap.RegionSlots + RegionSlot.Bytes * i32[(at + Uop.Imm) >>> 2]!;
  const op = u16[from >>> 1]!;
  const pc = u16[(from + Uop.Pc) >>> 1]!;
  return {
    at,
    op,
    name: opNames[op] || `?${op}`,
    reg: u8[from + Uop.Reg]!,
    rm: u8[from + Uop.Rm]!,
    disp: i32[(from + Uop.Disp) >>> 2]!,
    imm: i32[(from + Uop.Imm) >>> 2]!,
    index: u8[from + Uop.Index]!,
    flags: u8[from + Uop.Flags]!,
    offset: pc & 0xfff,
    length: pc >>> 12,
  };
}

/** Host address of the decoded micro-op at an offset of a code page; 0: not decoded. */
export function decodedAt(core: Core, code: number, offset: number): number {
  return offset >= 0 && offset < 4096 ? core.u32[(code + CODE_PAGE_INDEX + 4 * offset) >>> 2]! : 0;
}

export function isCond(insn: Insn): boolean {
  return insn.op >= JO && insn.op <= JG;
}
const always = new Set(['jmp_J', 'call_J', 'jmp_R', 'jmp_M', 'jmp_X', 'call_R', 'call_M', 'ret']);
export function isBranch(insn: Insn): boolean {
  return isCond(insn) || always.has(insn.name);
}

/** A branch to itself or to what stands before it in the page: there is a loop. */
export function isBackward(insn: Insn): boolean {
  return (isCond(insn) || insn.name === 'jmp_J') && insn.imm >= 0 && insn.imm <= insn.offset;
}

/** Control comes back behind it. */
export function isReturning(insn: Insn): boolean {
  return insn.name.startsWith('call') || /^jmp_[RMX]$/.test(insn.name);
}

/** The blocks that can be reached inside a page from `entry`; edges to what is not among them leave the region. */
export function buildBlocks(core: Core, code: number, entry: number, translatable: (insn: Insn) => boolean): Map<number, Block> {
  const insns = new Map<number, Insn & { next: number }>();
  const leaders = new Set<number>([entry]);
  const work = [entry];
  while (work.length > 0) {
    let offset = work.pop()!;
    let at = decodedAt(core, code, offset);
    while (at !== 0 && !insns.has(offset) && insns.size < MAX_INSNS) {
      const op = core.u16[at >>> 1]!;
      if (op <= Pseudo.End) {
        if (op !== Pseudo.Goto) break;
        offset = core.i32[(at + Uop.Imm) >>> 2]!;
        at = decodedAt(core, code, offset);
        continue;
      }
      const insn = readInsn(core, at);
      if (insn.offset !== offset) break;
      if (!translatable(insn)) break;
      const next = offset + insn.length;
      insns.set(offset, { ...insn, next });
      if (isCond(insn)) {
        leaders.add(insn.imm).add(next);
        work.push(insn.imm);
      } else if (insn.name === 'jmp_J') {
        leaders.add(insn.imm);
        work.push(insn.imm);
        break;
      } else if (isBranch(insn)) break;
      offset = next;
      at += 16;
      if (core.u16[at >>> 1]! > Pseudo.End && core.u32[(code + CODE_PAGE_INDEX + 4 * offset) >>> 2] !== at)
        at = decodedAt(core, code, offset);
    }
  }
  const blocks = new Map<number, Block>();
  for (const leader of leaders) {
    if (!insns.has(leader)) continue;
    const block: Block = { start: leader, insns: [], end: { kind: 'leave' } };
    for (let offset = leader; ;) {
      const insn = insns.get(offset);
      if (!insn || (offset !== leader && leaders.has(offset))) {
        block.end = { kind: 'jump', to: offset };
        break;
      }
      block.insns.push(insn);
      if (isCond(insn)) {
        block.end = { kind: 'cond', code: insn.op - JO, taken: insn.imm, next: insn.next };
        break;
      }
      if (insn.name === 'jmp_J') {
        block.end = { kind: 'jump', to: insn.imm };
        break;
      }
      if (isBranch(insn)) break;
      offset = insn.next;
    }
    blocks.set(leader, block);
  }
  return blocks;
}
