import { expect, test } from 'vitest';
import { filterOf, makePlan } from '../../apps/bench/src/measure/plan.js';
import { parseOptions, UsageError } from '../../apps/bench/src/options.js';

test('defaults, and quick ones', () => {
  expect(parseOptions([])).toMatchObject({ filter: null, quick: false, rounds: 3, scale: 1, budget: Infinity, json: null, compare: null });
  expect(parseOptions([])!.engines).toEqual(expect.arrayContaining(['node', 'chromium', 'qemu-user', 'blink', 'wasmtime']));
  expect(parseOptions(['--quick'])).toMatchObject({ quick: true, engines: ['node'] });
  expect(parseOptions(['--quick'])!.budget).toBeLessThan(120);
  expect(parseOptions(['--quick', '--rounds', '7'])).toMatchObject({ rounds: 7, budget: Infinity });
  expect(parseOptions(['--help'])).toBeNull();
});

test('what is given', () => {
  const options = parseOptions([
    '--filter',
    'sha,fib',
    '--engines',
    'node,node-interp',
    '--rounds',
    '2',
    '--scale',
    '0.5',
    '--json',
    'o',
    '--compare',
    'b',
  ]);
  expect(options).toEqual({
    filter: ['sha', 'fib'],
    engines: ['node', 'node-interp'],
    rounds: 2,
    quick: false,
    scale: 0.5,
    budget: Infinity,
    json: 'o',
    compare: 'b',
  });
});

test.each([
  [['--rounds', '0'], '--rounds 0: not a number of rounds'],
  [['--rounds', 'x'], '--rounds x: not a number of rounds'],
  [['--scale', '0'], '--scale 0: not a factor'],
  [['--engines', 'node,v86'], "--engines: 'v86' is not one of native, node"],
  [['--nonsense'], "Unknown option '--nonsense'"],
  [['word'], "Unexpected argument 'word'"],
])('%j is refused', (args, message) => {
  expect(() => parseOptions(args)).toThrow(UsageError);
  expect(() => parseOptions(args)).toThrow(message);
});

test('a filter has words of names, and kinds', () => {
  const names = (words: string[], quick = false): string[] => {
    const { rows, starts } = makePlan(filterOf(words), quick, 0.001);
    return [...rows, ...starts].map(({ task, size }) => `${task.name}/${size}`);
  };
  expect(names(['sha256'])).toEqual(['sha256/long', 'sha256/short']);
  expect(names(['sha256'], true)).toEqual(['sha256/quick']);
  expect(names(['operation'])).toEqual(['syscall', 'fork', 'exec', 'fault', 'pipe', 'switch'].map((name) => `${name}/whole`));
  expect(names(['short']).every((name) => name.endsWith('/short'))).toBe(true);
  expect(names(['true'])).toEqual(['true/whole']);
  expect(names(['nosuchthing'])).toEqual([]);
});

test('a quick plan begins with some of each kind: time may run out', () => {
  const kinds = makePlan(filterOf(null), true, 0.001).rows.map(({ task }) => task.kind);
  expect(new Set(kinds.slice(0, 3))).toEqual(new Set(['cpu', 'operation', 'program']));
  expect(new Set(kinds.slice(-3)).size).toBeGreaterThan(1);
});
