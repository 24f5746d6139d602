import type { Row } from '../row.js';

const from = 'execute/integer/arith';
const muldiv = 'execute/integer/muldiv';
const unary = 'execute/integer/unary';

const binaryNames = ['add', 'or', 'adc', 'sbb', 'and', 'sub', 'xor', 'cmp'] as const;

/** Opcodes 00–3D: each operation has six forms at base + 0…5, and its place in groups 80, 81, 83. */
function binary(name: (typeof binaryNames)[number], index: number): Row[] {
  const base = index * 8;
  const hex = (form: number) => (base + form).toString(16).toUpperCase().padStart(2, '0');
  const undefinedFlags = name === 'or' || name === 'and' || name === 'xor' ? 'a' : '';
  const common = { mnemonic: name, feature: 'base', from, undefinedFlags } as const;
  const store = name === 'cmp' ? { ...common } : { ...common, attributes: ['lock'] as const };
  const hotStore = { reg: `${name}T_R_G`, mem: `${name}T_M_G` };
  const hotImmediate = { reg: `${name}T_R_I`, mem: `${name}T_M_I` };
  const hotLoad = { reg: `${name}T_G_R`, mem: `${name}T_G_M` };
  return [
    { ...store, opcode: hex(0), operands: 'Eb,Gb', exec: `${name}_E_G<T>`, hot: hotStore },
    { ...store, opcode: hex(1), operands: 'Ev,Gv', exec: `${name}_E_G<T>`, hot: hotStore },
    { ...common, opcode: hex(2), operands: 'Gb,Eb', exec: `${name}_G_E<T>`, hot: hotLoad },
    { ...common, opcode: hex(3), operands: 'Gv,Ev', exec: `${name}_G_E<T>`, hot: hotLoad },
    { ...common, opcode: hex(4), operands: 'AL,Ib', exec: `${name}_E_I<T>`, hot: hotImmediate },
    { ...common, opcode: hex(5), operands: 'rAX,Iz', exec: `${name}_E_I<T>`, hot: hotImmediate },
    { ...store, opcode: `80 /${index}`, operands: 'Eb,Ib', exec: `${name}_E_I<T>`, hot: hotImmediate },
    { ...store, opcode: `81 /${index}`, operands: 'Ev,Iz', exec: `${name}_E_I<T>`, hot: hotImmediate },
    { ...store, opcode: `83 /${index}`, operands: 'Ev,Ib', exec: `${name}_E_I<T>`, hot: hotImmediate },
  ];
}

const test = { mnemonic: 'test', feature: 'base', from, undefinedFlags: 'a' } as const;
const hotTest = { reg: 'testT_R_G', mem: 'testT_M_G' };
const hotTestImmediate = { reg: 'testT_R_I', mem: 'testT_M_I' };

export const integerArith: readonly Row[] = [
  ...binaryNames.flatMap(binary),
  { ...test, opcode: '84', operands: 'Eb,Gb', exec: 'test_E_G<T>', hot: hotTest },
  { ...test, opcode: '85', operands: 'Ev,Gv', exec: 'test_E_G<T>', hot: hotTest },
  { ...test, opcode: 'A8', operands: 'AL,Ib', exec: 'test_E_I<T>', hot: hotTestImmediate },
  { ...test, opcode: 'A9', operands: 'rAX,Iz', exec: 'test_E_I<T>', hot: hotTestImmediate },
  { ...test, opcode: 'F6 /0', operands: 'Eb,Ib', exec: 'test_E_I<T>', hot: hotTestImmediate },
  { ...test, opcode: 'F6 /1', operands: 'Eb,Ib', exec: 'test_E_I<T>', hot: hotTestImmediate },
  { ...test, opcode: 'F7 /0', operands: 'Ev,Iz', exec: 'test_E_I<T>', hot: hotTestImmediate },
  { ...test, opcode: 'F7 /1', operands: 'Ev,Iz', exec: 'test_E_I<T>', hot: hotTestImmediate },

  ...(['Eb', 'Ev'] as const).flatMap((operands): Row[] => {
    const grp3 = operands === 'Eb' ? 'F6' : 'F7';
    const grp5 = operands === 'Eb' ? 'FE' : 'FF';
    const locked = { operands, feature: 'base', from: unary, attributes: ['lock'] } as const;
    const product = { operands, feature: 'base', from: muldiv, undefinedFlags: 'szap' } as const;
    const quotient = { operands, feature: 'base', from: muldiv, undefinedFlags: 'oszapc' } as const;
    return [
      { ...locked, opcode: `${grp5} /0`, mnemonic: 'inc', exec: 'inc_E<T>', hot: { reg: 'incT_R' } },
      { ...locked, opcode: `${grp5} /1`, mnemonic: 'dec', exec: 'dec_E<T>', hot: { reg: 'decT_R' } },
      { ...locked, opcode: `${grp3} /2`, mnemonic: 'not', exec: 'not_E<T>', hot: { reg: 'notT_R' } },
      { ...locked, opcode: `${grp3} /3`, mnemonic: 'neg', exec: 'neg_E<T>', hot: { reg: 'negT_R' } },
      { ...product, opcode: `${grp3} /4`, mnemonic: 'mul', exec: 'mul_E<T>' },
      { ...product, opcode: `${grp3} /5`, mnemonic: 'imul', exec: 'imul_E<T>' },
      { ...quotient, opcode: `${grp3} /6`, mnemonic: 'div', exec: 'div_E<T>' },
      { ...quotient, opcode: `${grp3} /7`, mnemonic: 'idiv', exec: 'idiv_E<T>' },
    ];
  }),
  {
    opcode: '0F AF',
    mnemonic: 'imul',
    operands: 'Gv,Ev',
    feature: 'base',
    from: muldiv,
    undefinedFlags: 'szap',
    exec: 'imul_G_E<T>',
    hot: { reg: 'imulT_G_R', mem: 'imulT_G_M' },
  },
  {
    opcode: '69',
    mnemonic: 'imul',
    operands: 'Gv,Ev,Iz',
    feature: 'base',
    from: muldiv,
    undefinedFlags: 'szap',
    exec: 'imul_G_E_I<T>',
    hot: { reg: 'imulT_G_R_I' },
  },
  {
    opcode: '6B',
    mnemonic: 'imul',
    operands: 'Gv,Ev,Ib',
    feature: 'base',
    from: muldiv,
    undefinedFlags: 'szap',
    exec: 'imul_G_E_I<T>',
    hot: { reg: 'imulT_G_R_I' },
  },
  {
    opcode: '98',
    mnemonic: 'cbw|cwde|cdqe',
    operands: 'rAX',
    feature: 'base',
    from: 'execute/integer/convert',
    exec: 'cbw<T>',
    hot: { reg: 'cbwT' },
  },
  {
    opcode: '99',
    mnemonic: 'cwd|cdq|cqo',
    operands: 'rDX,rAX',
    feature: 'base',
    from: 'execute/integer/convert',
    exec: 'cwd<T>',
    hot: { reg: 'cwdT' },
  },
];
