import { UopFlag } from '@ring3/abi';
import type { Insn } from '../../region.js';
import { type Checks, NEAR, type Operation, type Outcome, outcomeOf, PLAIN } from './arithmetic-bounds.js';
import { type Bounds, DOUBLE, integerOf, isSafe, type Known, SINGLE, ZERO } from './bounds.js';
import { mnemonic, Theme, themeOf } from './names.js';
import { moved, shuffled } from './transfer-moves.js';
import {
  allSingles,
  bothDoubles,
  doubles,
  type Facts,
  found,
  fresh,
  lowDouble,
  lowSingle,
  NOTHING,
  type Register,
  singles,
  ZEROS,
} from './register-facts.js';

/** Addresses with these are the interpreter's (sse.ts). */
export const BY_INTERPRETER = UopFlag.Fs | UopFlag.Gs | UopFlag.Addr32 | UopFlag.RipWide;

/** What is known at a place. */
export interface FloatState {
  readonly registers: Register[];
  /** An inexact result is no news: MXCSR has PE, all exceptions are masked, it rounds to nearest. */
  isQuiet: boolean;
}

export function nothingKnown(): FloatState {
  return { registers: Array.from({ length: 16 }, () => NOTHING), isQuiet: false };
}

/** Is told what an instruction has to look at. */
export interface Wishes {
  /** `bounds`: as it has to be found. */
  element(register: Register, element: keyof Facts, bounds: Bounds): void;
  quiet(): void;
}

/** What a name says. */
export interface Named {
  readonly theme: Theme | undefined;
  readonly m: string;
  /** Integer instructions leave the xmm registers alone, what is called does not. */
  readonly forgets: boolean;
  /** ModRM.rm is the destination. */
  readonly stores: boolean;
}

const named = new Map<string, Named>();

function namedOf(name: string): Named {
  let known = named.get(name);
  if (!known) {
    const theme = themeOf(name);
    const forgets = theme === undefined && /_[VWU]|^(call|jmp|ret|\?)/.test(name);
    const m = mnemonic(name).replace(/^(cvtsi2s[sd])(32|64)$/, '$1');
    named.set(name, (known = { theme, m, forgets, stores: /_([MWE]\w*_V|R_V)/.test(name) }));
  }
  return known;
}

/** Does it change what is known? */
export function concerns({ name }: Insn): boolean {
  const { theme, forgets } = namedOf(name);
  return theme !== undefined || forgets;
}

/** An instruction at work on a state: its registers, by number. */
export interface Step extends Named {
  readonly insn: Insn;
  readonly state: FloatState;
  readonly checks: Checks;
  readonly v: number;
  readonly w: number;
  readonly isReg: boolean;
  readonly wishes: Wishes | null;
}

/** What is known behind an instruction. `stepped`: it is the interpreter's. */
export function after(insn: Insn, state: FloatState, checks: Checks, stepped: boolean, wishes: Wishes | null = null): void {
  const { name } = insn;
  const known = namedOf(name);
  const { theme } = known;
  const isReg = (insn.flags & UopFlag.RmReg) !== 0;
  const forget = (): void => {
    state.registers.fill(NOTHING);
    state.isQuiet = false;
  };
  if (stepped || known.forgets) return forget();
  if (theme === undefined) return;
  if (theme === Theme.Control) {
    if (name.startsWith('ld')) state.isQuiet = false;
    return;
  }
  if (!isReg && insn.flags & BY_INTERPRETER) return forget();
  const step: Step = { ...known, insn, state, checks, v: (insn.reg >> 4) & 15, w: (insn.rm >> 4) & 15, isReg, wishes };
  switch (theme) {
    case Theme.ScalarFloat:
      return scalar(step);
    case Theme.PackedFloat:
      return packed(step);
    case Theme.Compare:
      return compared(step);
    case Theme.Conversion:
      return converted(step);
    case Theme.Move:
      return moved(step);
    case Theme.Integer:
      if (isReg && step.v === step.w && (step.m === 'pxor' || step.m === 'xorps' || step.m === 'xorpd')) state.registers[step.v] = ZEROS;
      else state.registers[name.endsWith('_Ib') ? step.w : step.v] = NOTHING;
      return;
    case Theme.Shuffle:
      return shuffled(step);
  }
}

/** The second operand. */
function sourceOf({ state, w, isReg }: Step): Register {
  return isReg ? state.registers[w]! : NOTHING;
}

