import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { coreNames } from '../tools/core-names.mjs';
import { generate } from './generate.js';
import { rows } from './rows/index.js';

const assembly = fileURLToPath(new URL('../../core/assembly', import.meta.url));

test('what the rows name is there, and the generated files are current', () => {
  const { files, problems } = generate(rows, coreNames(assembly));
  expect(problems).toEqual([]);
  for (const [path, content] of files) {
    expect(readFileSync(`${assembly}/${path}`, 'utf8') === content, `${path} is current (npm run generate)`).toBe(true);
  }
});

test('a row without its function is left out and named', () => {
  const row = { opcode: '00', mnemonic: 'add', operands: 'Eb,Gb', feature: 'base', exec: 'add_E_G<T>', from: 'execute/x' } as const;
  const { ops, problems } = generate([row], { hasFunction: () => false, hasHotOp: () => false });
  expect(ops).toEqual([]);
  expect(problems).toEqual(['00 add: execute/x does not export add_E_G']);
});

test('one micro-op per operand size', () => {
  const row = { mnemonic: 'add', feature: 'base', exec: 'add_E_G<T>', from: 'execute/x' } as const;
  const core = { hasFunction: () => true, hasHotOp: () => true };
  const execs = (operands: string, attributes: readonly ('d64' | 'f64')[] = [], exec = 'f<T>') =>
    generate([{ ...row, opcode: '01', operands, attributes, exec }], core).ops.map((op) => op.exec);
  expect(execs('Ev,Gv')).toEqual(['f<u16>', 'f<u32>', 'f<u64>']);
  expect(execs('Gv,Eb')).toEqual(['f<u16>', 'f<u32>', 'f<u64>']);
  expect(execs('Eb,Ib')).toEqual(['f<u8>']);
  expect(execs('Vdq,Ey')).toEqual(['f<u32>', 'f<u64>']);
  expect(execs('Iz', ['d64'])).toEqual(['f<u16>', 'f<u64>']);
  expect(execs('Ev', ['f64'])).toEqual(['f<u64>']);
  expect(execs('Ev,Gv', [], 'f')).toEqual(['f']);
});
