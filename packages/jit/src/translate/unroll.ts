import { UopFlag } from '@ring3/abi';
import { ALONE, TURN } from '../copies.js';
import { type Block, type Guard, type Insn, type Place, successorsOf } from '../region.js';
import { analyse } from '../structure.js';
import { familyOf, hasMemoryOperand } from './classify.js';
import { loopsOf, type NaturalLoop } from './loops.js';
import { moveOf, NONE, placeOf } from './places.js';
import { SSE_TO_GENERAL } from './steady.js';
import { Family, Operand, traitsOf } from './traits.js';

/** Instructions that the turns of a loop come to, at most, when several of them are written down; and how many turns those are. */
const UNROLLED = 72;
const TURNS = 4;
/** All that a region has more than before. */
const SURPLUS = 160;
/** Places that a loop is guarded with. */
const GUARDS = 5;

/**
 * Small loops: several turns of them are written down one after the other, behind a check of all that they access, as far as that lies close
 * together; where the check fails, one turn is done alone. So what a loop does at its end is done once in several turns, too. The loop begins
 * with the check then.
 */
export function unroll(blocks: ReadonlyMap<number, Block>, entry: number, isQuick: (block: Block) => boolean): ReadonlyMap<number, Block> {
  const flow = analyse((node) => successorsOf(blocks.get(node)!.end).filter((to) => blocks.has(to)), entry);
  if (flow.cut.length > 0) return blocks;
  const all = new Map(blocks);
  let surplus = 0;
  for (const loop of loopsOf(flow)) {
    const { header, body } = loop;
    const turn = [...body].map((node) => blocks.get(node)!);
    const isInner = ![...body].some((node) => node !== header && flow.loopHeaders.has(node));
    if (!isInner || !turn.every((block) => (block.end.kind === 'jump' || block.end.kind === 'cond') && isQuick(block))) continue;
    const count = turn.reduce((sum, block) => sum + block.count, 0);
    const turns = Math.min(TURNS, Math.floor(UNROLLED / count));
    if (turns < 2 || surplus + turns * count > SURPLUS) continue;
    surplus += turns * count;
    const passed = alwaysPassed(loop, flow.predecessors);
    const guards = guardsOf(turn, passed);
    const first = guards.length > 0 ? 1 : 0;
    for (let i = first; i < turns + first; i++) {
      const to = (node: number): number => {
        if (node === header) return i + 1 < turns + first ? header + (i + 1) * TURN : header;
        return body.has(node) ? node + i * TURN : node;
      };
      for (const block of turn) put(all, block, block.start + i * TURN, to);
    }
    if (guards.length === 0) continue;
    put(all, blocks.get(header)!, header + ALONE, (node) => node);
    all.set(header, { start: header, insns: [], count: 0, end: { kind: 'guard', guards, fast: header + TURN, slow: header + ALONE } });
  }
  return all;
}

function put(all: Map<number, Block>, block: Block, start: number, to: (node: number) => number): void {
  const { end } = block;
  let redirected = end;
  if (end.kind === 'jump') redirected = { ...end, to: to(end.to) };
  else if (end.kind === 'cond') redirected = { ...end, taken: to(end.taken), next: to(end.next) };
  all.set(start, { ...block, start, end: redirected });
}

/** Blocks of a loop that no turn goes without: from which alone one comes to its ends. */
function alwaysPassed({ header, body }: NaturalLoop, predecessors: ReadonlyMap<number, readonly number[]>): ReadonlySet<number> {
  const ends = predecessors.get(header)!.filter((node) => body.has(node));
  const passed = new Set<number>([header]);
  if (ends.length > 1) return passed;
  for (let node = ends[0]!; node !== header;) {
    passed.add(node);
    const before = predecessors.get(node)!;
    if (before.length > 1) break;
    node = before[0]!;
  }
  return passed;
}

/** What a turn accesses through registers that the next turn has as well, but for a constant. */
function guardsOf(turn: readonly Block[], passed: ReadonlySet<number>): Guard[] {
  const guards: Guard[] = [];
  /** What registers are, by those at the beginning; null: not known. */
  const held: ({ from: number; by: number } | null)[] = Array.from({ length: 16 }, (_, from) => ({ from, by: 0 }));
  for (const { insns, start } of turn) {
    for (const insn of insns) {
      const place = passed.has(start) && hasMemoryOperand(insn) ? placeOf(insn) : null;
      const at = place && moved(place, held);
      if (at && !guards.some((other) => isSame(other.place, at.place))) guards.push({ insn, place: at.place, disp: insn.disp + at.by });
      const move = moveOf(insn);
      const source = move && held[move.from];
      const after = passed.has(start) && move && source ? { from: source.from, by: source.by + move.by } : null;
      const written = move ? 1 << move.to : writtenBy(insn);
      for (let register = 0; register < 16; register++) if (written & (1 << register)) held[register] = after;
    }
  }
  const stays = (register: number): boolean => register === NONE || held[register]?.from === register;
  return guards.filter(({ place }) => stays(place.register) && stays(place.index)).slice(0, GUARDS);
}

const ALL = 0xffff;

/** Registers that an instruction may set, as bits. */
function writtenBy(insn: Insn): number {
  const { mnemonic, to } = traitsOf(insn.op);
  const isReg = (insn.flags & UopFlag.RmReg) !== 0;
  const rm = isReg ? 1 << (insn.rm >> 3) : 0;
  const reg = 1 << (insn.reg >> 3);
  const target = to === Operand.G ? reg : to === Operand.E ? rm : to === Operand.A ? 1 : ALL;
  switch (familyOf(insn)) {
    case Family.Nop:
      return 0;
    case Family.Alu:
      return mnemonic === 'cmp' || mnemonic === 'test' ? 0 : target;
    case Family.BitTest:
      return mnemonic === 'bt' ? 0 : rm;
    case Family.Mov:
    case Family.Unary:
    case Family.Shift:
    case Family.Rotate:
      return target;
    case Family.Set:
      return rm;
    case Family.MovExtend:
    case Family.Lea:
    case Family.Cmov:
    case Family.BitScan:
    case Family.Popcnt:
      return reg;
    case Family.Sse:
      return SSE_TO_GENERAL.test(insn.name) ? ALL : 0;
    default:
      return ALL;
  }
}

function moved(
  { register, index, shift }: Place,
  held: readonly ({ from: number; by: number } | null)[],
): { place: Place; by: number } | null {
  const base = held[register];
  if (index === NONE) return base ? { place: { register: base.from, index, shift }, by: base.by } : null;
  const scaled = held[index];
  return base && scaled ? { place: { register: base.from, index: scaled.from, shift }, by: base.by + scaled.by * 2 ** shift } : null;
}

function isSame(a: Place, b: Place): boolean {
  return a.register === b.register && a.index === b.index && a.shift === b.shift;
}
