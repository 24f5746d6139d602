import { Rewind, type RewindOptions } from '@ring3/machine';
import type { StepUnit, Stop } from '@ring3/machine/protocol';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { haveStepping, stepping, symbolValue } from '../support/stop-session.js';

vi.setConfig({ testTimeout: 60_000 });

describe.skipIf(!haveStepping).each([{ worker: true }, { worker: false }])('back, worker: $worker', (options) => {
  let run: Rewind;
  let told: ((stop: Stop) => void) | null = null;
  const create = async (args: string[], more: Partial<RewindOptions['machine']> = {}, stdin: 'pipe' | 'null' = 'null'): Promise<void> => {
    run = await Rewind.create({
      machine: { root: '/', ...options, ...more },
      program: { path: stepping('static'), args, options: { stdin, stdout: 'collect' } },
      onStop: (stop) => told?.(stop),
    });
  };
  const resume = async (): Promise<Stop> => {
    const stop = new Promise<Stop>((resolve) => (told = resolve));
    await run.resume();
    return stop;
  };
  /** What can be seen at a stop. */
  const state = async (): Promise<unknown> => {
    const view = await run.machine.inspect({ registers: true, stack: 256, maps: true, tasks: true, signals: true, files: true });
    return { view, stop: run.stop };
  };
  const output = async (): Promise<string> => {
    await run.setStops([]);
    await run.machine.resume();
    return new TextDecoder().decode((await run.process.exited).stdout);
  };
  afterEach(() => run.close());

  test('from stop to stop, to the very start, and forward again', async () => {
    await create(['calls']);
    await run.setStops(['leaf']);
    const states = [await state()];
    for (let i = 0; i < 4; i++) {
      await resume();
      states.push(await state());
    }
    for (let i = 3; i >= 0; i--) {
      await run.back();
      expect(await state()).toEqual(states[i]);
    }
    expect(run.stop!.icount).toBe(0);
    await expect(run.back()).rejects.toMatchObject({ id: 'bad-option' });
    for (let i = 1; i < 3; i++) {
      await resume();
      expect(await state()).toEqual(states[i]);
    }
    expect(await output()).toBe('calls 25 5\n');
  });

  test('over steps of every kind', async () => {
    await create(['signal', 'threads', 'exec']);
    const units: StepUnit[] = ['syscall', 'insn', 'over', 'signal', 'insn', 'out', 'over', 'over', 'fault', 'syscall', 'insn', 'stage'];
    await run.setStops(['main']);
    await resume();
    await run.setStops([]);
    const states = [await state()];
    for (const unit of units.slice(0, -1)) {
      await run.step(unit);
      states.push(await state());
    }
    for (let i = states.length - 2; i >= 0; i -= 1) {
      const stop = await run.back();
      expect(stop).toEqual(run.stop);
      expect(await state(), `before step ${i}: ${units[i]}`).toEqual(states[i]);
    }
  });

  test('input comes again where it came', async () => {
    await create(['read', 'read', 'calls'], {}, 'pipe');
    await run.setStops(['leaf']);
    const first = new Promise<Stop>((resolve) => (told = resolve));
    await run.resume();
    await new Promise((resolve) => setTimeout(resolve, 20));
    await run.write(new TextEncoder().encode('a'));
    await first;
    const one = await state();
    // A step that sleeps until there is input.
    await run.setStops(['syscall:read']);
    await resume();
    const step = run.step('over');
    await new Promise((resolve) => setTimeout(resolve, 20));
    await run.write(new TextEncoder().encode('b'));
    expect(await step).toMatchObject({ reason: 'step' });
    const two = await state();
    await run.setStops(['leaf']);
    await resume();
    await run.back();
    expect(await state()).toEqual(two);
    await run.back();
    await run.back();
    expect(await state()).toEqual(one);
    // From here another way.
    await run.setStops([]);
    const done = run.process.exited;
    await run.resume();
    await new Promise((resolve) => setTimeout(resolve, 20));
    await run.write(new TextEncoder().encode('c'));
    expect(new TextDecoder().decode((await done).stdout)).toBe('read 1 a\nread 1 c\ncalls 25 5\n');
  });

  test('a pause somewhere, and a signal there', async () => {
    await create(['spin']);
    await run.resume();
    await new Promise((resolve) => setTimeout(resolve, 30));
    const stop = await run.pause();
    const before = await state();
    await run.step('insn');
    expect(await run.back()).toMatchObject({ icount: stop.icount, ip: stop.ip });
    expect(await state()).toEqual(before);
    await run.resume();
    await run.kill('SIGTERM');
    expect((await run.process.exited).signal).toBe('SIGTERM');
    expect(await run.back()).toMatchObject({ icount: stop.icount, ip: stop.ip });
  });

  test('back from the end of the program', async () => {
    await create(['calls']);
    await run.setStops(['leaf']);
    await resume();
    const before = await state();
    await run.setStops([]);
    await run.resume();
    await run.process.exited;
    expect(await run.back()).toMatchObject({ ip: symbolValue('static', 'leaf') });
    expect(await state()).toEqual(before);
  });

  test('stages of an execve', async () => {
    await create(['exec']);
    await run.setStops(['start_thread', 'do_open_execat']);
    await resume();
    const stop = run.stop;
    const next = await run.step('stage');
    expect(await run.back()).toMatchObject({ spec: stop!.spec!, record: { event: stop!.record!.event } });
    expect(await run.step('stage')).toMatchObject({ record: { event: next!.record!.event } });
  });

  test('refuses what cannot be repeated', async () => {
    await create(['calls']);
    const bad = (machine: RewindOptions['machine']): Promise<Rewind> => Rewind.create({ machine, program: { path: stepping('static') } });
    await expect(bad({ root: '/', clock: 'real' })).rejects.toMatchObject({ id: 'bad-option' });
    await expect(bad({ root: '/', mounts: [{ host: '/tmp', guest: '/mnt', readOnly: false }] })).rejects.toMatchObject({
      id: 'bad-option',
    });
    await expect(run.write(new Uint8Array(100_000))).rejects.toMatchObject({ id: 'bad-option' });
  });
});
