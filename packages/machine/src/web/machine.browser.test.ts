import { Machine, MachineError, type MachineOptions } from '@ring3/machine';
import { describe, expect, test } from 'vitest';
import { cat, flood, hello, spin } from '../../../element/testing/programs.js';

const program = (bytes: Uint8Array): Pick<MachineOptions, 'files' | 'memory'> => ({
  files: [{ path: '/program', content: bytes }],
  memory: 64 << 20,
});

async function time(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe.each([true, false])('a machine in a page, worker: %s', (worker) => {
  test('runs a program and tells its states', async () => {
    const states: string[] = [];
    const machine = await Machine.create({
      ...program(hello({ err: 'and this\n', code: 4 })),
      worker,
      onStateChange: ({ state }) => void states.push(state),
    });
    expect(machine.mode).toBe(worker ? 'worker' : 'inline');
    expect(machine.modeInfo.sharedMemory).toBe(crossOriginIsolated);
    expect(machine.modeInfo.lost).toHaveLength((worker ? 0 : 1) + (crossOriginIsolated ? 0 : 1));
    const process = await machine.spawn('/program', [], { stdout: 'collect' });
    const { code, stdout, stats } = await process.exited;
    expect({ code, out: new TextDecoder().decode(stdout) }).toEqual({ code: 4, out: 'Hello from Ring3\n' });
    expect(stats.instructions).toBeGreaterThan(5);
    expect(await new Response(process.stderr).text()).toBe('and this\n');
    await machine.close();
    expect(states).toEqual(['ready', 'running', 'exited', 'closed']);
  });

  test('carries input and output both ways', async () => {
    const machine = await Machine.create({ ...program(cat()), worker });
    const content = new Uint8Array(700_000).map((_, i) => i >> 4);
    const process = await machine.spawn('/program', [], { stdin: new Blob([content]).stream() });
    const got = new Uint8Array(await new Response(process.stdout).arrayBuffer());
    expect(got.length).toBe(content.length);
    expect(got.findIndex((byte, i) => byte !== content[i])).toBe(-1);
    await machine.close();
  });

  test('closes and kills at once what loops or floods', { retry: 2 }, async () => {
    for (const bytes of [spin(), flood()]) {
      const machine = await Machine.create({ ...program(bytes), worker });
      const process = await machine.spawn('/program');
      const reader = process.stdout.getReader();
      await reader.read();
      await sleep(50);
      expect(await time(() => Promise.all([process.kill('SIGKILL'), process.exited]))).toBeLessThan(100);
      const again = await machine.spawn('/program');
      await sleep(50);
      expect(await time(() => machine.close())).toBeLessThan(100);
      await expect(again.exited).rejects.toMatchObject({ id: 'closed' });
    }
  });

  test('errors come whole, with what to do', async () => {
    const machine = await Machine.create({ ...program(new TextEncoder().encode('text')), worker });
    const error = await machine.spawn('/program').catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(MachineError);
    expect(error).toMatchObject({ id: 'not-executable', errno: 'EACCES' });
    expect((error as MachineError).help).not.toBe('');
    await machine.close();
    const mounts = [{ host: '/tmp', guest: '/mnt' }];
    await expect(Machine.create({ worker, mounts })).rejects.toMatchObject({ id: 'bad-option' });
    await expect(Machine.create({ worker, root: '/no/such/archive.tar' })).rejects.toBeInstanceOf(MachineError);
    await expect(Machine.create({ worker, signal: AbortSignal.abort(new Error('no')) })).rejects.toThrow('no');
  });
});
