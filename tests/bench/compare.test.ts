import { expect, test } from 'vitest';
import { spread } from '../../apps/bench/src/measure/statistics.js';
import { changeOf, changes, compareText } from '../../apps/bench/src/report/compare.js';
import { result, row } from './results.js';

const verdict = (before: number[], after: number[]): string => changeOf(spread(before), spread(after)).verdict;

test('clear changes are told', () => {
  expect(verdict([4, 4.05, 3.95], [3, 3.02, 2.98])).toBe('faster');
  expect(verdict([3, 3.02, 2.98], [4, 4.05, 3.95])).toBe('slower');
});

test('what is within the noise is the same', () => {
  expect(verdict([4, 4, 4], [4.08, 4.08, 4.08])).toBe('same');
  expect(verdict([4, 5, 3], [4.4, 5.2, 3.6])).toBe('same');
  // A median far off, but one of three rounds as before.
  expect(verdict([4, 4, 4.9], [4.8, 5, 5])).toBe('same');
  expect(verdict([4], [4.3])).toBe('same');
  expect(verdict([4], [8])).toBe('slower');
});

test('many rounds find small changes in spite of a stray one', () => {
  const around = (center: number): number[] => [-0.02, -0.01, 0, 0, 0.01, 0.02, 0.01, -0.01].map((by) => center * (1 + by));
  expect(verdict(around(4), around(4.4))).toBe('slower');
  expect(verdict([...around(4), 9], around(4.4))).toBe('slower');
});

test('only the same work is compared, engine by engine', () => {
  const before = result([
    row('a', { node: [4, 4, 4], chromium: [5, 5, 5] }),
    row('b', { node: [2, 2, 2] }),
    row('c', { node: [2, 2, 2] }, { args: ['100'] }),
  ]);
  const after = result([
    row('a', { node: [2, 2, 2], 'qemu-user': [7, 7, 7] }),
    row('a', { node: [9, 9, 9] }, { size: 'short' }),
    row('c', { node: [2, 2, 2] }, { args: ['200'] }),
    row('d', { node: [1, 1, 1] }),
  ]);
  expect(changes(before, after)).toEqual([
    expect.objectContaining({ name: 'a', size: 'long', engine: 'node', before: 4, after: 2, factor: 0.5, verdict: 'faster' }),
  ]);
});

test('starts are compared as multiples of the bare node', () => {
  const starts = (node: number, ring3: number) => ({
    node: spread([node, node, node]),
    rows: [{ name: 'true', about: '', native: spread([0.001]), ring3: spread([ring3, ring3, ring3]), overNode: ring3 - node }],
  });
  const [same] = changes(result([], { starts: starts(0.04, 0.1) }), result([], { starts: starts(0.08, 0.2) }));
  expect(same).toMatchObject({ name: 'start of true', before: 2.5, after: 2.5, verdict: 'same' });
  const [slower] = changes(result([], { starts: starts(0.04, 0.1) }), result([], { starts: starts(0.04, 0.15) }));
  expect(slower).toMatchObject({ verdict: 'slower' });
});

test('the text has a line for each, and counts', () => {
  const before = result([row('a', { node: [4, 4, 4] }), row('b', { node: [2, 2, 2] })]);
  const after = result([row('a', { node: [2, 2, 2] }), row('b', { node: [2, 2, 2] })], { cpu: 'another' });
  const text = compareText(before, after, 'old.json');
  expect(text).toMatch(/^Against old\.json \(abcdef0123, 2026-01-02T03:04:05Z\)/);
  expect(text).toContain('another processor then: a processor');
  expect(text).toMatch(/^a +node +4\.00 +2\.00 +-50\.0 % +±3\.0 % +faster$/m);
  expect(text).toMatch(/^b +node +2\.00 +2\.00 +\+0\.0 % +±3\.0 % +same$/m);
  expect(text).toContain('node: -29.3 % over 2 (geometric mean); 1 faster, 0 slower, 1 the same');
  expect(compareText(result([]), after, 'old.json')).toContain('nothing in it was measured with the same work');
});
