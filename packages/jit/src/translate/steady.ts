import { Cpu, UopFlag } from '@ring3/abi';
import type { Block, Insn } from '../region.js';
import type { Flow } from '../structure.js';
import { familyOf } from './classify.js';
import { loopsOf, type NaturalLoop } from './loops.js';
import { Family, Operand, type Traits, traitsOf } from './traits.js';

/** Loops of more blocks are not looked at: interpreters, whose code is large and each part of it seldom run. */
const LARGE = 12;
/** What a function may change: all but rbx, rsp, rbp, r12–r15. */
const CALL_CLOBBERED = 0x0fc7;
/** Values up to this, scaled, seldom leave a page. */
const SMALL = 0x3ff;
/** General registers that SSE instructions set. */
export const SSE_TO_GENERAL = /^(cvtt?s[sd]2si|movmskp|pmovmskb|pextr|mov[dq]_[ER])/;

/**
 * Which registers hold, at the start of each block in a loop, something that goes from one turn to the next in small steps, or not at all:
 * what is not loaded or computed anew in the innermost loop around it. As bits; 0 outside loops. A guess: addresses made of such registers
 * mostly stay in the page where they were. A loop that data ends may be a short one: what is new for it in each turn of the loop around it is
 * not steady in it.
 */
export function steadyRegisters(flow: Flow, blocks: ReadonlyMap<number, Block>): Map<number, number> {
  const steady = new Map<number, number>();
  /** What is not steady at the end of each block, in the innermost loop looked at so far. */
  const known = new Map<number, number>();
  for (const loop of loopsOf(flow)) {
    if (loop.body.size > LARGE) continue;
    let entered = 0;
    for (const p of flow.predecessors.get(loop.header)!) if (!loop.body.has(p)) entered |= known.get(p) ?? 0;
    let wild = spread(flow, blocks, loop, 0);
    if (entered !== 0 && !isCounted(blocks, loop, wild)) wild = spread(flow, blocks, loop, entered);
    for (const [node, bits] of wild) {
      steady.set(node, ~bits & 0xffff);
      known.set(node, wildAfter(blocks.get(node), bits));
    }
  }
  return steady;
}

/** What is not steady at the start of each block of a loop; `entered`: where it is entered. */
function spread(
  { predecessors }: Flow,
  blocks: ReadonlyMap<number, Block>,
  { header, body }: NaturalLoop,
  entered: number,
): Map<number, number> {
  const wild = new Map<number, number>();
  const ends = new Map<number, number>();
  for (let changed = true; changed;) {
    changed = false;
    for (const node of body) {
      let bits = node === header ? entered : 0;
      for (const p of predecessors.get(node)!) bits |= ends.get(p) ?? 0;
      wild.set(node, bits);
      const after = wildAfter(blocks.get(node), bits);
      if (ends.get(node) === after) continue;
      ends.set(node, after);
      changed = true;
    }
  }
  return wild;
}

/** Is a loop left only where registers that are steady in it have come to a certain value? */
function isCounted(blocks: ReadonlyMap<number, Block>, { body }: NaturalLoop, wild: ReadonlyMap<number, number>): boolean {
  for (const node of body) {
    const block = blocks.get(node);
    if (block?.end.kind !== 'cond' || (body.has(block.end.taken) && body.has(block.end.next))) continue;
    const { insns } = block;
    let at = insns.length - 1;
    while (at >= 0 && familyOf(insns[at]!) !== Family.Alu && familyOf(insns[at]!) !== Family.Unary) at--;
    const compare = insns[at];
    if (!compare) continue;
    const { to, from } = traitsOf(compare.op);
    if (!(compare.flags & UopFlag.RmReg) && (to === Operand.E || from === Operand.E)) return false;
    let bits = wild.get(node)!;
    for (const insn of insns.slice(0, at)) {
      bits = wildAfterInsn(insn, bits);
      // A byte makes no large index, but is data all the same.
      if (familyOf(insn) === Family.MovExtend && !(insn.flags & UopFlag.RmReg)) bits |= bit(insn.reg);
    }
    const operands = (to === Operand.A ? bit(Cpu.Rax) : bit(compare.rm)) | (to === Operand.G || from === Operand.G ? bit(compare.reg) : 0);
    if (bits & operands) return false;
  }
  return true;
}

