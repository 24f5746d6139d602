import { UopFlag } from '@ring3/abi';
import { opNames } from '../op-names.generated.js';
import type { Block, Insn } from '../region.js';
import { AddCarry, type Kind, kindOf, rotatedOver, SubCarry } from './kinds.js';
import { CcOp, DYNAMIC } from './locals.js';
import { isSse } from './sse/names.js';
import { Family, Operand, type Traits, traitsOf } from './traits.js';

/** What the name of an op says, found once per name. */
function once<T>(find: (name: string) => T): (name: string) => T {
  const known = new Map<string, T>();
  return (name) => {
    let value = known.get(name);
    if (value === undefined) known.set(name, (value = find(name)));
    return value;
  };
}

const families: Family[] = [];

/** What of MMX and SSE the interpreter executes from inside a region. */
const stepped = /^(p[a-z]+|mov[a-z\d]*|maskmov\w+|cvt\w+|r(cp|sqrt)[ps]s|emms)(_|$|\d)/;

export function familyOf({ op }: Insn): Family {
  return (families[op] ??= findFamily(op));
}

function findFamily(op: number): Family {
  const { family } = traitsOf(op);
  const name = opNames[op] ?? '';
  if (family !== Family.Ends || name === '') return family;
  if (name === 'call_Ev' || name === 'jmp_Ev') return Family.Branch;
  if (isSse(name)) return Family.Sse;
  // MXCSR is looked at where a region is entered.
  if (/^f(?!xrstor)/.test(name)) return Family.Step;
  return stepped.test(name) && !/^(mov_.*(Sw|Cq|Dq)|pop|push)/.test(name) ? Family.Step : Family.Ends;
}

export function isTranslatable(insn: Insn): boolean {
  return familyOf(insn) !== Family.Ends;
}

/** Does the interpreter execute it, whatever its operands? */
export function isStepped(insn: Insn): boolean {
  return familyOf(insn) === Family.Step;
}

/** Families whose names do not tell their operands: an E. */
function hasE(family: Family): boolean {
  return family === Family.Bswap || family === Family.Set || hasG(family);
}

/** A G and an E. */
function hasG(family: Family): boolean {
  switch (family) {
    case Family.MovExtend:
    case Family.Lea:
    case Family.Xadd:
    case Family.Cmpxchg:
    case Family.BitScan:
    case Family.Popcnt:
    case Family.Cmov:
      return true;
    default:
      return false;
  }
}

/** Does it look at memory? */
function accesses(insn: Insn, family: Family): boolean {
  switch (family) {
    case Family.Push:
    case Family.Pop:
    case Family.Leave:
    case Family.String:
    case Family.Xlat:
      return true;
    case Family.Lea:
    case Family.Nop:
      return false;
  }
  const { to, from } = traitsOf(insn.op);
  if (to === Operand.Offset || from === Operand.Offset) return true;
  return (insn.flags & UopFlag.RmReg) === 0 && (to === Operand.E || from === Operand.E || hasE(family));
}

/** Has it a memory operand with a place (places.ts) and a displacement? */
export function hasMemoryOperand(insn: Insn): boolean {
  const family = familyOf(insn);
  switch (family) {
    case Family.Sse:
      return (insn.flags & UopFlag.RmReg) === 0;
    case Family.Push:
    case Family.Pop:
    case Family.Leave:
    case Family.String:
    case Family.Xlat:
    case Family.Branch:
      return false;
    default:
      return accesses(insn, family) && traitsOf(insn.op).to !== Operand.Offset && traitsOf(insn.op).from !== Operand.Offset;
  }
}

/** Calls, returns and indirect jumps. */
const leaves = once((name: string): boolean => !/^j[a-z]+$|^jmp_J$/.test(name));

/** Can the instruction leave before it has had an effect? */
export function mayExit(insn: Insn): boolean {
  const family = familyOf(insn);
  switch (family) {
    case Family.Step:
    case Family.Sse:
    case Family.Divide:
    case Family.RotateCarry:
      return true;
    case Family.DoubleShift:
      return traitsOf(insn.op).bits === 16 || accesses(insn, family);
    case Family.Branch:
      return leaves(insn.name);
    default:
      return accesses(insn, family);
  }
}

/** The count of a shift or rotate by an immediate, as the processor masks it. */
export function shiftCount(insn: Insn, { bits }: Traits): number {
  return insn.imm & (bits === 64 ? 63 : 31);
}

const enum FlagUse {
  /** Leaves them, or some of them, as they are. */
  None,
  Sets,
  Reads,
}

