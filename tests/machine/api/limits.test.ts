import { expect, test, vi } from 'vitest';
import { inBothModes, run, sh, sleep } from './modes.js';

vi.setConfig({ testTimeout: 60_000 });

inBothModes('a limit', ({ create }) => {
  test('of instructions ends everything, and files can still be read', async () => {
    await using machine = await create({ limits: { instructions: 5_000_000 } });
    const exit = await run(machine, 'echo kept >/tmp/f; while :; do :; done');
    expect(exit).toMatchObject({ code: null, signal: 'SIGKILL', limit: 'instructions' });
    expect(exit.stats.instructions).toBeLessThanOrEqual(5_000_000);
    expect(new TextDecoder().decode(await machine.readFile('/tmp/f'))).toBe('kept\n');
    expect((await machine.stats()).instructions).toBe(5_000_000);
    expect(machine.state).toBe('exited');
    expect(machine.limitReached).toBe('instructions');
    await expect(sh(machine, 'exit 0')).rejects.toMatchObject({ id: 'limit-reached' });
  });

  test('of time counts while something lives and is not paused', async () => {
    await using machine = await create({ limits: { wallTime: 400 } });
    await sleep(500);
    const began = performance.now();
    const process = await sh(machine, 'sleep 100');
    await sleep(100);
    await machine.pause();
    await sleep(500);
    await machine.resume();
    expect(await process.exited).toMatchObject({ signal: 'SIGKILL', limit: 'wallTime' });
    const took = performance.now() - began;
    expect(took).toBeGreaterThan(880);
    expect(took).toBeLessThan(2000);
  });

  test('of output is exact', async () => {
    await using machine = await create({ limits: { outputBytes: 100_000 } });
    const process = await sh(machine, 'yes', { stdout: 'collect' });
    const { signal, limit, stdout } = await process.exited;
    expect({ signal, limit, length: stdout?.length }).toEqual({ signal: 'SIGKILL', limit: 'outputBytes', length: 100_000 });
    await using exact = await create({ limits: { outputBytes: 6 } });
    expect(await run(exact, 'echo 12345')).toMatchObject({ code: 0, out: '12345\n' });
  });

  test('of processes is EAGAIN, also for a root that raises threads-max', async () => {
    await using machine = await create({ limits: { processes: 3 } });
    const exit = await run(machine, 'echo 9999 >/proc/sys/kernel/threads-max; sleep 9 & sleep 9 & sleep 9 & sleep 9 & echo no');
    expect(exit.err).toContain("can't fork");
    expect(exit.out).toBe('');
    expect(exit.code).toBe(2);
    await sh(machine, 'sleep 9');
    await expect(sh(machine, 'exit')).rejects.toMatchObject({ id: 'not-executable', errno: 'EAGAIN' });
  });

  test('of open files is EMFILE, also for a root that raises it', async () => {
    await using machine = await create({ limits: { openFiles: 11 } });
    const open = [3, 4, 5, 6, 7, 8, 9].map((fd) => `exec ${fd}</dev/null`).join('; ');
    const exit = await run(
      machine,
      `echo 100000 >/proc/sys/fs/nr_open; (ulimit -n 50); ulimit -n; ulimit -Hn; ${open}; echo nine; cat /dev/null | cat; echo full`,
    );
    expect(exit.out).toBe('11\n11\nnine\n');
    expect(exit.err).toMatch(/Operation not permitted[^]*Too many open files|Operation not permitted[^]*pipe/);
  });

  test('of memory kills who takes it', async () => {
    await using machine = await create({ memory: 1 << 30, limits: { memory: 32 << 20 } });
    const exit = await run(machine, 'exec tail /dev/zero');
    expect(exit).toMatchObject({ code: null, signal: 'SIGKILL', limit: 'memory' });
    expect(exit.stats.maxRssBytes).toBeLessThan(32 << 20);
    expect((await machine.stats()).oomKills).toBe(1);
    expect((await run(machine, 'echo alive')).out).toBe('alive\n');
  });
});