/** Elements of a register have been looked at, and found as `checks` ask. */
function look({ state, wishes }: Step, number: number, isDouble: boolean, all: boolean, checks: Checks): void {
  const { registers } = state;
  const bounds = isDouble ? checks.double : checks.single;
  const elements: readonly (keyof Facts)[] = isDouble ? ['low', 'high'] : ['single', 'singles'];
  for (const element of all ? elements : elements.slice(0, 1)) {
    const before = registers[number]!;
    found(registers, number, element, bounds);
    if (registers[number] !== before) wishes?.element(before, element, bounds);
  }
}

/** Those operands of an operation that it has to look at. */
function lookAt(step: Step, { checksA, checksB }: Outcome, isDouble: boolean, all: boolean, checks: Checks): void {
  if (checksA) look(step, step.v, isDouble, all, checks);
  if (checksB && step.isReg) look(step, step.w, isDouble, all, checks);
}

/** An operation may round: that this is no news is known then. */
function rounded({ state, checks, wishes }: Step): void {
  if (checks !== NEAR) return;
  if (!state.isQuiet) wishes?.quiet();
  state.isQuiet = true;
}

function scalar(step: Step): void {
  const { m, state, checks, v } = step;
  const { registers } = state;
  const operation = m.slice(0, -2) as Operation;
  const isDouble = m.endsWith('d');
  const format = isDouble ? DOUBLE : SINGLE;
  const low = (register: Register): Known => (isDouble ? register.low : register.single);
  const before = registers[v]!;
  const outcome = outcomeOf(operation, checks, format, low(before), low(sourceOf(step)));
  const { result, rounds } = outcome;
  lookAt(step, outcome, isDouble, false, rounds ? checks : PLAIN);
  registers[v] = isDouble ? lowDouble(result, registers[v]!) : lowSingle(result, registers[v]!);
  if (rounds) rounded(step);
}

function packed(step: Step): void {
  const { m, state, checks, v } = step;
  const { registers } = state;
  const operation = m.slice(0, -2) as Operation;
  const isDouble = m.endsWith('d');
  const all = isDouble ? bothDoubles : allSingles;
  // Roots are checked plainly everywhere.
  if (operation === 'sqrt') {
    registers[v] = isDouble ? doubles(PLAIN.double) : singles(PLAIN.single);
    return;
  }
  const outcome = outcomeOf(operation, checks, isDouble ? DOUBLE : SINGLE, all(registers[v]!), all(sourceOf(step)));
  const { result, rounds } = outcome;
  lookAt(step, outcome, isDouble, true, rounds ? checks : PLAIN);
  registers[v] = isDouble ? doubles(result) : singles(result);
  if (rounds) rounded(step);
}

function compared(step: Step): void {
  const { m, state, checks, v, w, isReg } = step;
  const isDouble = m.endsWith('d');
  const isPacked = m.startsWith('cmpp');
  // Quiet NaNs may pass where checks are plain.
  if (m.startsWith('comis') || checks === NEAR) {
    look(step, v, isDouble, isPacked, PLAIN);
    if (isReg) look(step, w, isDouble, isPacked, PLAIN);
  }
  if (!/^u?comis/.test(m)) state.registers[v] = NOTHING;
}

function converted(step: Step): void {
  const { m, state, checks, v } = step;
  const { name } = step.insn;
  const { registers } = state;
  const from = sourceOf(step);
  const bits = name.endsWith('64') ? 64 : 32;
  if (m === 'cvtsi2sd') registers[v] = lowDouble(integerOf(bits), registers[v]!);
  else if (m === 'cvtsi2ss') registers[v] = lowSingle(integerOf(bits), registers[v]!);
  else if (m === 'cvtss2sd') registers[v] = lowDouble(from.single ?? checks.single, registers[v]!);
  else if (m === 'cvtsd2ss') {
    registers[v] = lowSingle(narrowed(from.low, checks) ?? checks.single, registers[v]!);
    rounded(step);
  } else if (m === 'cvtdq2pd') registers[v] = doubles(integerOf(32));
  else if (m === 'cvtdq2ps') registers[v] = singles(integerOf(32));
  else if (m === 'cvtps2pd') registers[v] = doubles(allSingles(from) ?? PLAIN.single);
  else if (m === 'cvtpd2ps') registers[v] = fresh({ high: ZERO, single: PLAIN.single, singles: PLAIN.single });
  else if (!m.includes('2si')) registers[v] = NOTHING;
}

/** What is known of a double that a single holds as well, rounded, so that it needs no check. */
export function narrowed(known: Known, checks: Checks): Known {
  return checks === NEAR && known && isSafe(known, SINGLE) ? known : null;
}
