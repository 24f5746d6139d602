import { expect, test, vi } from 'vitest';
import { inBothModes, MachineError, readAll, run, sh, sleep, text } from './modes.js';

vi.setConfig({ testTimeout: 60_000 });

inBothModes('a process', ({ create }) => {
  test('tells its output, its status and what it used', async () => {
    await using machine = await create();
    const exit = await run(machine, 'echo out; echo err >&2; exit 3');
    expect(exit).toMatchObject({ code: 3, signal: null, out: 'out\n', err: 'err\n' });
    expect(exit.limit).toBeUndefined();
    expect(exit.stats.instructions).toBeGreaterThan(1000);
    expect(exit.stats.minorFaults + exit.stats.majorFaults).toBeGreaterThan(10);
    expect(exit.stats.maxRssBytes).toBeGreaterThan(100_000);
    expect(exit.stats.userSeconds + exit.stats.systemSeconds).toBeGreaterThan(0);
  });

  test('its statistics are its own and of the children it waited for', async () => {
    await using machine = await create({ clock: 'virtual' });
    const small = await run(machine, 'exit 0');
    const loop = 'i=0; while [ $i -lt 300 ]; do i=$((i+1)); done';
    const large = await run(machine, loop);
    const children = await run(machine, `(${loop}) & (${loop}) & wait`);
    const again = await run(machine, 'exit 0');
    expect(large.stats.instructions).toBeGreaterThan(small.stats.instructions + 100_000);
    expect(children.stats.instructions).toBeGreaterThan(1.5 * large.stats.instructions);
    expect(Math.abs(again.stats.instructions - small.stats.instructions)).toBeLessThan(small.stats.instructions / 5);
    const { instructions, hostSeconds, memoryBytes, framesUsed } = await machine.stats();
    expect(instructions).toBeGreaterThanOrEqual(large.stats.instructions + children.stats.instructions);
    expect(hostSeconds).toBeGreaterThan(0);
    expect(hostSeconds).toBeLessThan(60);
    expect(memoryBytes).toBeGreaterThan(framesUsed * 4096);
  });

  test('gets argv[0], environment, folder, user, host name and limits', async () => {
    await using machine = await create({ hostname: 'testhost' });
    const process = await machine.spawn(
      '/bin/busybox',
      ['-c', 'echo $0 $A "$B"; pwd; id -u; id -g; hostname; ulimit -n; ulimit -Sc; ulimit -Hc'],
      {
        argv0: 'sh',
        env: { A: '1', B: 'two words', PATH: '/bin' },
        cwd: '/tmp',
        uid: 1000,
        gid: 100,
        stdout: 'collect',
        rlimits: { nofile: 50, core: { cur: 0, max: 1024 } },
      },
    );
    expect(text((await process.exited).stdout)).toBe('sh 1 two words\n/tmp\n1000\n100\ntesthost\n50\n0\n2\n');
  });

  test('is found in PATH, and argv[0] is its name', async () => {
    await using machine = await create();
    const process = await machine.spawn('busybox', ['echo', 'found'], { stdout: 'collect' });
    expect(text((await process.exited).stdout)).toBe('found\n');
  });

  test('reads what is written to it, all of it and in order', async () => {
    await using machine = await create();
    const process = await sh(machine, 'cat');
    const sent = new Uint8Array(1_500_000).map((_, i) => (i * 31) >> 3);
    const writer = process.stdin.getWriter();
    const writing = (async () => {
      for (let at = 0; at < sent.length; at += 100_000) await writer.write(sent.subarray(at, at + 100_000));
      await writer.close();
    })();
    const got = await readAll(process.stdout);
    await writing;
    expect(Buffer.compare(got, sent)).toBe(0);
    expect((await process.exited).code).toBe(0);
  });

  test('gets its whole input as text, bytes or a stream, or none', async () => {
    await using machine = await create();
    const inputs = ['héllo', new Uint8Array([1, 2, 3]), new Blob(['streamed']).stream(), 'null'];
    const outputs = [];
    for (const stdin of inputs) outputs.push((await run(machine, 'cat | od -An -c | tr -d " \\n"', { stdin })).out);
    expect(outputs).toEqual(['h303251llo', '001002003', 'streamed', '']);
  });

  test('that does not read makes its writer wait, and fail when it ends', async () => {
    await using machine = await create();
    const process = await sh(machine, 'sleep 100');
    const writer = process.stdin.getWriter();
    let written = 0;
    const writing = (async () => {
      for (;;) {
        await writer.write(new Uint8Array(100_000));
        written++;
      }
    })();
    const failed = expect(writing).rejects.toMatchObject({ errno: 'EPIPE' });
    await sleep(300);
    expect(written).toBeLessThan(10);
    await process.kill('SIGKILL');
    await failed;
  });

  test('gets SIGPIPE where nobody reads any more', async () => {
    await using machine = await create();
    const process = await sh(machine, 'yes');
    const reader = process.stdout.getReader();
    await reader.read();
    await reader.cancel();
    expect(await process.exited).toMatchObject({ code: null, signal: 'SIGPIPE' });
  });

  test('is killed by signals', async () => {
    await using machine = await create();
    const process = await sh(machine, 'trap "echo usr1; exit 5" USR1; echo ready; while :; do :; done');
    const reader = process.stdout.getReader();
    expect(text((await reader.read()).value)).toBe('ready\n');
    await expect(process.kill('SIGNOTHING')).rejects.toMatchObject({ name: 'MachineError', id: 'bad-option' });
    await expect(process.kill(99)).rejects.toBeInstanceOf(MachineError);
    await process.kill('SIGUSR1');
    expect(await process.exited).toMatchObject({ code: 5, signal: null });
    await process.kill('SIGKILL');
    const other = await sh(machine, 'sleep 1000');
    await other.kill(9);
    expect(await other.exited).toMatchObject({ code: null, signal: 'SIGKILL', signalNumber: 9 });
  });

  test('has a terminal whose size changes', async () => {
    await using machine = await create();
    const process = await sh(machine, 'stty size; tty; trap "stty size; exit" WINCH; echo ready; while :; do sleep 0.05; done', {
      tty: { cols: 90, rows: 20 },
    });
    const reader = process.stdout.getReader();
    let seen = '';
    const until = async (end: string) => {
      while (!seen.includes(end)) seen += text((await reader.read()).value);
    };
    await until('ready\r\n');
    expect(seen).toBe('20 90\r\n/dev/tty1\r\nready\r\n');
    await expect(process.resize(0, 5)).rejects.toMatchObject({ id: 'bad-option' });
    await process.resize(100, 30);
    await until('30 100');
    await process.exited;
    expect(() => process.stderr).toThrow(TypeError);
    const plain = await sh(machine, 'exit 0');
    await expect(plain.resize(80, 24)).rejects.toMatchObject({ id: 'bad-option' });
  });

  test('seventy terminals one after the other: numbers and streams are given back', async () => {
    await using machine = await create();
    for (let i = 0; i < 70; i++) {
      const process = await sh(machine, 'tty', { tty: { cols: 80, rows: 24 } });
      expect(text(await readAll(process.stdout))).toBe('/dev/tty1\r\n');
      expect((await process.exited).code).toBe(0);
    }
  });

  test('ends with its abort signal, and is not started by one that was aborted', async () => {
    await using machine = await create();
    const abort = new AbortController();
    const process = await sh(machine, 'sleep 1000 & wait', { signal: abort.signal });
    abort.abort();
    expect(await process.exited).toMatchObject({ signal: 'SIGKILL' });
    await expect(sh(machine, 'exit 0', { signal: abort.signal })).rejects.toMatchObject({ name: 'AbortError' });
    const early = new AbortController();
    const spawning = sh(machine, 'sleep 1000', { signal: early.signal });
    early.abort(new Error('enough'));
    await expect(spawning).rejects.toThrow('enough');
    expect((await run(machine, 'sleep 0.1; ps | grep -c "sleep 100[0]"')).out).toBe('0\n');
  });

  test('that cannot be started says why and what to do', async () => {
    await using machine = await create();
    await machine.writeFile('/tmp/text', 'no program', 0o755);
    await machine.writeFile('/tmp/data', 'no program', 0o644);
    const failures = [
      ['/nowhere', 'ENOENT'],
      ['/tmp/text', 'ENOEXEC'],
      ['/tmp/data', 'EACCES'],
      ['/tmp/data/x', 'ENOTDIR'],
    ] as const;
    for (const [path, errno] of failures) {
      const error = await machine.spawn(path, [], { tty: { cols: 80, rows: 24 } }).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(MachineError);
      expect(error).toMatchObject({ id: 'not-executable', errno });
      expect((error as MachineError).help).not.toBe('');
    }
    const bad = [
      { uid: -1 },
      { cwd: 5 as unknown as string },
      { env: ['NOEQUALS'] },
      { env: { A: 'nul\0' } },
      { tty: { cols: 0, rows: 1 } },
      { stdout: 'print' as 'pipe' },
      { stdin: 7 as unknown as string },
      { rlimits: { nofiles: 3 } as object },
      { rlimits: { nofile: { cur: 9, max: 3 } } },
      { argv0: (() => {}) as unknown as string },
    ];
    for (const options of bad) await expect(sh(machine, 'exit', options)).rejects.toMatchObject({ name: 'MachineError', id: 'bad-option' });
    expect((await run(machine, 'tty; ls /proc/self/fd', { stdin: 'null' })).code).toBe(0);
  });
});
