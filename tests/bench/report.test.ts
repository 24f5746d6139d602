import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cpuWorkloads } from '../../apps/bench/src/catalogue/workloads.js';
import { spread } from '../../apps/bench/src/measure/statistics.js';
import { goalStates } from '../../apps/bench/src/report/goals.js';
import { appendHistory, historyEntry, readHistory } from '../../apps/bench/src/report/history.js';
import { failures, textReport } from '../../apps/bench/src/report/text-report.js';
import type { BenchResult } from '../../apps/bench/src/result.js';
import { result, row } from './results.js';

const reached = (of: BenchResult): Record<string, boolean> =>
  Object.fromEntries(goalStates(of).flatMap(({ goal, reached: state }) => (state === null ? [] : [[goal.what, state]])));

const allWorkloads = (ratio: number) =>
  cpuWorkloads.map(({ name }) => row(name, { node: [ratio, ratio, ratio], chromium: [ratio, ratio, ratio] }));
const mean = 'CPU workloads of 2 s in Node, geometric mean';

test('goals over all CPU workloads', () => {
  expect(reached(result(allWorkloads(2)))).toEqual({ [mean]: true, 'the worst of them': true, 'the mean in Chromium': true });
  expect(reached(result(allWorkloads(3.2)))).toEqual({ [mean]: false, 'the worst of them': true, 'the mean in Chromium': true });
  const one = allWorkloads(2);
  one[3] = row(one[3]!.name, { node: [7, 7, 7], chromium: [2, 2, 2] });
  expect(reached(result(one))).toEqual({ [mean]: true, 'the worst of them': false, 'the mean in Chromium': true });
});

test('a goal is not told of a part: a workload is missing, less work, a quick run', () => {
  expect(reached(result(allWorkloads(2).slice(1)))).toEqual({});
  const failed = allWorkloads(2);
  failed[0] = row(failed[0]!.name, { chromium: [2, 2, 2] }, { missing: { node: { reason: 'its output differs', cannot: false } } });
  expect(reached(result(failed))).toEqual({ 'the mean in Chromium': true });
  expect(reached(result(allWorkloads(2), { scale: 0.01 }))).toEqual({});
  const lua = (size: 'whole' | 'quick') => result([row('lua', { node: [4, 4, 4] }, { kind: 'program', size })]);
  expect(reached(lua('whole'))).toEqual({ 'Lua script': true });
  expect(reached(lua('quick'))).toEqual({});
});

test('goals of starts and memory', () => {
  const starts = {
    node: spread([0.04]),
    rows: [{ name: 'true', about: '', native: spread([0.001]), ring3: spread([0.1]), overNode: 0.06 }],
  };
  const memory = { ring3: 80 << 20, node: 40 << 20, guest: 3 << 20, overhead: 37 << 20 };
  expect(reached(result([], { starts, memory }))).toEqual({
    '`true`, CPU over `node -e 0`': false,
    'memory beyond the guest’s own pages, bash': true,
  });
});

test('the report: figures with their spread, means, what is not here, failures', () => {
  const text = textReport(
    result(
      [
        row('one', { node: [2, 2.5, 3], chromium: [4, 4, 4] }),
        row('two', { node: [10, 10, 10] }, { missing: { chromium: { reason: 'exit status 1, natively 0', cannot: false } } }),
        row('call', { node: [5, 5, 5] }, { kind: 'operation', size: 'whole', operations: 1_000_000 }),
        row('script', { node: [5, 5, 5] }, { kind: 'program', size: 'whole', missing: { chromium: { reason: 'no files', cannot: true } } }),
      ],
      { notHere: { esbuild: 'not installed' } },
    ),
  );
  expect(text).toMatch(/^one +1\.00 +2\.50 \(2\.00–3\.00\) +2\.50 +4\.00 \(4\.00–4\.00\) +4\.00 +500 +500$/m);
  expect(text).toMatch(/^two +1\.00 +10\.0 \(10\.0–10\.0\) +10\.0 +FAILED +500$/m);
  expect(text).toMatch(/^geometric mean +5\.00 +4\.00 of 1$/m);
  expect(text).toMatch(/^call +1000 ns +5\.00/m);
  expect(text).toMatch(/^ {2}esbuild +not installed$/m);
  expect(text).toMatch(/Failures\n {2}two in chromium: exit status 1, natively 0\n/);
});

test('what an engine is not made for is no failure', () => {
  const missing = { chromium: { reason: 'no files', cannot: true }, node: { reason: 'not done after 60 s', cannot: false } };
  expect(failures(result([row('a', {}, { size: 'short', missing })]))).toEqual(['a (short) in node: not done after 60 s']);
});

test('history: a line a run, read back; a damaged line is told with its place', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ring3-bench-'));
  try {
    const file = join(folder, 'deeper/history.jsonl');
    expect(readHistory(file)).toEqual([]);
    const run = result([row('a', { node: [2, 3, 4] }), row('a', { node: [9, 9, 9] }, { size: 'short' })]);
    appendHistory(run, file);
    appendHistory({ ...run, commit: null, dirty: true }, file);
    expect(readHistory(file)).toEqual([historyEntry(run), { ...historyEntry(run), commit: null, dirty: true }]);
    expect(historyEntry(run).ratios).toEqual({ node: { 'long/a': 3, 'short/a': 9 } });
    writeFileSync(file, '{}\n{\n');
    expect(() => readHistory(file)).toThrow(`${file}:2: not JSON`);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
