import { expect, it } from 'vitest';
import { difference, quoted } from './differences.js';

it.each<[string, string, string]>([
  ['a\n', 'b\n', 'expected "a\\n", got "b\\n"'],
  ['a\n', 'a', 'expected "a\\n", got "a"'],
  ['', 'x', 'expected "", got "x"'],
  ['a\nb\nc\n', 'a\nX\nc\n', 'differs from line 2 on (- expected, + got)\n a\n-b\n-c\n+X\n+c'],
  ['a\nb\n', 'a\nb\nc\n', 'differs from line 3 on (- expected, + got)\n b\n+c'],
  ['a\nb\n', 'a\nb', 'differs from line 2 on (- expected, + got)\n a\n-b\n+b (no newline at the end)'],
  ['a\nb\n', '', 'differs from line 1 on (- expected, + got)\n-a\n-b'],
  ['a\nb\n', 'a\n\x1b[1m\n', 'differs from line 2 on (- expected, + got)\n a\n-b\n+\\x1b[1m'],
])('%j and %j', (expected, got, message) => {
  expect(difference(expected, got)).toBe(message);
});

it('stays short', () => {
  const many = (word: string): string => `${Array.from({ length: 1000 }, (_, i) => `${word} ${i}`).join('\n')}\n`;
  const message = difference(many('a'), many('b'));
  expect(message.split('\n')).toHaveLength(13);
  expect(message).toContain('-… 995 more lines');
  expect(quoted('x'.repeat(500))).toBe(`"${'x'.repeat(120)}"… (500 characters)`);
  expect(difference('x'.repeat(500), `${'x'.repeat(300)}y`)).toMatch(/; from character 301 on: …"x{60}" became …"x{20}y"$/);
});
