import { describe, expect, test } from 'vitest';
import { Mandatory } from '@ring3/abi';
import { OpcodeMap, parseOpcode, parseOperands } from './notation.js';

describe('parseOpcode', () => {
  const none = { prefix: null, map: OpcodeMap.One, plusR: false, digit: null, form: null, modrm: null };
  test.each([
    ['01', { ...none, opcode: 0x01 }],
    ['66 0F 58', { ...none, prefix: Mandatory.P66, map: OpcodeMap.Two, opcode: 0x58 }],
    ['0F AE /0 mem', { ...none, map: OpcodeMap.Two, opcode: 0xae, digit: 0, form: 'mem' }],
    ['NP 0F 38 F0 mem', { ...none, prefix: Mandatory.None, map: OpcodeMap.Three38, opcode: 0xf0, form: 'mem' }],
    ['F3 90', { ...none, prefix: Mandatory.F3, opcode: 0x90 }],
    ['F2 0F 3A F0', { ...none, prefix: Mandatory.F2, map: OpcodeMap.Three3A, opcode: 0xf0 }],
    ['D9 E8', { ...none, opcode: 0xd9, modrm: 0xe8 }],
    ['D8 D0+i', { ...none, opcode: 0xd8, digit: 2, form: 'reg' }],
    ['0F C8+r', { ...none, map: OpcodeMap.Two, opcode: 0xc8, plusR: true }],
    ['0F 01 D0', { ...none, map: OpcodeMap.Two, opcode: 0x01, modrm: 0xd0 }],
  ])('%s', (text, pattern) => {
    expect(parseOpcode(text)).toEqual(pattern);
  });

  test.each(['', '0', '0F AE /8', '01 mem reg x', '66'.repeat(3)])("refuses '%s'", (text) => {
    expect(() => parseOpcode(text)).toThrow();
  });
});

describe('parseOperands', () => {
  test('alternatives, fixed registers and constants', () => {
    expect(parseOperands('Vdq,Rd/Mw,Ib').map(({ methods, types }) => [methods, types])).toEqual([
      ['V', ['dq']],
      ['RM', ['d', 'w']],
      ['I', ['b']],
    ]);
    expect(parseOperands('rAX,CL').map(({ types, fixed }) => [types, fixed])).toEqual([
      [['v'], { kind: 'gpr', number: 0 }],
      [['b'], { kind: 'gpr', number: 1 }],
    ]);
    expect(parseOperands('')).toEqual([]);
  });

  test.each(['Kb', 'ev', 'Gv;Ev', 'ZZ'])("refuses '%s'", (text) => {
    expect(() => parseOperands(text)).toThrow();
  });
});
