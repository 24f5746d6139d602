import type { Row } from '../row.js';

const mov = { mnemonic: 'mov', feature: 'base', from: 'execute/integer/move' } as const;
const stack = { feature: 'base', from: 'execute/integer/stack', attributes: ['d64'] } as const;
const exchange = { feature: 'base', from: 'execute/integer/exchange', attributes: ['lock'] } as const;
const segment = { feature: 'base', from: 'execute/integer/segment' } as const;

const hotStore = { reg: 'movT_R_G', mem: 'movT_M_G' };
const hotLoad = { reg: 'movT_G_R', mem: 'movT_G_M' };
const hotImmediate = { reg: 'movT_R_I', mem: 'movT_M_I' };

export const conditions = ['o', 'no', 'b', 'ae', 'e', 'ne', 'be', 'a', 's', 'ns', 'p', 'np', 'l', 'ge', 'le', 'g'] as const;

const hex = (value: number) => value.toString(16).toUpperCase();

export const integerMove: readonly Row[] = [
  { ...mov, opcode: '88', operands: 'Eb,Gb', exec: 'mov_E_G<T>', hot: hotStore },
  { ...mov, opcode: '89', operands: 'Ev,Gv', exec: 'mov_E_G<T>', hot: hotStore },
  { ...mov, opcode: '8A', operands: 'Gb,Eb', exec: 'mov_G_E<T>', hot: hotLoad },
  { ...mov, opcode: '8B', operands: 'Gv,Ev', exec: 'mov_G_E<T>', hot: hotLoad },
  { ...mov, opcode: 'A0', operands: 'AL,Ob', exec: 'mov_A_O<T>' },
  { ...mov, opcode: 'A1', operands: 'rAX,Ov', exec: 'mov_A_O<T>' },
  { ...mov, opcode: 'A2', operands: 'Ob,AL', exec: 'mov_O_A<T>' },
  { ...mov, opcode: 'A3', operands: 'Ov,rAX', exec: 'mov_O_A<T>' },
  { ...mov, opcode: 'B0+r', operands: 'Zb,Ib', exec: 'mov_Z_I<T>' },
  { ...mov, opcode: 'B8+r', operands: 'Zv,Iv', exec: 'mov_Z_I<T>', hot: { reg: 'movT_Z_I' } },
  { ...mov, opcode: 'C6 /0', operands: 'Eb,Ib', exec: 'mov_E_I<T>', hot: hotImmediate },
  { ...mov, opcode: 'C7 /0', operands: 'Ev,Iz', exec: 'mov_E_I<T>', hot: hotImmediate },
  { ...mov, ...segment, opcode: '8C', operands: 'Rv/Mw,Sw', exec: 'mov_E_S<T>' },
  { ...mov, ...segment, opcode: '8E', operands: 'Sw,Ew', exec: 'mov_S_E' },
  { ...segment, opcode: '0F B2', mnemonic: 'lss', operands: 'Gv,Mp', exec: 'lss<T>' },
  { ...segment, opcode: '0F B4', mnemonic: 'lfs', operands: 'Gv,Mp', exec: 'lfs<T>' },
  { ...segment, opcode: '0F B5', mnemonic: 'lgs', operands: 'Gv,Mp', exec: 'lgs<T>' },
  { ...mov, opcode: '8D', mnemonic: 'lea', operands: 'Gv,M', exec: 'lea<T>', hot: { mem: 'leaT' } },
  { ...mov, opcode: '63', mnemonic: 'movsxd', operands: 'Gv,Ed', exec: 'movsxd<T>', hot: { reg: 'movsxdT_G_R', mem: 'movsxdT_G_M' } },
  { ...mov, opcode: '0F B6', mnemonic: 'movzx', operands: 'Gv,Eb', exec: 'movzx_G_Eb<T>', hot: { reg: 'movzxT_G_Rb', mem: 'movzxT_G_Mb' } },
  { ...mov, opcode: '0F B7', mnemonic: 'movzx', operands: 'Gv,Ew', exec: 'movzx_G_Ew<T>', hot: { reg: 'movzxT_G_Rw', mem: 'movzxT_G_Mw' } },
  { ...mov, opcode: '0F BE', mnemonic: 'movsx', operands: 'Gv,Eb', exec: 'movsx_G_Eb<T>', hot: { reg: 'movsxT_G_Rb', mem: 'movsxT_G_Mb' } },
  { ...mov, opcode: '0F BF', mnemonic: 'movsx', operands: 'Gv,Ew', exec: 'movsx_G_Ew<T>', hot: { reg: 'movsxT_G_Rw', mem: 'movsxT_G_Mw' } },
  { ...mov, opcode: '0F C8+r', mnemonic: 'bswap', operands: 'Zv', exec: 'bswap<T>', from: 'execute/integer/convert' },
  { ...mov, opcode: 'D7', mnemonic: 'xlat', operands: '', exec: 'xlat', from: 'execute/integer/convert' },

  ...conditions.flatMap((condition, code): Row[] => [
    {
      opcode: `0F 4${hex(code)}`,
      mnemonic: `cmov${condition}`,
      operands: 'Gv,Ev',
      feature: 'cmov',
      from: 'execute/integer/conditional',
      exec: `cmov${condition}<T>`,
      hot: { reg: `cmov${condition}T` },
    },
    {
      opcode: `0F 9${hex(code)}`,
      mnemonic: `set${condition}`,
      operands: 'Eb',
      feature: 'base',
      from: 'execute/integer/conditional',
      exec: `set${condition}`,
      hot: { reg: `set${condition}` },
    },
  ]),

  { ...exchange, opcode: '86', mnemonic: 'xchg', operands: 'Eb,Gb', exec: 'xchg_E_G<T>' },
  { ...exchange, opcode: '87', mnemonic: 'xchg', operands: 'Ev,Gv', exec: 'xchg_E_G<T>' },
  { ...exchange, attributes: [], opcode: '90+r', mnemonic: 'xchg', operands: 'Zv,rAX', exec: 'xchg_Z_A<T>' },
  { ...exchange, opcode: '0F C0', mnemonic: 'xadd', operands: 'Eb,Gb', exec: 'xadd<T>' },
  { ...exchange, opcode: '0F C1', mnemonic: 'xadd', operands: 'Ev,Gv', exec: 'xadd<T>' },
  { ...exchange, opcode: '0F B0', mnemonic: 'cmpxchg', operands: 'Eb,Gb', exec: 'cmpxchg<T>' },
  { ...exchange, opcode: '0F B1', mnemonic: 'cmpxchg', operands: 'Ev,Gv', exec: 'cmpxchg<T>' },
  {
    ...exchange,
    opcode: '0F C7 /1 mem',
    mnemonic: 'cmpxchg8b|cmpxchg16b',
    operands: 'Myy',
    feature: 'cx16',
    exec: 'cmpxchg_pair<T>',
  },

  { ...stack, opcode: '50+r', mnemonic: 'push', operands: 'Zv', exec: 'push_Z<T>', hot: { reg: 'pushT_Z' } },
  { ...stack, opcode: '58+r', mnemonic: 'pop', operands: 'Zv', exec: 'pop_Z<T>', hot: { reg: 'popT_Z' } },
  { ...stack, opcode: '68', mnemonic: 'push', operands: 'Iz', exec: 'push_I<T>', hot: { reg: 'pushT_I' } },
  { ...stack, opcode: '6A', mnemonic: 'push', operands: 'Ib', exec: 'push_I<T>', hot: { reg: 'pushT_I' } },
  { ...stack, opcode: 'FF /6', mnemonic: 'push', operands: 'Ev', exec: 'push_E<T>', hot: { mem: 'pushT_M' } },
  { ...stack, opcode: '8F /0', mnemonic: 'pop', operands: 'Ev', exec: 'pop_E<T>' },
  { ...stack, opcode: '0F A0', mnemonic: 'push', operands: 'FS', exec: 'push_fs<T>', from: 'execute/integer/segment' },
  { ...stack, opcode: '0F A1', mnemonic: 'pop', operands: 'FS', exec: 'pop_fs<T>', from: 'execute/integer/segment' },
  { ...stack, opcode: '0F A8', mnemonic: 'push', operands: 'GS', exec: 'push_gs<T>', from: 'execute/integer/segment' },
  { ...stack, opcode: '0F A9', mnemonic: 'pop', operands: 'GS', exec: 'pop_gs<T>', from: 'execute/integer/segment' },
  { ...stack, opcode: '9C', mnemonic: 'pushf', operands: 'Fv', exec: 'pushf<T>' },
  { ...stack, opcode: '9D', mnemonic: 'popf', operands: 'Fv', exec: 'popf<T>' },
  { ...stack, opcode: 'C8', mnemonic: 'enter', operands: 'Iw,Ib', exec: 'enter<T>' },
  { ...stack, opcode: 'C9', mnemonic: 'leave', operands: '', exec: 'leave<T>', hot: { reg: 'leaveT' } },
];
