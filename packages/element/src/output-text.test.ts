import { describe, expect, test } from 'vitest';
import { OutputText } from './output-text.js';

const ESC = '\u001b';
function shown(...chunks: (string | [string])[]): string {
  const output = new OutputText();
  for (const chunk of chunks)
    output.append(new TextEncoder().encode(typeof chunk === 'string' ? chunk : chunk[0]), typeof chunk === 'string' ? 1 : 2);
  return output.text;
}

describe('output as text', () => {
  test.each<[string, (string | [string])[], string]>([
    ['plain lines', ['one\n', 'two\n'], 'one\ntwo\n'],
    ['carriage return and newline', ['one\r\ntwo\r', '\nthree'], 'one\ntwo\nthree'],
    ['a line written over', ['10%\r20%\r', '100%\n'], '100%\n'],
    ['a carriage return at the end keeps the line', ['50%\r'], '50%'],
    ['several carriage returns', ['a\r\r\nb'], 'a\nb'],
    ['colours', [`${ESC}[1;31mred${ESC}[0m`], 'red'],
    ['a sequence in two chunks', [`a${ESC}[3`, '1mb'], 'ab'],
    ['a title', [`${ESC}]0;title\u0007$ `], '$ '],
    ['a title in two chunks', [`${ESC}]0;ti`, `tle${ESC}\\$ `], '$ '],
    ['charset and keypad', [`${ESC}(B${ESC}=x`], 'x'],
    ['a private mode', [`${ESC}[?2004hx`], 'x'],
    ['both streams in order', ['out ', ['err '], 'out'], 'out err out'],
  ])('%s', (_name, chunks, text) => {
    expect(shown(...chunks)).toBe(text);
  });

  test('a character in two chunks', () => {
    const output = new OutputText();
    const [first, ...rest] = new TextEncoder().encode('ü');
    output.append(Uint8Array.of(first!), 1);
    output.append(Uint8Array.of(...rest), 1);
    expect(output.text).toBe('ü');
  });

  test('a flood keeps its end, in pieces', () => {
    const output = new OutputText();
    for (let i = 0; i < 20_000; i++) output.append(new TextEncoder().encode(`line ${i} of a flood\n`), 1);
    expect(output.truncated).toBe(true);
    expect(output.text.length).toBeLessThanOrEqual(200_000);
    expect(output.text.endsWith('line 19999 of a flood\n')).toBe(true);
    expect(output.pieces.length).toBeGreaterThan(10);
    expect(new Set(output.pieces.map(({ id }) => id)).size).toBe(output.pieces.length);
  });

  test('one chunk larger than all that is kept', () => {
    const output = new OutputText();
    output.append(new Uint8Array(1_000_000).fill(0x61), 1);
    expect(output.text.length).toBe(200_000);
  });
});
