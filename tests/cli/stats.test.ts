import type { MachineStats } from '@ring3/machine';
import { expect, test } from 'vitest';
import { native, ring3 } from '../support/run.js';

const program = ['awk', 'BEGIN { for (i = 0; i < 400000; i++) sum += i * i % 7; print sum }'];

async function stats(...options: string[]): Promise<MachineStats & { mips: number; jit: { tiers: Record<string, number> | null } | null }> {
  const expected = await native(program);
  const { stderr, ...outcome } = await ring3([
    'run',
    '--root',
    '/',
    '--clock',
    'virtual',
    '--seed',
    '1',
    ...options,
    '--stats=json',
    ...program,
  ]);
  expect({ ...outcome, stderr: '' }).toEqual(expected);
  return JSON.parse(stderr) as Awaited<ReturnType<typeof stats>>;
}

test('what was translated, how often it was left and why', async () => {
  const { instructions, mips, jit, core } = await stats();
  expect(mips).toBeGreaterThan(10);
  expect(jit!.instructions).toBeGreaterThan(instructions / 2);
  expect(jit!.instructions).toBeLessThan(instructions);
  expect(jit!.steps).toBeLessThan(jit!.instructions);
  const { fuel, ended, failed, undecoded, refused } = jit!.exits;
  expect(fuel + ended + failed + undecoded + refused).toBe(jit!.runs);
  // A region is left at least so often, that V8 can put better code in its place.
  expect(fuel).toBeGreaterThan(jit!.instructions / 2_000_000);
  expect(jit!.live.regions).toBeGreaterThan(0);
  expect(jit!.live.regions).toBeLessThanOrEqual(jit!.regions);
  expect(jit!.live.entries).toBeGreaterThanOrEqual(jit!.live.regions);
  expect(jit!.live.modules).toBeLessThanOrEqual(jit!.modules);
  expect(jit!.compiling).toBeGreaterThan(0);
  expect(jit!.time).toBeGreaterThan(jit!.compiling);
  const tiers = jit!.tiers;
  expect(tiers === null || tiers['turbofan']! + tiers['liftoff']! > 0).toBe(true);
  for (const name of ['fetching', 'reading', 'writing']) expect(core[`TLB misses ${name}`], name).toBeGreaterThan(10);
});

test('without translation: the same instructions, and how fast they are interpreted', async () => {
  const [interpreted, translated] = [await stats('--jit', 'off'), await stats()];
  expect(interpreted.jit).toBe(null);
  expect(interpreted.instructions).toBe(translated.instructions);
  expect(interpreted.interpreterMips).toBe(interpreted.mips);
});

test('as text', async () => {
  const { stderr } = await ring3(['run', '--root', '/', '--stats', ...program]);
  expect(stderr).toMatch(/^instructions +[\d,]+\nof them translated +\d+\.\d %\n/);
  for (const line of [
    /^host seconds +\d+\.\d{3}$/m,
    /^live +[\d,]+ regions with [\d,]+ entries, [\d,]+ modules$/m,
    /^left for fuel +[\d,]+$/m,
    /^V8 tiers +\S/m,
  ])
    expect(stderr).toMatch(line);
});

test('a program that calls the kernel all the time is translated, too', async () => {
  const copy = ['busybox', 'dd', 'bs=1', 'count=60000', 'if=/dev/zero', 'of=/dev/null'];
  const { stderr } = await ring3(['run', '--root', '/', '--stats=json', ...copy]);
  const { instructions, jit } = JSON.parse(stderr.slice(stderr.indexOf('{'))) as MachineStats;
  expect(jit!.instructions).toBeGreaterThan(instructions / 3);
});
