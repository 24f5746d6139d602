import type { Row } from '../row.js';

const from = 'execute/integer/shift';
const rotate = 'execute/integer/rotate';
const bits = 'execute/integer/bits';

/** Groups C0, C1, D0–D3 by the reg field of ModRM. /6 is an alias of shl. */
const shifts = ['rol', 'ror', 'rcl', 'rcr', 'shl', 'shr', 'shl', 'sar'] as const;

function shift(name: (typeof shifts)[number], index: number): Row[] {
  const rotates = index < 4;
  const common = { mnemonic: name, feature: 'base', from: rotates ? rotate : from, undefinedFlags: rotates ? 'o' : 'oa' } as const;
  const hot = rotates && name !== 'rol' && name !== 'ror' ? {} : { hot: { reg: `${name}T_R_I` } };
  const hotCl = rotates ? {} : { hot: { reg: `${name}T_R_C` } };
  return [
    { ...common, opcode: `C0 /${index}`, operands: 'Eb,Ib', exec: `${name}_E_I<T>`, ...hot },
    { ...common, opcode: `C1 /${index}`, operands: 'Ev,Ib', exec: `${name}_E_I<T>`, ...hot },
    { ...common, opcode: `D0 /${index}`, operands: 'Eb,1', exec: `${name}_E_I<T>`, ...hot },
    { ...common, opcode: `D1 /${index}`, operands: 'Ev,1', exec: `${name}_E_I<T>`, ...hot },
    { ...common, opcode: `D2 /${index}`, operands: 'Eb,CL', exec: `${name}_E_C<T>`, ...hotCl },
    { ...common, opcode: `D3 /${index}`, operands: 'Ev,CL', exec: `${name}_E_C<T>`, ...hotCl },
  ];
}

/** bt, bts, btr, btc: register forms at the given opcodes, immediate forms in group 0F BA /4–/7. */
const bitTests = [
  ['bt', 'A3', 4],
  ['bts', 'AB', 5],
  ['btr', 'B3', 6],
  ['btc', 'BB', 7],
] as const;

const double = { operands: '', feature: 'base', from: 'execute/integer/double-shift', undefinedFlags: 'oa' } as const;

export const integerShift: readonly Row[] = [
  ...shifts.flatMap(shift),
  { ...double, opcode: '0F A4', mnemonic: 'shld', operands: 'Ev,Gv,Ib', exec: 'shld_E_G_I<T>' },
  { ...double, opcode: '0F A5', mnemonic: 'shld', operands: 'Ev,Gv,CL', exec: 'shld_E_G_C<T>' },
  { ...double, opcode: '0F AC', mnemonic: 'shrd', operands: 'Ev,Gv,Ib', exec: 'shrd_E_G_I<T>' },
  { ...double, opcode: '0F AD', mnemonic: 'shrd', operands: 'Ev,Gv,CL', exec: 'shrd_E_G_C<T>' },
  ...bitTests.flatMap(([name, opcode, group]): Row[] => {
    const attributes = name === 'bt' ? {} : { attributes: ['lock'] as const };
    const common = { mnemonic: name, feature: 'base', from: bits, undefinedFlags: 'osap', ...attributes } as const;
    return [
      { ...common, opcode: `0F ${opcode}`, operands: 'Ev,Gv', exec: `${name}_E_G<T>` },
      { ...common, opcode: `0F BA /${group}`, operands: 'Ev,Ib', exec: `${name}_E_I<T>` },
    ];
  }),
  { opcode: '0F BC', mnemonic: 'bsf', operands: 'Gv,Ev', feature: 'base', from: bits, exec: 'bsf<T>', undefinedFlags: 'osapc' },
  { opcode: '0F BD', mnemonic: 'bsr', operands: 'Gv,Ev', feature: 'base', from: bits, exec: 'bsr<T>', undefinedFlags: 'osapc' },
  { opcode: 'F3 0F B8', mnemonic: 'popcnt', operands: 'Gv,Ev', feature: 'popcnt', from: bits, exec: 'popcnt<T>' },
];
