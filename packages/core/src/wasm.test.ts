import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const bytes = readFileSync(new URL('../dist/core.wasm', import.meta.url));

/** LEB128 at an offset: value and offset behind it. */
function leb(at: number): [value: number, next: number] {
  let value = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at++] ?? 0;
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) return [value >>> 0, at];
  }
}

/** Function bodies: [start, size]. */
function bodies(): [number, number][] {
  const found: [number, number][] = [];
  for (let at = 8; at < bytes.length;) {
    const id = bytes[at];
    let [size, body] = leb(at + 1);
    at = body + size;
    if (id !== 10) continue;
    let count: number;
    [count, body] = leb(body);
    for (; count; count--) {
      [size, body] = leb(body);
      found.push([body, size]);
      body += size;
    }
  }
  return found;
}

/** Targets of the longest br_table in a body: opcode 0e, a count, then so many small numbers. */
function longestTable([start, size]: [number, number]): number {
  let longest = 0;
  for (let at = start; at < start + size; at++) {
    if (bytes[at] !== 0x0e) continue;
    const [count, first] = leb(at + 1);
    if (count <= longest || count > 1000) continue;
    let next = first;
    let target = 0;
    let fits = true;
    for (let i = 0; i <= count && fits; i++) {
      [target, next] = leb(next);
      fits = target <= count + 8;
    }
    if (fits) longest = count;
  }
  return longest;
}

test('the hot switch stays within what V8 keeps fast: 240 cases, 32 KB of body', () => {
  const [hot] = bodies().toSorted((a, b) => b[1] - a[1]);
  if (!hot) throw new Error('core.wasm has no code');
  const cases = longestTable(hot);
  expect(cases).toBeGreaterThan(150);
  expect(cases).toBeLessThanOrEqual(240);
  expect(hot[1]).toBeLessThan(32 * 1024);
});

test('no runtime is linked in', () => {
  const text = readFileSync(new URL('../dist/core.wat', import.meta.url), 'utf8');
  expect(text.includes('~lib/rt')).toBe(false);
});
