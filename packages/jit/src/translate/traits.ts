import { opFunctions, opNames } from '../op-names.generated.js';

/** What translates an instruction: integer/. */
export const enum Family {
  /** A region ends before it: what it does, the run loop must see. */
  Ends,
  /** The interpreter executes it from inside the region. */
  Step,
  Sse,
  Branch,
  Nop,
  Alu,
  Unary,
  Mov,
  MovExtend,
  Lea,
  Xchg,
  Xadd,
  Cmpxchg,
  Bswap,
  Xlat,
  Cbw,
  Cwd,
  Shift,
  Rotate,
  RotateCarry,
  DoubleShift,
  Multiply,
  Imul,
  Divide,
  BitTest,
  BitScan,
  Popcnt,
  Cmov,
  Set,
  FlagControl,
  Push,
  Pop,
  Leave,
  String,
}

/** Where an operand is. */
export const enum Operand {
  None,
  /** The register in rm where flags has RmReg, else memory. */
  E,
  /** The register in reg. */
  G,
  /** Sign-extended. */
  Immediate,
  /** All of disp:imm. */
  WideImmediate,
  /** cl */
  Cl,
  /** rax, or a part of it. */
  A,
  /** Memory at the address in disp:imm. */
  Offset,
}

/** What is known of an op, whatever its operands. */
export interface Traits {
  readonly family: Family;
  /** As the interpreter's functions have it: 'cmovae', 'shl'. */
  readonly mnemonic: string;
  /** Operand size in bits. */
  readonly bits: 8 | 16 | 32 | 64;
  readonly to: Operand;
  readonly from: Operand;
  readonly third: Operand;
  /** Bits of the source of movzx and movsx. */
  readonly fromBits: 8 | 16 | 32;
  /** Condition code of cmov and set; −1: in imm. */
  readonly condition: number;
}

const families: Readonly<Record<string, Family>> = {
  ...all(Family.Alu, 'add or adc sbb and sub xor cmp test'),
  ...all(Family.Unary, 'inc dec not neg'),
  ...all(Family.Mov, 'mov movnti'),
  ...all(Family.MovExtend, 'movzx movsx movsxd'),
  ...all(Family.Shift, 'shl shr sar'),
  ...all(Family.Rotate, 'rol ror'),
  ...all(Family.RotateCarry, 'rcl rcr'),
  ...all(Family.DoubleShift, 'shld shrd'),
  ...all(Family.Divide, 'div idiv'),
  ...all(Family.BitTest, 'bt bts btr btc'),
  ...all(Family.BitScan, 'bsf bsr'),
  ...all(Family.FlagControl, 'sahf lahf cmc clc stc cld std'),
  ...all(Family.String, 'movs stos lods scas cmps'),
  ...all(Family.Step, 'clflush pushf enter'),
  lea: Family.Lea,
  xchg: Family.Xchg,
  xadd: Family.Xadd,
  cmpxchg: Family.Cmpxchg,
  bswap: Family.Bswap,
  xlat: Family.Xlat,
  cbw: Family.Cbw,
  cwd: Family.Cwd,
  mul: Family.Multiply,
  imul: Family.Imul,
  popcnt: Family.Popcnt,
  cmov: Family.Cmov,
  set: Family.Set,
  push: Family.Push,
  pop: Family.Pop,
  leave: Family.Leave,
  nop: Family.Nop,
};

function all(family: Family, mnemonics: string): Record<string, Family> {
  return Object.fromEntries(mnemonics.split(' ').map((mnemonic) => [mnemonic, family]));
}

const conditions = ['o', 'no', 'b', 'ae', 'e', 'ne', 'be', 'a', 's', 'ns', 'p', 'np', 'l', 'ge', 'le', 'g'];
const hotBranches = /^(j[a-z]+|jmp_[JRMX]|call_[JRM]|ret)$/;

const operandLetters: Readonly<Record<string, Operand>> = {
  ...{ E: Operand.E, R: Operand.E, M: Operand.E, X: Operand.E, Z: Operand.E, Fs: Operand.E },
  ...{ Eb: Operand.E, Rb: Operand.E, Mb: Operand.E, Xb: Operand.E, Ew: Operand.E, Rw: Operand.E, Mw: Operand.E, Xw: Operand.E },
  ...{ G: Operand.G, I: Operand.Immediate, C: Operand.Cl, A: Operand.A, O: Operand.Offset },
};

const FIRST_COLD_OP = opFunctions.findIndex((name) => name !== '');

function find(op: number): Traits {
  const hot = op < FIRST_COLD_OP;
  const text = (hot ? opNames[op] : opFunctions[op]) ?? '';
  const [, name = '', bits = '', rest = ''] = /^([a-z]+?)(8|16|32|64)?(?:_(\w+))?$/.exec(text) ?? [];
  const conditional = /^(cmov|set)([a-z]+)$/.exec(name);
  const mnemonic = conditional?.[1] ?? name;
  const operands = mnemonic === 'movnti' ? ['E', 'G'] : rest === '' ? [] : rest.split('_');
  let family = families[mnemonic] ?? Family.Ends;
  if (hot && hotBranches.test(text)) family = Family.Branch;
  // One operand: rdx:rax := rax × E.
  if (family === Family.Imul && operands.length === 1) family = Family.Multiply;
  // Double-wide compare and exchange; segment registers.
  if (rest === 'pair') family = Family.Step;
  if (operands.some((operand) => operand === 'S' || operand === 'fs' || operand === 'gs')) family = Family.Ends;
  const to = operandLetters[operands[0] ?? ''] ?? Operand.None;
  let from = operandLetters[operands[1] ?? ''] ?? Operand.None;
  if (rest === 'Z_I' && bits === '64') from = Operand.WideImmediate;
  return {
    family,
    mnemonic,
    bits: (bits === '' ? (family === Family.Set ? 8 : 64) : Number(bits)) as Traits['bits'],
    to,
    from,
    third: operandLetters[operands[2] ?? ''] ?? Operand.None,
    fromBits: mnemonic === 'movsxd' ? 32 : /_[A-Z]w/.test(text) ? 16 : 8,
    condition: conditional ? conditions.indexOf(conditional[2]!) : -1,
  };
}

const known: Traits[] = [];

export function traitsOf(op: number): Traits {
  return (known[op] ??= find(op));
}
