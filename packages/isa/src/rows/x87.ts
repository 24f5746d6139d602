import type { Row } from '../row.js';

const arith = { feature: 'x87', from: 'fpu/x87/arith' } as const;
const compare = { feature: 'x87', from: 'fpu/x87/compare' } as const;
const load = { feature: 'x87', from: 'fpu/x87/load' } as const;
const store = { feature: 'x87', from: 'fpu/x87/store' } as const;
const move = { feature: 'x87', from: 'fpu/x87/move' } as const;
const scale = { feature: 'x87', from: 'fpu/x87/scale' } as const;
const trigonometry = { feature: 'x87', from: 'fpu/x87/trigonometry' } as const;
const arctangent = { feature: 'x87', from: 'fpu/x87/arctangent' } as const;
const logarithm = { feature: 'x87', from: 'fpu/x87/logarithm' } as const;
const control = { feature: 'x87', from: 'fpu/x87/control' } as const;
const environment = { feature: 'x87', from: 'fpu/x87/environment' } as const;
const image = { feature: 'fxsr', from: 'fpu/x87/fxsave' } as const;

/** ModRM of 'D9 E8' and the like: instructions whose operands are implied. */
const plain = (family: { feature: 'x87'; from: string }, opcodes: Record<string, string>): Row[] =>
  Object.entries(opcodes).map(([opcode, mnemonic]) => ({ ...family, opcode, mnemonic, operands: '', exec: mnemonic }));

/** [mnemonic, digit, first ModRM with the destination ST0, first ModRM with the destination STi]: FSUB and FSUBR, FDIV and FDIVR change places in the latter. */
const operations = [
  ['add', 0, 'C0', 'C0'],
  ['mul', 1, 'C8', 'C8'],
  ['sub', 4, 'E0', 'E8'],
  ['subr', 5, 'E8', 'E0'],
  ['div', 6, 'F0', 'F8'],
  ['divr', 7, 'F8', 'F0'],
] as const;