function wildAfter(block: Block | undefined, wild: number): number {
  if (!block) return wild;
  for (const insn of block.insns) wild = wildAfterInsn(insn, wild);
  return block.end.kind === 'call' ? wild | CALL_CLOBBERED : wild;
}

function bit(offset: number): number {
  return offset < 0x80 ? 1 << (offset >> 3) : 0;
}

/** The registers that are not steady after an instruction, from those before it. */
export function wildAfterInsn(insn: Insn, wild: number): number {
  const traits = traitsOf(insn.op);
  const { to, from, bits } = traits;
  const isReg = (insn.flags & UopFlag.RmReg) !== 0;
  const target = to === Operand.G ? bit(insn.reg) : to === Operand.E && isReg ? bit(insn.rm) : to === Operand.A ? bit(Cpu.Rax) : 0;
  const set = (isWild: boolean, register = target): number => (isWild ? wild | register : wild & ~register);
  const source = (): boolean => {
    if (from === Operand.Immediate || from === Operand.WideImmediate) return false;
    if (from === Operand.G) return (wild & bit(insn.reg)) !== 0;
    return !isReg || (wild & bit(insn.rm)) !== 0;
  };
  const reg = bit(insn.reg);
  switch (familyOf(insn)) {
    case Family.Mov:
      return bits === 8 ? wild : set(source());
    case Family.MovExtend:
      return set(traits.fromBits > 8 && (!isReg || (wild & bit(insn.rm)) !== 0), reg);
    case Family.Lea:
      return set((wild & (bit(insn.rm) | bit(insn.index & 0xf8))) !== 0, reg);
    case Family.Alu:
      return alu(insn, traits, wild, target, source);
    case Family.Shift:
      if (from !== Operand.Immediate) return wild | target;
      // To the left, an index is scaled; to the right, a byte may be all that is left.
      if (traits.mnemonic === 'shl') return insn.imm <= 4 ? wild : wild | target;
      return set(insn.imm < bits - 8);
    case Family.Cmov:
      return isReg && !(wild & bit(insn.rm)) ? wild : wild | reg;
    case Family.Unary:
      return traits.mnemonic === 'inc' || traits.mnemonic === 'dec' || bits === 8 ? wild : wild | target;
    case Family.Cbw:
      return wild;
    case Family.Multiply:
    case Family.Divide:
      return wild | bit(Cpu.Rax) | bit(Cpu.Rdx);
    case Family.Cwd:
      return wild | bit(Cpu.Rdx);
    case Family.Xlat:
      return wild;
    case Family.String:
      return traits.mnemonic === 'lods' ? wild | bit(Cpu.Rax) : wild;
    case Family.Sse:
      return SSE_TO_GENERAL.test(insn.name) ? wild | reg | (isReg ? bit(insn.rm) : 0) : wild;
    case Family.Push:
    case Family.Nop:
    case Family.FlagControl:
    case Family.BitTest:
    case Family.Set:
    case Family.Step:
      return wild;
    case Family.Leave:
      return wild | bit(Cpu.Rbp);
    case Family.Pop:
      return isReg ? wild | bit(insn.rm) : wild;
    case Family.Xchg:
    case Family.Xadd:
    case Family.Cmpxchg:
      return wild | reg | (isReg ? bit(insn.rm) : 0) | bit(Cpu.Rax);
    case Family.Rotate:
    case Family.RotateCarry:
    case Family.DoubleShift:
      return wild | (isReg ? bit(insn.rm) : 0);
    default:
      return wild | reg;
  }
}

function alu(insn: Insn, { mnemonic, from, bits }: Traits, wild: number, target: number, source: () => boolean): number {
  switch (mnemonic) {
    case 'cmp':
    case 'test':
      return wild;
    case 'add':
    case 'sub':
      return bits > 8 && source() ? wild | target : wild;
    case 'and':
      return from === Operand.Immediate && insn.imm >= 0 && insn.imm <= SMALL ? wild & ~target : wild | target;
    case 'xor':
      return from !== Operand.Immediate && insn.reg === insn.rm ? wild & ~target : wild | target;
    default:
      return bits > 8 ? wild | target : wild;
  }
}
