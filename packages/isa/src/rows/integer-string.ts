import type { Row } from '../row.js';

const move = { feature: 'base', from: 'execute/integer/string-move', attributes: ['rep'] } as const;
const scan = { feature: 'base', from: 'execute/integer/string-scan', attributes: ['rep'] } as const;
const port = { feature: 'base', from: 'execute/integer/privileged', attributes: ['rep'], exec: 'privileged' } as const;

export const integerString: readonly Row[] = [
  { ...move, opcode: 'A4', mnemonic: 'movs', operands: 'Yb,Xb', exec: 'movs<T>' },
  { ...move, opcode: 'A5', mnemonic: 'movs', operands: 'Yv,Xv', exec: 'movs<T>' },
  { ...move, opcode: 'AA', mnemonic: 'stos', operands: 'Yb,AL', exec: 'stos<T>' },
  { ...move, opcode: 'AB', mnemonic: 'stos', operands: 'Yv,rAX', exec: 'stos<T>' },
  { ...move, opcode: 'AC', mnemonic: 'lods', operands: 'AL,Xb', exec: 'lods<T>' },
  { ...move, opcode: 'AD', mnemonic: 'lods', operands: 'rAX,Xv', exec: 'lods<T>' },
  { ...scan, opcode: 'A6', mnemonic: 'cmps', operands: 'Xb,Yb', exec: 'cmps<T>' },
  { ...scan, opcode: 'A7', mnemonic: 'cmps', operands: 'Xv,Yv', exec: 'cmps<T>' },
  { ...scan, opcode: 'AE', mnemonic: 'scas', operands: 'AL,Yb', exec: 'scas<T>' },
  { ...scan, opcode: 'AF', mnemonic: 'scas', operands: 'rAX,Yv', exec: 'scas<T>' },
  { ...port, opcode: '6C', mnemonic: 'ins', operands: 'Yb,DX' },
  { ...port, opcode: '6D', mnemonic: 'ins', operands: 'Yz,DX' },
  { ...port, opcode: '6E', mnemonic: 'outs', operands: 'DX,Xb' },
  { ...port, opcode: '6F', mnemonic: 'outs', operands: 'DX,Xz' },
];
