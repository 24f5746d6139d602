import type { Block, Insn } from '../region.js';
import { CcOp, DYNAMIC } from './locals.js';
import { packed, scalarDouble, shifts, shuffles } from './sse-tables.js';

const coldStep =
  /^(imul|mul|div|idiv|adc|sbb|add|sub|and|or|xor|cmp|test|mov|lea|movzx|movsx|movsxd|inc|dec|not|neg|shl|shr|sar|rol|ror|bt|bts|btr|btc|bsf|bsr|xchg|cmov|set|cbw|cwd|bswap|shld|shrd|popcnt|p[a-z]+|mov[a-z]*|add[sp][sd]|sub[sp][sd]|mul[sp][sd]|div[sp][sd]|sqrt[sp][sd]|min[sp][sd]|max[sp][sd]|cvt\w+|[u]?comis[sd]|and[n]?p[sd]|orp[sd]|xorp[sd]|unpck\w+|shufp[sd]|cmp[sp][sd])(_|$|\d)/;

/** What the name of an op says, found once per name. */
function once<T>(find: (name: string) => T): (name: string) => T {
  const known = new Map<string, T>();
  return (name) => {
    let value = known.get(name);
    if (value === undefined) known.set(name, (value = find(name)));
    return value;
  };
}

export function isTranslatable({ name }: Insn): boolean {
  return isTranslatableName(name);
}

const isTranslatableName = once((name: string): boolean => {
  if (name.startsWith('?') || name === 'Enter') return false;
  if (/^rep|string|movs_|stos|lods|scas|cmps_|pop|push|popf|pushf|mov_.*(Sw|Cd|Dd|Seg)/.test(name))
    return /^(push64_[ZIM]|pop64_Z)$/.test(name);
  return isInline(name) || coldStep.test(name);
});

const inline =
  /^(add|or|adc|sbb|and|sub|xor|cmp|test)(8|16|32|64)_([RGM])_([RGMI])$|^mov(8|16|32|64)_([RGMXZ])_([RGMXI])$|^lea(32|64)_[MX]$|^movzx32_G_[RMX][bw]$|^movsx(32|64)_G_[RM][bw]$|^movsxd64_G_[RMX]$|^(inc|dec|not|neg)(32|64)_R$|^imul(32)_G_(R|M|R_I)$|^imul64_G_(R|M|R_I)$|^(shl|shr|sar|rol|ror)(32|64)_R_I$|^(shl|shr|sar)(32|64)_R_C$|^cbw(32|64)$|^cwd(32|64)$|^cmov(32|64)$|^set$|^push64_[ZIM]$|^pop64_Z$|^leave64$|^nop$|^mov64_G_Fs$|^j[a-z]+$|^jmp_[JRMX]$|^call_[JRM]$|^ret$/;
export const isInline = once((name: string): boolean => inline.test(name) || isSse(name));

export const mnemonic = once((name: string): string => name.split('_')[0]!);
const sseMoves = /^(movaps|movups|movapd|movupd|movdqa|movdqu|movsd|movss|movq|movd|movhigh|movhpd|movlpd|movlps|movhps)_|^movq(32|64)_/;
export const isSse = once((name: string): boolean => {
  const m = mnemonic(name);
  if (/_[PQN][qd]?_|_Pq|_Qq|_Nq/.test(name)) return false;
  if (m.startsWith('p') && /_(Pq|Qq)/.test(name)) return false;
  return (
    m in packed ||
    m in shuffles ||
    (m in shifts && name.endsWith('_Udq_Ib')) ||
    m in scalarDouble ||
    m === 'pandn' ||
    m === 'pshufd' ||
    m === 'pmovmskb' ||
    m === 'psrldq' ||
    m === 'pslldq' ||
    m === 'ucomisd' ||
    m === 'comisd' ||
    name === 'cvtsi2sd32' ||
    name === 'cvtsi2sd64' ||
    name === 'cvttsd2si32' ||
    name === 'cvttsd2si64' ||
    name === 'sqrtsd_Vsd_Wsd' ||
    (sseMoves.test(name) && !/^movsd?_?x/.test(name))
  );
});

/** Can the instruction leave before it has had an effect? */
export const mayExit = ({ name }: Insn): boolean => mayExitName(name);

const mayExitName = once((name: string): boolean => {
  if (!isInline(name)) return true;
  if (isSse(name)) return true;
  return /_M|M_|_X|X_|_Fs|_Mb|_Mw|^push|^pop|^leave|^call|^ret|^jmp_[MX]/.test(name) && !name.startsWith('lea');
});

export const readsFlags = once((name: string): boolean =>
  /^(adc|sbb|inc|dec|cmov|set|j[a-z]+$|rol|ror|(shl|shr|sar)\d+_R_C)/.test(name) && name !== 'jmp_J' ? true : !isInline(name),
);

const setsAllFlags = once(
  (name: string): boolean => /^(add|or|adc|sbb|and|sub|xor|cmp|test|neg|imul|inc|dec)\d/.test(name) && isInline(name),
);

const operation = once((name: string): readonly string[] => /^([a-z]+?)(8|16|32|64)_/.exec(name) ?? []);

/** What leaves the flags after an instruction. */
export function nextKind(insn: Insn, kind: number): number {
  const { name } = insn;
  if (!isInline(name)) return DYNAMIC;
  if (isSse(name)) return /^u?comis/.test(name) ? CcOp.Explicit : kind;
  const m = operation(name);
  switch (m[1]) {
    case 'add':
      return CcOp.Add;
    case 'sub':
    case 'cmp':
    case 'neg':
      return CcOp.Sub;
    case 'and':
    case 'or':
    case 'xor':
    case 'test':
      return CcOp.Logic;
    case 'adc':
    case 'sbb':
      return DYNAMIC;
    case 'inc':
      return CcOp.Inc;
    case 'dec':
      return CcOp.Dec;
    case 'imul':
      return m[2] === '64' ? DYNAMIC : CcOp.Mul;
    case 'shl':
    case 'shr':
    case 'sar':
      if (name.endsWith('_C')) return DYNAMIC;
      if ((insn.imm & (m[2] === '64' ? 63 : 31)) === 0) return kind;
      return m[1] === 'shl' ? CcOp.Shl : m[1] === 'shr' ? CcOp.Shr : CcOp.Sar;
    case 'rol':
    case 'ror':
      return (insn.imm & (m[2] === '64' ? 63 : 31)) === 0 ? kind : CcOp.Rotated;
    default:
      return kind;
  }
}

/** For each instruction: may anybody see the flags that it leaves? */
export function flagsNeeded(block: Block): boolean[] {
  const needed: boolean[] = [];
  let live = true;
  for (let i = block.insns.length - 1; i >= 0; i--) {
    const insn = block.insns[i]!;
    needed[i] = live;
    if (setsAllFlags(insn.name)) live = false;
    if (readsFlags(insn.name) || mayExit(insn)) live = true;
  }
  return needed;
}
