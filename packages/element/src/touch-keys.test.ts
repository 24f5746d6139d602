import { expect, test } from 'vitest';
import { touchKeys, touchSequence, withControl } from './touch-keys.js';

const key = (name: string) => touchKeys.find((one) => one.name === name)!;

test.each([
  ['Esc', false, false, '\u001b'],
  ['Tab', true, true, '\t'],
  ['Arrow up', false, false, '\u001b[A'],
  ['Arrow up', false, true, '\u001bOA'],
  ['Arrow left', true, true, '\u001b[1;5D'],
  ['Arrow right', false, true, '\u001bOC'],
] as const)('%s with ctrl %s and application cursor keys %s', (name, control, application, sequence) => {
  expect(touchSequence(key(name), control, application)).toBe(sequence);
});

test.each([
  ['c', '\u0003'],
  ['C', '\u0003'],
  ['[', '\u001b'],
  ['@', '\0'],
  [' ', '\0'],
  ['?', '\u007f'],
  ['_', '\u001f'],
  ['1', '1'],
  ['ä', 'ä'],
  ['pasted', 'pasted'],
])('Ctrl with %j', (text, sent) => {
  expect(withControl(text)).toBe(sent);
});
