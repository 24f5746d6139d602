import { Sig } from '@ring3/abi';
import { describe, expect, it } from 'vitest';
import { takeExits } from '../task/init.js';
import type { Task } from '../task/task.js';
import { testMachine } from '../testing/machine.js';
import { spawnProgram, spinProgram } from '../testing/spin-program.js';
import { runSlice } from '../trap/trap.js';
import { oomBadness } from './oom.js';

const PAGE = 4096;

describe('out of memory', () => {
  const memory = 24 << 20;
  const most = spinProgram(Math.floor((memory * 0.7) / PAGE));
  const less = spinProgram(Math.floor((memory * 0.6) / PAGE));

  function runTwo(adjust: number): { big: Task; small: Task; killed: number[] } {
    const { k, put } = testMachine({ quantum: 100_000 }, memory);
    put('/big', most);
    put('/small', less);
    const big = spawnProgram(k, '/big');
    runSlice(k, 200_000);
    const small = spawnProgram(k, '/small');
    big.signal.oomScoreAdj = adjust;
    expect(oomBadness(k, big) > oomBadness(k, small)).toBe(adjust !== -1000);
    // A shortage of memory ends a slice early.
    for (let slices = 0; slices < 10; slices++) runSlice(k, 200_000);
    const exits = takeExits(k);
    expect(exits.map(({ status }) => status)).toEqual([Sig.KILL]);
    return { big, small, killed: exits.map(({ pid }) => pid) };
  }

  it('kills who has most', () => {
    const { big, killed } = runTwo(0);
    expect(killed).toEqual([big.tid]);
  });
  it('spares who must not be killed', () => {
    const { small, killed } = runTwo(-1000);
    expect(killed).toEqual([small.tid]);
  });
});
