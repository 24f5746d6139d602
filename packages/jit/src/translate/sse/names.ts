import { packed, shifts, shuffles } from './tables.js';

/** By what a mnemonic is translated: one file each. */
export const enum Theme {
  Move,
  Integer,
  Shuffle,
  ScalarFloat,
  PackedFloat,
  Compare,
  Conversion,
  Control,
}

const themes = new Map<string, Theme>();
const add = (theme: Theme, names: readonly string[]): void => names.forEach((name) => themes.set(name, theme));

add(Theme.Move, ['movaps', 'movups', 'movapd', 'movupd', 'movdqa', 'movdqu', 'movntps', 'movntpd', 'movntdq', 'movnti']);
add(Theme.Move, ['movss', 'movsd', 'movd', 'movq', 'movq32', 'movq64']);
add(Theme.Move, ['movlps', 'movlpd', 'movhps', 'movhpd', 'movhigh', 'movhlps', 'movlhps', 'movmskps', 'movmskpd', 'pmovmskb']);
add(Theme.Integer, Object.keys(packed));
add(Theme.Integer, Object.keys(shifts));
add(Theme.Integer, ['pandn', 'andnps', 'andnpd', 'pmulhw', 'pmulhuw', 'pmuludq', 'psadbw']);
add(Theme.Shuffle, Object.keys(shuffles));
add(Theme.Shuffle, ['pslldq', 'psrldq', 'pshufd', 'pshuflw', 'pshufhw', 'shufps', 'shufpd', 'pinsrw', 'pextrw']);
const arithmetic = ['add', 'sub', 'mul', 'div', 'sqrt', 'min', 'max'];
add(
  Theme.ScalarFloat,
  ['ss', 'sd'].flatMap((suffix) => arithmetic.map((name) => name + suffix)),
);
add(
  Theme.PackedFloat,
  ['ps', 'pd'].flatMap((suffix) => arithmetic.map((name) => name + suffix)),
);
add(Theme.Compare, ['comiss', 'comisd', 'ucomiss', 'ucomisd', 'cmpps', 'cmppd', 'cmpss', 'cmpsd']);
add(Theme.Conversion, ['cvtsi2ss', 'cvtsi2sd', 'cvtsi2sd32', 'cvtsi2sd64', 'cvtss2sd', 'cvtsd2ss', 'cvtps2pd', 'cvtpd2ps']);
add(Theme.Conversion, ['cvttsd2si', 'cvttsd2si32', 'cvttsd2si64', 'cvtsd2si', 'cvttss2si', 'cvtss2si']);
add(Theme.Conversion, ['cvtdq2ps', 'cvtdq2pd', 'cvtps2dq', 'cvttps2dq', 'cvtpd2dq', 'cvttpd2dq']);
// libm and strtod ask x87 for its rounding mode as well.
add(Theme.Control, ['ldmxcsr', 'stmxcsr', 'fnstcw']);

export function mnemonic(name: string): string {
  return name.split('_')[0]!;
}

/** String instructions have the mnemonics movsd and cmpsd too; operands P, Q and N are MMX registers. */
const others = /_[PQN]q|_Y[bv]|_X[bv]/;

/** How an instruction is translated; undefined: it is no SSE instruction, or the interpreter's. */
export function themeOf(name: string): Theme | undefined {
  if (!known.has(name)) known.set(name, others.test(name) ? undefined : themes.get(mnemonic(name)));
  return known.get(name);
}

/** Found once per name. */
const known = new Map<string, Theme | undefined>();

export function isSse(name: string): boolean {
  return themeOf(name) !== undefined;
}
