import { expect, test } from 'vitest';
import { geometricMean, median, relativeError, spread } from '../../apps/bench/src/measure/statistics.js';
import { curvePoints, thinned } from '../../apps/bench/src/measure/warm-up.js';

test('median', () => {
  expect(median([3])).toBe(3);
  expect(median([9, 1, 2])).toBe(2);
  expect(median([10, 1, 2, 3])).toBe(2.5);
  expect(() => median([])).toThrow(RangeError);
});

test('spread: one value far off moves neither median nor MAD much', () => {
  expect(spread([1, 2, 3, 4, 100])).toEqual({ median: 3, min: 1, max: 100, mad: 1, count: 5 });
});

test('geometric mean', () => {
  expect(geometricMean([2, 8])).toBeCloseTo(4, 12);
  expect(geometricMean([5])).toBeCloseTo(5, 12);
  expect(() => geometricMean([])).toThrow(RangeError);
});

test('the error of a median: none without spread, less with more rounds, and one round is not exact', () => {
  expect(relativeError(spread([4, 4, 4, 4]))).toBe(0);
  const few = relativeError(spread([3.9, 4, 4.1]));
  const many = relativeError(spread([3.9, 4, 4.1, 3.9, 4, 4.1, 3.9, 4, 4.1]));
  expect(few).toBeGreaterThan(0);
  expect(many).toBeGreaterThan(0);
  expect(many).toBeLessThan(few);
  expect(relativeError(spread([4]))).toBeGreaterThan(0.01);
});

test('a curve: parts of equal work become speeds, shifted by what was before main', () => {
  const points = curvePoints({ before: 0.5, ends: [2, 3, 3.5] }, 0.5);
  expect(points).toEqual([
    { time: 2.5, speed: 0.25, parts: 1 },
    { time: 3.5, speed: 0.5, parts: 1 },
    { time: 4, speed: 1, parts: 1 },
  ]);
  // Three parts were seen at once.
  expect(curvePoints({ before: 0, ends: [1, 4, 4, 4, 5] }, 1)).toEqual([
    { time: 1, speed: 1, parts: 1 },
    { time: 4, speed: 1, parts: 3 },
    { time: 5, speed: 1, parts: 1 },
  ]);
});

test('a thinned curve keeps work and time: its speeds are those over all of their parts', () => {
  const ends = Array.from({ length: 1000 }, (_, i) => (i + 1) / 1000);
  const thin = thinned(curvePoints({ before: 0, ends }, 0.0005), 10);
  expect(thin.length).toBeLessThan(40);
  expect(thin.at(-1)!.time).toBeCloseTo(1, 9);
  for (const { speed } of thin) expect(speed).toBeCloseTo(0.5, 9);
  // One part of 1 s, then one of 0.25 s, in one point: 2 parts of 0.5 s native in 1.25 s.
  expect(thinned(curvePoints({ before: 0, ends: [1, 1.25] }, 0.5), 1)).toEqual([{ time: 1.25, speed: expect.closeTo(0.8, 9) }]);
});