function flagUse(insn: Insn): FlagUse {
  const traits = traitsOf(insn.op);
  switch (familyOf(insn)) {
    case Family.Alu:
      return traits.mnemonic === 'adc' || traits.mnemonic === 'sbb' ? FlagUse.Reads : FlagUse.Sets;
    case Family.Unary:
      return traits.mnemonic === 'neg' ? FlagUse.Sets : FlagUse.None;
    case Family.Xadd:
    case Family.Cmpxchg:
    case Family.Multiply:
    case Family.Imul:
    case Family.Popcnt:
      return FlagUse.Sets;
    case Family.Shift:
      return traits.from === Operand.Immediate && shiftCount(insn, traits) !== 0 ? FlagUse.Sets : FlagUse.None;
    case Family.DoubleShift:
      return traits.third === Operand.Immediate && shiftCount(insn, traits) !== 0 ? FlagUse.Sets : FlagUse.None;
    case Family.RotateCarry:
    case Family.Cmov:
    case Family.Set:
    case Family.FlagControl:
    case Family.Step:
    case Family.Branch:
      return FlagUse.Reads;
    default:
      return FlagUse.None;
  }
}

/** Has it to know the flags before it: because it reads them, or leaves some of them as they are? */
export function wantsFlags(insn: Insn): boolean {
  const use = flagUse(insn);
  if (use !== FlagUse.None || familyOf(insn) === Family.Sse) return use === FlagUse.Reads;
  return nextKind(insn, CcOp.Logic) !== CcOp.Logic;
}

/** Does it ask for no more than a condition? */
export function asksCondition(insn: Insn): boolean {
  const family = familyOf(insn);
  return family === Family.Cmov || family === Family.Set;
}

/** Of those that are not integer instructions: does it change status flags? */
const compares = once((name: string): boolean => /^(u?comis|cmpxchg|fu?comip?_)/.test(name));

/** What leaves the flags after an instruction. */
export function nextKind(insn: Insn, kind: Kind): Kind {
  const traits = traitsOf(insn.op);
  const { mnemonic: name, bits } = traits;
  switch (familyOf(insn)) {
    case Family.Alu:
      switch (name) {
        case 'add':
          return kindOf(CcOp.Add, bits);
        case 'sub':
        case 'cmp':
          return kindOf(CcOp.Sub, bits);
        case 'adc':
          return kindOf(AddCarry, bits);
        case 'sbb':
          return kindOf(SubCarry, bits);
        default:
          return kindOf(CcOp.Logic, bits);
      }
    case Family.Unary:
      if (name === 'not') return kind;
      return kindOf(name === 'inc' ? CcOp.Inc : name === 'dec' ? CcOp.Dec : CcOp.Sub, bits);
    case Family.Xadd:
      return kindOf(CcOp.Add, bits);
    case Family.Cmpxchg:
      return kindOf(CcOp.Sub, bits);
    case Family.Multiply:
    case Family.Imul:
      return kindOf(CcOp.Mul, bits);
    case Family.Popcnt:
      return CcOp.Explicit;
    case Family.Shift:
      if (traits.from === Operand.Cl) return DYNAMIC;
      if (shiftCount(insn, traits) === 0) return kind;
      return kindOf(name === 'shl' ? CcOp.Shl : name === 'shr' ? CcOp.Shr : CcOp.Sar, bits);
    case Family.Rotate:
      if (traits.from === Operand.Cl) return DYNAMIC;
      return shiftCount(insn, traits) === 0 ? kind : rotatedOver(kind);
    case Family.DoubleShift:
      if (traits.third === Operand.Cl || bits === 16) return DYNAMIC;
      return shiftCount(insn, traits) === 0 ? kind : rotatedOver(kindOf(CcOp.Logic, bits));
    case Family.RotateCarry:
      if (traits.from === Operand.Cl) return DYNAMIC;
      return shiftCount(insn, traits) === 1 ? rotatedOver(kind) : DYNAMIC;
    case Family.BitTest:
      return rotatedOver(kind);
    case Family.BitScan:
      return CcOp.Explicit;
    case Family.FlagControl:
      if (name === 'sahf') return CcOp.Explicit;
      return name === 'clc' || name === 'stc' || name === 'cmc' ? rotatedOver(kind) : kind;
    case Family.String:
      return name === 'scas' || name === 'cmps' ? DYNAMIC : kind;
    case Family.Sse:
      return compares(insn.name) ? CcOp.Explicit : kind;
    case Family.Step:
      return compares(insn.name) ? DYNAMIC : kind;
    default:
      return kind;
  }
}

/** For each instruction: may anybody see the flags that it leaves? `live`: those that the block leaves. */
export function flagsNeeded(block: Block, live = true): boolean[] {
  const needed: boolean[] = [];
  for (let i = block.insns.length - 1; i >= 0; i--) {
    const insn = block.insns[i]!;
    needed[i] = live;
    const use = flagUse(insn);
    if (use === FlagUse.Sets) live = false;
    if (use === FlagUse.Reads || mayExit(insn)) live = true;
  }
  return needed;
}
