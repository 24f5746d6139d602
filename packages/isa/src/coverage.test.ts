import { expect, test } from 'vitest';
import { coverage } from './coverage.js';
import type { Row } from './row.js';

test('every row with its state, counts per feature, and the total', () => {
  const rows: readonly Row[] = [
    { opcode: '01', mnemonic: 'add', operands: 'Ev,Gv', feature: 'base', exec: 'add_E_G<T>', from: 'execute/arith' },
    { opcode: '03', mnemonic: 'add', operands: 'Gv,Ev', feature: 'base', exec: 'add_G_E<T>', from: 'execute/arith' },
    { opcode: 'F3 0F B8', mnemonic: 'popcnt', operands: 'Gv,Ev', feature: 'popcnt', exec: null },
  ];
  const report = coverage(rows, { hasFunction: (from, name) => from === 'execute/arith' && name === 'add_E_G' });
  expect(report.split('\n').map((line) => line.replace(/\s+/g, ' '))).toEqual([
    '01 add Ev,Gv base implemented',
    '03 add Gv,Ev base missing',
    'F3 0F B8 popcnt Gv,Ev popcnt missing',
    '',
    'base 1 of 2 50.0 %',
    'popcnt 0 of 1 0.0 %',
    'all rows 1 of 3 33.3 %',
    '',
  ]);
});