export const x87: readonly Row[] = [
  ...operations.flatMap(([name, digit, toSt0, toSti]): Row[] => [
    { ...arith, opcode: `D8 /${digit} mem`, mnemonic: `f${name}`, operands: 'Md', exec: `f${name}_m32` },
    { ...arith, opcode: `DC /${digit} mem`, mnemonic: `f${name}`, operands: 'Mq', exec: `f${name}_m64` },
    { ...arith, opcode: `DA /${digit} mem`, mnemonic: `fi${name}`, operands: 'Md', exec: `fi${name}_m32` },
    { ...arith, opcode: `DE /${digit} mem`, mnemonic: `fi${name}`, operands: 'Mw', exec: `fi${name}_m16` },
    { ...arith, opcode: `D8 ${toSt0}+i`, mnemonic: `f${name}`, operands: 'ST0,STi', exec: `f${name}_ST0_STi` },
    { ...arith, opcode: `DC ${toSti}+i`, mnemonic: `f${name}`, operands: 'STi,ST0', exec: `f${name}_STi_ST0` },
    { ...arith, opcode: `DE ${toSti}+i`, mnemonic: `f${name}p`, operands: 'STi,ST0', exec: `f${name}p` },
  ]),
  ...plain(arith, { 'D9 FA': 'fsqrt' }),

  { ...compare, opcode: 'D8 /2 mem', mnemonic: 'fcom', operands: 'Md', exec: 'fcom_m32' },
  { ...compare, opcode: 'D8 /3 mem', mnemonic: 'fcomp', operands: 'Md', exec: 'fcomp_m32' },
  { ...compare, opcode: 'DC /2 mem', mnemonic: 'fcom', operands: 'Mq', exec: 'fcom_m64' },
  { ...compare, opcode: 'DC /3 mem', mnemonic: 'fcomp', operands: 'Mq', exec: 'fcomp_m64' },
  { ...compare, opcode: 'DA /2 mem', mnemonic: 'ficom', operands: 'Md', exec: 'ficom_m32' },
  { ...compare, opcode: 'DA /3 mem', mnemonic: 'ficomp', operands: 'Md', exec: 'ficomp_m32' },
  { ...compare, opcode: 'DE /2 mem', mnemonic: 'ficom', operands: 'Mw', exec: 'ficom_m16' },
  { ...compare, opcode: 'DE /3 mem', mnemonic: 'ficomp', operands: 'Mw', exec: 'ficomp_m16' },
  { ...compare, opcode: 'D8 D0+i', mnemonic: 'fcom', operands: 'STi', exec: 'fcom_STi' },
  { ...compare, opcode: 'D8 D8+i', mnemonic: 'fcomp', operands: 'STi', exec: 'fcomp_STi' },
  // Aliases that processors have always executed, though the SDM does not list them: DC D0, DC D8, DE D0.
  { ...compare, opcode: 'DC D0+i', mnemonic: 'fcom', operands: 'STi', exec: 'fcom_STi' },
  { ...compare, opcode: 'DC D8+i', mnemonic: 'fcomp', operands: 'STi', exec: 'fcomp_STi' },
  { ...compare, opcode: 'DE D0+i', mnemonic: 'fcomp', operands: 'STi', exec: 'fcomp_STi' },
  { ...compare, opcode: 'DD E0+i', mnemonic: 'fucom', operands: 'STi', exec: 'fucom' },
  { ...compare, opcode: 'DD E8+i', mnemonic: 'fucomp', operands: 'STi', exec: 'fucomp' },
  { ...compare, opcode: 'DB F0+i', mnemonic: 'fcomi', operands: 'ST0,STi', exec: 'fcomi' },
  { ...compare, opcode: 'DF F0+i', mnemonic: 'fcomip', operands: 'ST0,STi', exec: 'fcomip' },
  { ...compare, opcode: 'DB E8+i', mnemonic: 'fucomi', operands: 'ST0,STi', exec: 'fucomi' },
  { ...compare, opcode: 'DF E8+i', mnemonic: 'fucomip', operands: 'ST0,STi', exec: 'fucomip' },
  ...plain(compare, { 'DE D9': 'fcompp', 'DA E9': 'fucompp', 'D9 E4': 'ftst', 'D9 E5': 'fxam' }),

  { ...load, opcode: 'D9 /0 mem', mnemonic: 'fld', operands: 'Md', exec: 'fld_m32' },
  { ...load, opcode: 'DD /0 mem', mnemonic: 'fld', operands: 'Mq', exec: 'fld_m64' },
  { ...load, opcode: 'DB /5 mem', mnemonic: 'fld', operands: 'Mt', exec: 'fld_m80' },
  { ...load, opcode: 'D9 C0+i', mnemonic: 'fld', operands: 'STi', exec: 'fld_STi' },
  { ...load, opcode: 'DF /0 mem', mnemonic: 'fild', operands: 'Mw', exec: 'fild_m16' },
  { ...load, opcode: 'DB /0 mem', mnemonic: 'fild', operands: 'Md', exec: 'fild_m32' },
  { ...load, opcode: 'DF /5 mem', mnemonic: 'fild', operands: 'Mq', exec: 'fild_m64' },
  { ...load, opcode: 'DF /4 mem', mnemonic: 'fbld', operands: 'Mt', exec: 'fbld' },
  { ...load, opcode: 'D9 C8+i', mnemonic: 'fxch', operands: 'STi', exec: 'fxch' },
  // Aliases, as above.
  { ...load, opcode: 'DD C8+i', mnemonic: 'fxch', operands: 'STi', exec: 'fxch' },
  { ...load, opcode: 'DF C8+i', mnemonic: 'fxch', operands: 'STi', exec: 'fxch' },
  ...plain(load, {
    'D9 E8': 'fld1',
    'D9 E9': 'fldl2t',
    'D9 EA': 'fldl2e',
    'D9 EB': 'fldpi',
    'D9 EC': 'fldlg2',
    'D9 ED': 'fldln2',
    'D9 EE': 'fldz',
  }),

  { ...store, opcode: 'D9 /2 mem', mnemonic: 'fst', operands: 'Md', exec: 'fst_m32' },
  { ...store, opcode: 'DD /2 mem', mnemonic: 'fst', operands: 'Mq', exec: 'fst_m64' },
  { ...store, opcode: 'DD D0+i', mnemonic: 'fst', operands: 'STi', exec: 'fst_STi' },
  { ...store, opcode: 'D9 /3 mem', mnemonic: 'fstp', operands: 'Md', exec: 'fstp_m32' },
  { ...store, opcode: 'DD /3 mem', mnemonic: 'fstp', operands: 'Mq', exec: 'fstp_m64' },
  { ...store, opcode: 'DB /7 mem', mnemonic: 'fstp', operands: 'Mt', exec: 'fstp_m80' },
  { ...store, opcode: 'DD D8+i', mnemonic: 'fstp', operands: 'STi', exec: 'fstp_STi' },
  // Aliases, as above; the first does not report an empty ST0.
  { ...store, opcode: 'D9 D8+i', mnemonic: 'fstpnce', operands: 'STi', exec: 'fstpnce' },
  { ...store, opcode: 'DF D0+i', mnemonic: 'fstp', operands: 'STi', exec: 'fstp_STi' },
  { ...store, opcode: 'DF D8+i', mnemonic: 'fstp', operands: 'STi', exec: 'fstp_STi' },
  { ...store, opcode: 'DF /2 mem', mnemonic: 'fist', operands: 'Mw', exec: 'fist_m16' },
  { ...store, opcode: 'DB /2 mem', mnemonic: 'fist', operands: 'Md', exec: 'fist_m32' },
  { ...store, opcode: 'DF /3 mem', mnemonic: 'fistp', operands: 'Mw', exec: 'fistp_m16' },
  { ...store, opcode: 'DB /3 mem', mnemonic: 'fistp', operands: 'Md', exec: 'fistp_m32' },
  { ...store, opcode: 'DF /7 mem', mnemonic: 'fistp', operands: 'Mq', exec: 'fistp_m64' },
  { ...store, feature: 'sse3', opcode: 'DF /1 mem', mnemonic: 'fisttp', operands: 'Mw', exec: 'fisttp_m16' },
  { ...store, feature: 'sse3', opcode: 'DB /1 mem', mnemonic: 'fisttp', operands: 'Md', exec: 'fisttp_m32' },
  { ...store, feature: 'sse3', opcode: 'DD /1 mem', mnemonic: 'fisttp', operands: 'Mq', exec: 'fisttp_m64' },
  { ...store, opcode: 'DF /6 mem', mnemonic: 'fbstp', operands: 'Mt', exec: 'fbstp' },

  ...(['b', 'e', 'be', 'u'] as const).flatMap((condition, index): Row[] => {
    const modrm = (0xc0 + 8 * index).toString(16).toUpperCase();
    return [
      { ...move, opcode: `DA ${modrm}+i`, mnemonic: `fcmov${condition}`, operands: 'ST0,STi', exec: `fcmov${condition}` },
      { ...move, opcode: `DB ${modrm}+i`, mnemonic: `fcmovn${condition}`, operands: 'ST0,STi', exec: `fcmovn${condition}` },
    ];
  }),
  ...plain(move, { 'D9 E0': 'fchs', 'D9 E1': 'fabs' }),

  ...plain(scale, { 'D9 F4': 'fxtract', 'D9 F5': 'fprem1', 'D9 F8': 'fprem', 'D9 FC': 'frndint', 'D9 FD': 'fscale' }),
  ...plain(trigonometry, { 'D9 F2': 'fptan', 'D9 FB': 'fsincos', 'D9 FE': 'fsin', 'D9 FF': 'fcos' }),
  ...plain(arctangent, { 'D9 F3': 'fpatan' }),
  ...plain(logarithm, { 'D9 F0': 'f2xm1', 'D9 F1': 'fyl2x', 'D9 F9': 'fyl2xp1' }),

  ...plain(control, { 'D9 D0': 'fnop', 'D9 F6': 'fdecstp', 'D9 F7': 'fincstp', 'DB E2': 'fnclex', 'DB E3': 'fninit' }),
  { ...control, opcode: '9B', mnemonic: 'fwait', operands: '', exec: 'fwait' },
  { ...control, opcode: 'D9 /5 mem', mnemonic: 'fldcw', operands: 'Mw', exec: 'fldcw' },
  { ...control, opcode: 'D9 /7 mem', mnemonic: 'fnstcw', operands: 'Mw', exec: 'fnstcw' },
  { ...control, opcode: 'DD /7 mem', mnemonic: 'fnstsw', operands: 'Mw', exec: 'fnstsw_m16' },
  { ...control, opcode: 'DF E0', mnemonic: 'fnstsw', operands: 'AX', exec: 'fnstsw_AX' },
  { ...control, opcode: 'DD C0+i', mnemonic: 'ffree', operands: 'STi', exec: 'ffree' },
  { ...control, opcode: 'DF C0+i', mnemonic: 'ffreep', operands: 'STi', exec: 'ffreep' },
  // FENI and FDISI of the 8087, FSETPM of the 80287: later processors ignore them.
  { ...control, opcode: 'DB E0', mnemonic: 'fneni', operands: '', exec: 'fnNop' },
  { ...control, opcode: 'DB E1', mnemonic: 'fndisi', operands: '', exec: 'fnNop' },
  { ...control, opcode: 'DB E4', mnemonic: 'fnsetpm', operands: '', exec: 'fnNop' },

  { ...environment, opcode: 'D9 /4 mem', mnemonic: 'fldenv', operands: 'Mz', exec: 'fldenv<T>' },
  { ...environment, opcode: 'D9 /6 mem', mnemonic: 'fnstenv', operands: 'Mz', exec: 'fnstenv<T>' },
  { ...environment, opcode: 'DD /4 mem', mnemonic: 'frstor', operands: 'Mz', exec: 'frstor<T>' },
  { ...environment, opcode: 'DD /6 mem', mnemonic: 'fnsave', operands: 'Mz', exec: 'fnsave<T>' },
  { ...image, opcode: 'NP 0F AE /0 mem', mnemonic: 'fxsave|fxsave64', operands: 'My', exec: 'fxsave<T>' },
  { ...image, opcode: 'NP 0F AE /1 mem', mnemonic: 'fxrstor|fxrstor64', operands: 'My', exec: 'fxrstor<T>' },
];
