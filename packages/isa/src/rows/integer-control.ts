import type { Row } from '../row.js';
import { conditions } from './integer-move.js';

const branch = { feature: 'base', from: 'execute/integer/branch', attributes: ['f64'] } as const;
const far = { feature: 'base', from: 'execute/integer/far' } as const;
const trap = { feature: 'base', from: 'execute/integer/trap' } as const;
const flag = { feature: 'base', from: 'execute/integer/flag-control', operands: '' } as const;

const hex = (value: number) => value.toString(16).toUpperCase();

export const integerControl: readonly Row[] = [
  ...conditions.flatMap((condition, code): Row[] => {
    const common = { ...branch, mnemonic: `j${condition}`, exec: `j${condition}`, hot: { reg: `j${condition}` } } as const;
    return [
      { ...common, opcode: `7${hex(code)}`, operands: 'Jb' },
      { ...common, opcode: `0F 8${hex(code)}`, operands: 'Jz' },
    ];
  }),
  { ...branch, opcode: 'E0', mnemonic: 'loopne', operands: 'Jb', exec: 'loopne' },
  { ...branch, opcode: 'E1', mnemonic: 'loope', operands: 'Jb', exec: 'loope' },
  { ...branch, opcode: 'E2', mnemonic: 'loop', operands: 'Jb', exec: 'loop' },
  { ...branch, opcode: 'E3', mnemonic: 'jrcxz', operands: 'Jb', exec: 'jrcxz' },
  { ...branch, opcode: 'E8', mnemonic: 'call', operands: 'Jz', exec: 'call_J', hot: { reg: 'call_J' } },
  { ...branch, opcode: 'E9', mnemonic: 'jmp', operands: 'Jz', exec: 'jmp_J', hot: { reg: 'jmp_J' } },
  { ...branch, opcode: 'EB', mnemonic: 'jmp', operands: 'Jb', exec: 'jmp_J', hot: { reg: 'jmp_J' } },
  { ...branch, opcode: 'FF /2', mnemonic: 'call', operands: 'Ev', exec: 'call_E', hot: { reg: 'call_R', mem: 'call_M' } },
  { ...branch, opcode: 'FF /4', mnemonic: 'jmp', operands: 'Ev', exec: 'jmp_E', hot: { reg: 'jmp_R', mem: 'jmp_M' } },
  { ...branch, opcode: 'C2', mnemonic: 'ret', operands: 'Iw', exec: 'ret_I' },
  { ...branch, opcode: 'C3', mnemonic: 'ret', operands: '', exec: 'ret', hot: { reg: 'ret' } },

  { ...far, opcode: 'FF /3 mem', mnemonic: 'call', operands: 'Mp', exec: 'callf<T>' },
  { ...far, opcode: 'FF /5 mem', mnemonic: 'jmp', operands: 'Mp', exec: 'jmpf<T>' },
  { ...far, opcode: 'CA', mnemonic: 'retfw|retf|retfq', operands: 'Iw', exec: 'retf_I<T>' },
  { ...far, opcode: 'CB', mnemonic: 'retfw|retf|retfq', operands: '', exec: 'retf<T>' },
  { ...far, opcode: 'CF', mnemonic: 'iretw|iret|iretq', operands: '', exec: 'iret<T>' },

  { ...trap, opcode: 'CC', mnemonic: 'int3', operands: '', exec: 'int3' },
  { ...trap, opcode: 'CD', mnemonic: 'int', operands: 'Ib', exec: 'int_I' },
  { ...trap, opcode: 'F1', mnemonic: 'int1', operands: '', exec: 'int1' },
  { ...trap, opcode: '0F 05', mnemonic: 'syscall', operands: '', exec: 'syscall' },
  { ...trap, opcode: '0F 0B', mnemonic: 'ud2', operands: '', exec: 'ud' },
  { ...trap, opcode: '0F B9', mnemonic: 'ud1', operands: 'Gv,Ev', exec: 'ud' },
  { ...trap, opcode: '0F FF', mnemonic: 'ud0', operands: 'Gv,Ev', exec: 'ud' },

  { ...flag, opcode: '9E', mnemonic: 'sahf', exec: 'sahf' },
  { ...flag, opcode: '9F', mnemonic: 'lahf', exec: 'lahf' },
  { ...flag, opcode: 'F5', mnemonic: 'cmc', exec: 'cmc' },
  { ...flag, opcode: 'F8', mnemonic: 'clc', exec: 'clc' },
  { ...flag, opcode: 'F9', mnemonic: 'stc', exec: 'stc' },
  { ...flag, opcode: 'FC', mnemonic: 'cld', exec: 'cld' },
  { ...flag, opcode: 'FD', mnemonic: 'std', exec: 'std' },
];
