import { SchedPolicy } from '@ring3/abi';
import { describe, expect, it } from 'vitest';
import { testMachine } from '../testing/machine.js';
import { spawnProgram, spinProgram } from '../testing/spin-program.js';
import { accountTime } from '../time/cpu-time.js';
import { runSlice } from '../trap/trap.js';
import { LOAD_ONE } from './load-average.js';

/** Shares of the CPU, in percent, of tasks that spin for a million instructions. */
function shares(policies: readonly (readonly [policy: SchedPolicy, priority: number])[]): number[] {
  const { k, put } = testMachine({ quantum: 10_000 });
  put('/spin', spinProgram(0));
  const tasks = policies.map(([policy, priority]) => spawnProgram(k, '/spin', policy, priority));
  runSlice(k, 1_000_000);
  accountTime(k);
  return tasks.map(({ utime }) => Math.round(utime / 10_000));
}

describe('scheduling', () => {
  it('shares the CPU evenly', () => {
    expect(
      shares([
        [SchedPolicy.Normal, 0],
        [SchedPolicy.Normal, 0],
        [SchedPolicy.Batch, 0],
        [SchedPolicy.Normal, 0],
      ]),
    ).toEqual([25, 25, 25, 25]);
  });
  it('runs the highest real-time priority, and leaves a twentieth to the others', () => {
    expect(
      shares([
        [SchedPolicy.Normal, 0],
        [SchedPolicy.Fifo, 10],
        [SchedPolicy.Fifo, 20],
      ]),
    ).toEqual([5, 0, 95]);
  });
  it('gives a real-time task everything when nobody else can run', () => {
    expect(shares([[SchedPolicy.Fifo, 10]])).toEqual([100]);
  });
  it('takes turns with SCHED_RR, and none with SCHED_FIFO', () => {
    expect(
      shares([
        [SchedPolicy.RoundRobin, 5],
        [SchedPolicy.RoundRobin, 5],
      ]),
    ).toEqual([50, 50]);
    expect(
      shares([
        [SchedPolicy.Fifo, 5],
        [SchedPolicy.Fifo, 5],
      ]),
    ).toEqual([100, 0]);
  });
  it('leaves SCHED_IDLE little', () => {
    const [normal, idle] = shares([
      [SchedPolicy.Normal, 0],
      [SchedPolicy.Idle, 0],
    ]);
    expect(normal).toBeGreaterThan(85);
    expect(idle).toBeGreaterThan(0);
  });
});

describe('load averages', () => {
  it('approach the number of runnable tasks, and decay when the machine is idle', () => {
    const { k, put } = testMachine();
    put('/spin', spinProgram(0));
    spawnProgram(k, '/spin');
    spawnProgram(k, '/spin');
    for (let seconds = 5; seconds <= 60; seconds += 5) k.load.update(k, seconds * 1e9);
    const [one, five, fifteen] = k.load.read(k).map((load) => load / LOAD_ONE);
    expect(one).toBeCloseTo(2 * (1 - Math.exp(-1)), 1);
    expect(five).toBeCloseTo(2 * (1 - Math.exp(-1 / 5)), 1);
    expect(fifteen).toBeCloseTo(2 * (1 - Math.exp(-1 / 15)), 1);
    // An hour without a turn, and then one sample with both of them.
    k.load.update(k, 3660e9);
    expect(k.load.read(k)[0]! / LOAD_ONE).toBeCloseTo(2 * (1 - Math.exp(-1 / 12)), 1);
  });
});
