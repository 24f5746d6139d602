import { expect, test, vi } from 'vitest';
import { inBothModes, MachineError, readAll, sh, sleep } from './modes.js';

vi.setConfig({ testTimeout: 60_000 });

const MIB = 1 << 20;
const print = (mebibytes: number): string => `dd if=/dev/zero bs=65536 count=${mebibytes * 16} 2>/dev/null`;

inBothModes('output', ({ create }) => {
  test('that nobody reads makes its writer wait, until somebody does', async () => {
    await using machine = await create();
    const process = await sh(machine, `${print(2)}; touch /tmp/done`);
    await sleep(300);
    await expect(machine.stat('/tmp/done')).rejects.toMatchObject({ id: 'file-error', errno: 'ENOENT' });
    expect((await readAll(process.stdout)).length).toBe(2 * MIB);
    await process.exited;
    await machine.stat('/tmp/done');
  });

  test('that nobody reads does not keep `exited` waiting, and can still be read', async () => {
    await using machine = await create();
    const process = await sh(machine, `${print(3)}; exit 7`);
    expect(await process.exited).toMatchObject({ code: 7 });
    expect((await readAll(process.stdout)).length).toBe(3 * MIB);
  });

  test('of a stream that was taken and not read, neither', async () => {
    await using machine = await create();
    const process = await sh(machine, print(3));
    const { stdout } = process;
    expect((await process.exited).code).toBe(0);
    expect((await readAll(stdout)).length).toBe(3 * MIB);
  });

  test('of a reader that stopped, neither; what is more than is kept is lost with an error', async () => {
    await using machine = await create();
    const process = await sh(machine, print(20));
    const reader = process.stdout.getReader();
    let got = (await reader.read()).value!.length;
    expect(await process.exited).toMatchObject({ code: 0, truncated: true });
    const rest = (async () => {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        got += value.length;
      }
    })();
    const error = await rest.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(MachineError);
    expect(error).toMatchObject({ id: 'output-lost' });
    expect(got).toBeGreaterThan(15 * MIB);
    expect(got).toBeLessThan(17 * MIB);
  });

  test('of a slow reader all arrives, while somebody waits for the exit', async () => {
    await using machine = await create();
    const process = await sh(machine, print(4));
    const { exited } = process;
    let got = 0;
    for await (const chunk of process.stdout) {
      got += chunk.length;
      await sleep(15);
    }
    expect(got).toBe(4 * MIB);
    expect(await exited).toMatchObject({ code: 0 });
  });

  test('of a listener to exits, neither', async () => {
    await using machine = await create();
    const ended = new Promise((resolve) => machine.on('exit', resolve));
    const process = await sh(machine, print(1));
    expect(await ended).toMatchObject({ pid: process.pid, exit: { code: 0 } });
  });

  test('is collected up to its limit, or dropped', async () => {
    await using machine = await create();
    const process = await sh(machine, `${print(1)}; echo err >&2`, { stdout: 'collect', stderr: 'ignore', collectLimit: 1000 });
    const { stdout, stderr, truncated } = await process.exited;
    expect(stdout?.length).toBe(1000);
    expect(stderr).toBeUndefined();
    expect(truncated).toBe(true);
    expect(() => process.stdout).toThrow(TypeError);
  });
});
