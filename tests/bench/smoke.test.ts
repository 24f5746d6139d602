import { readFileSync, statSync } from 'node:fs';
import { expect, test } from 'vitest';
import { bench } from '../../apps/bench/src/bench.js';
import { buildWorkload } from '../../apps/bench/src/catalogue/compile.js';
import { makeInput } from '../../apps/bench/src/catalogue/inputs.js';
import { cpuWorkloads, curveWorkloads } from '../../apps/bench/src/catalogue/workloads.js';
import { environment, find, timed } from '../../apps/bench/src/engines/process.js';
import { parseOptions } from '../../apps/bench/src/options.js';
import { workFolder } from '../../apps/bench/src/measure/plan.js';
import { failures, textReport } from '../../apps/bench/src/report/text-report.js';

const cwd = workFolder();
const order = (name: string): number => cpuWorkloads.findIndex((one) => one.name === name);

test('a workload, an operation and a start, natively and in both engines of Node', async () => {
  const options = parseOptions([
    '--quick',
    '--filter',
    'crc32,pipe,true',
    '--engines',
    'node,node-interp',
    '--scale',
    '0.02',
    '--rounds',
    '2',
  ]);
  const seen: string[] = [];
  const result = await bench(options!, (text) => seen.push(text));
  expect(failures(result)).toEqual([]);
  expect(result.engines.map(({ id }) => id)).toEqual(['native', 'node', 'node-interp']);
  expect(result.rows.map(({ name, kind, size }) => [name, kind, size])).toEqual([
    ['crc32', 'cpu', 'quick'],
    ['pipe', 'operation', 'quick'],
  ]);
  for (const { measured } of result.rows) {
    for (const engine of ['node', 'node-interp']) {
      expect(measured[engine]!.ratio.count).toBe(2);
      expect(measured[engine]!.ratio.median).toBeGreaterThan(0.2);
      expect(measured[engine]!.mips).toBeGreaterThan(0);
    }
  }
  expect(result.starts!.rows.map(({ name }) => name)).toEqual(['true']);
  expect(result.starts!.rows[0]!.ring3.median).toBeGreaterThan(result.starts!.node.median);
  expect(textReport(result)).toMatch(/^crc32 /m);
  expect(seen).toContain('round 2/2  pipe  Ring3 in Node');
}, 60_000);

test('every workload does its rounds, whole and in parts, with the same checksum', async () => {
  for (const { name } of cpuWorkloads) {
    const program = buildWorkload(name);
    const whole = await timed([program, '6'], cwd, 20);
    const parts = await timed([program, '6', '3'], cwd, 20);
    expect(whole).toMatchObject({ status: 0, stderr: '' });
    const lines = parts.stdout.trimEnd().split('\n');
    expect(lines[0], name).toBe(whole.stdout.trimEnd());
    const times = lines.slice(1).map(Number);
    expect(times).toHaveLength(3);
    expect(
      times.every((time, i) => time > (times[i - 1] ?? 0)),
      name,
    ).toBe(true);
    // Its checksum depends on how much was done.
    expect((await timed([program, '5'], cwd, 20)).stdout, name).not.toBe(whole.stdout);
  }
}, 60_000);

test('times of a process: user, system and children; its exit status; nothing of our environment', async () => {
  const sh = find('sh')!;
  const busy = 'i=0; while [ $i -lt 60000 ]; do i=$((i+1)); done';
  const child = await timed([sh, '-c', `(${busy}); exit 3`], cwd, 20);
  expect(child.status).toBe(3);
  expect(child.cpu).toBeGreaterThan(0.002);
  expect(child.wall).toBeGreaterThanOrEqual(child.cpu * 0.5);
  expect((await timed([sh, '-c', 'kill -SEGV $$'], cwd, 20)).status).toBe(139);
  const { stdout } = await timed([find('env')!], cwd, 20);
  expect(
    Object.fromEntries(
      stdout
        .trim()
        .split('\n')
        .map((line) => line.split('=')),
    ),
  ).toMatchObject(environment);
});

test('ticks: CPU time of the process at each line of its stderr, which still arrives', async () => {
  const busy = 'i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done';
  const run = await timed([find('sh')!, '-c', `echo a >&2; ${busy}; echo b >&2; sleep 0.2; echo c >&2`], cwd, 20, true);
  expect(run).toMatchObject({ status: 0, stderr: 'a\nb\nc\n' });
  const [a, b, c] = run.ticks;
  expect(run.ticks).toHaveLength(3);
  expect(b! - a!).toBeGreaterThan(0.002);
  expect(c! - b!).toBeLessThan(0.1);
  expect(c).toBeLessThanOrEqual(run.cpu + 0.05);
});

test('a warm-up curve in Node: nothing is lost, and it begins after the start', async () => {
  const options = parseOptions(['--filter', 'warm-up', '--engines', 'node', '--scale', '0.001', '--rounds', '1']);
  const { curves } = await bench(options!, () => {});
  expect(curves.map(({ name, engine }) => `${name} ${engine}`)).toEqual(
    curveWorkloads.toSorted((a, b) => order(a) - order(b)).flatMap((name) => [`${name} native`, `${name} node`]),
  );
  for (const { engine, points } of curves) {
    expect(points.length).toBeGreaterThan(0);
    expect(points.every(({ time, speed }, i) => speed > 0 && time > (points[i - 1]?.time ?? 0))).toBe(true);
    if (engine === 'node') expect(points[0]!.time).toBeGreaterThan(0.02);
  }
}, 60_000);

test('what takes too long is killed, with its time in the message', async () => {
  const before = performance.now();
  await expect(timed([find('sleep')!, '60'], cwd, 0.2)).rejects.toThrow('not done after 0 s');
  expect(performance.now() - before).toBeLessThan(10_000);
});

test('inputs are the same bytes each time, as large as asked for', () => {
  const text = makeInput('text', 100_000);
  const first = readFileSync(text);
  expect(first.length).toBe(100_000);
  expect(readFileSync(makeInput('text', 100_000)).equals(first)).toBe(true);
  expect(readFileSync(makeInput('lines', 1000), 'utf8').trimEnd().split('\n')).toHaveLength(1000);
  expect(statSync(makeInput('js', 10)).size).toBeGreaterThan(1000);
});

test('the generated C compiles', async () => {
  const source = makeInput('c', 50);
  const done = await timed(['/bin/sh', '-c', `gcc -w -x c -c -o bench-test.o "$1" && rm bench-test.o`, 'sh', source], cwd, 60);
  expect(done).toMatchObject({ status: 0, stderr: '' });
}, 60_000);
