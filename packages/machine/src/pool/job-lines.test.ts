import { expect, it } from 'vitest';
import { type JobLine, readJobLines } from './job-lines.js';

async function* pieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.slice(at, at + size);
}

async function read(bytes: Uint8Array, size: number): Promise<JobLine[]> {
  const lines: JobLine[] = [];
  for await (const line of readJobLines(pieces(bytes, size))) lines.push(line);
  return lines;
}

const text = '{"a":"ä\u2028"}\n\n  \r\n[1]\r\n{"b":\n"\\ud83d"';

it.each([1, 2, 7, 1000])('lines in pieces of %i bytes', async (size) => {
  const lines = await read(new TextEncoder().encode(text), size);
  expect(lines.map(({ line, value }) => [line, value])).toEqual([
    [1, { a: 'ä\u2028' }],
    [4, [1]],
    [5, null],
    [6, '\ud83d'],
  ]);
  expect(lines.map(({ error }) => error !== null)).toEqual([false, false, true, false]);
  expect(lines[2]!.error).toMatch(/^is not JSON: /);
});

it('a line that is no UTF-8 spoils no other', async () => {
  const lines = await read(Uint8Array.of(0x31, 0x0a, 0x22, 0xff, 0x22, 0x0a, 0x33, 0x0a), 3);
  expect(lines.map(({ line, value, error }) => [line, value, error])).toEqual([
    [1, 1, null],
    [2, null, 'is not UTF-8'],
    [3, 3, null],
  ]);
});

it('a mark of byte order is no part of the first line', async () => {
  expect(await read(new TextEncoder().encode('\ufeff{}'), 2)).toMatchObject([{ line: 1, value: {}, error: null }]);
});

it('nothing', async () => {
  expect(await read(new Uint8Array(0), 1)).toEqual([]);
});
