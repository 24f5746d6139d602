import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { inBothModes, Machine, MachineError, type MachineOptions, run, sh, sleep, text } from './modes.js';

vi.setConfig({ testTimeout: 60_000 });

/** Other tests run at the same time: one time of three is enough. */
const ON_A_BUSY_HOST = { retry: 2 };

/** Milliseconds that something takes. */
async function time(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

inBothModes('a machine', ({ create, worker }) => {
  test('tells its states', async () => {
    const states: string[] = [];
    const machine = await create({ onStateChange: ({ state, previous }) => void states.push(`${previous} ${state}`) });
    expect(machine.state).toBe('ready');
    expect(machine.mode).toBe(worker ? 'worker' : 'inline');
    expect(machine.modeInfo.lost).toHaveLength(worker ? 0 : 1);
    const process = await sh(machine, 'read line; exit 4');
    await sleep(200);
    expect(machine.state).toBe('idle');
    await machine.pause();
    await machine.resume();
    const writer = process.stdin.getWriter();
    await writer.write(new TextEncoder().encode('go\n'));
    await process.exited;
    expect(machine.state).toBe('exited');
    await machine.close();
    const [boot, ready, ...rest] = states;
    expect([boot, ready]).toEqual(['booting ready', 'ready running']);
    expect(rest.slice(0, 2)).toEqual(['running idle', 'idle paused']);
    expect(rest[2]).toMatch(/^paused (idle|running)$/);
    expect(rest.slice(-2)[0]).toMatch(/^(idle|running) exited$/);
    expect(rest.at(-1)).toBe('exited closed');
  });

  test('closes at once while the guest loops', ON_A_BUSY_HOST, async () => {
    const machine = await create();
    const process = await sh(machine, 'while :; do :; done');
    await sleep(100);
    expect(await time(() => machine.close())).toBeLessThan(100);
    await expect(process.exited).rejects.toMatchObject({ id: 'closed' });
  });

  test('closes at once while the guest floods its output', ON_A_BUSY_HOST, async () => {
    const machine = await create();
    const process = await sh(machine, 'yes');
    const reader = process.stdout.getReader();
    const reading = (async () => {
      while (!(await reader.read()).done);
    })();
    const failed = expect(reading).rejects.toMatchObject({ name: 'MachineError', id: 'closed' });
    await sleep(200);
    expect(await time(() => machine.close())).toBeLessThan(100);
    await failed;
    await expect(process.exited).rejects.toMatchObject({ id: 'closed' });
  });

  test('kills a looping process at once', ON_A_BUSY_HOST, async () => {
    await using machine = await create();
    const process = await sh(machine, 'while :; do :; done');
    await sleep(100);
    const took = await time(async () => {
      await process.kill('SIGKILL');
      await process.exited;
    });
    expect(took).toBeLessThan(100);
  });

  test('once closed says so, again and again', async () => {
    const machine = await create();
    const process = await sh(machine, 'sleep 1000');
    const write = process.stdin.getWriter();
    const trace = machine.trace({ events: ['signal'] });
    const waiting = trace.next();
    await Promise.all([machine.close(), machine.close()]);
    await machine.close();
    expect(machine.state).toBe('closed');
    expect(await waiting).toEqual({ done: true, value: undefined });
    const calls = [
      () => machine.spawn('/bin/true'),
      () => machine.pause(),
      () => machine.resume(),
      () => machine.step(),
      () => machine.stats(),
      () => machine.readFile('/etc/passwd'),
      () => machine.inspect({ pid: 2 }),
      () => machine.setStops([]),
      () => write.write(new Uint8Array(1)),
    ];
    for (const call of calls) await expect(call()).rejects.toMatchObject({ name: 'MachineError', id: 'closed' });
    await process.kill();
    await expect(machine.trace({ events: ['mm'] }).next()).rejects.toMatchObject({ id: 'closed' });
  });

  test('that cannot boot says why', async () => {
    const refused: [MachineOptions, string][] = [
      [{ root: '/nowhere' }, 'not-found'],
      [{ root: '/etc/passwd' }, 'bad-option'],
      [{ root: { kind: 'archive', url: 'http://127.0.0.1:9/a.tar' } }, 'fetch-failed'],
      [{ root: { kind: 'folder', url: 'http://127.0.0.1:9/image/' } }, 'fetch-failed'],
      [{ mounts: [{ host: '/nowhere', guest: '/mnt' }] }, 'not-found'],
      [{ mounts: [{ host: '/tmp', guest: 'mnt' }] }, 'bad-option'],
      [{ mounts: [{ host: '/tmp', guest: '/etc/passwd/x' }] }, 'bad-option'],
      [{ files: [{ path: 'relative', content: new Uint8Array() }] }, 'bad-option'],
      [{ memory: 5 }, 'bad-option'],
      [{ memory: NaN }, 'bad-option'],
      [{ layout: 'wide' as 'linux' }, 'bad-option'],
      [{ limits: { instructions: -1 } }, 'bad-option'],
      [{ limits: { time: 1 } as object }, 'bad-option'],
      [{ hostname: 'x'.repeat(65) }, 'bad-option'],
    ];
    for (const [options, id] of refused) {
      const states: string[] = [];
      const error = await create({ ...options, onStateChange: ({ state }) => void states.push(state) }).catch((thrown: unknown) => thrown);
      expect(error, JSON.stringify(options)).toBeInstanceOf(MachineError);
      expect((error as MachineError).id, JSON.stringify(options)).toBe(id);
      expect(states).toEqual(['failed']);
    }
  });

  test('is aborted before, while and after it boots', async () => {
    await expect(create({ signal: AbortSignal.abort(new Error('before')) })).rejects.toThrow('before');
    const during = new AbortController();
    const booting = create({ signal: during.signal });
    during.abort(new Error('while'));
    await expect(booting).rejects.toThrow('while');
    const after = new AbortController();
    const machine = await create({ signal: after.signal });
    const process = await sh(machine, 'sleep 1000');
    const reading = process.stdout.getReader().read();
    after.abort(new Error('after'));
    await expect(process.exited).rejects.toThrow('after');
    await expect(reading).rejects.toThrow('after');
    await expect(machine.stats()).rejects.toMatchObject({ id: 'closed' });
    expect(machine.state).toBe('closed');
    await machine.close();
  });

  test('is aborted while a server does not answer', async () => {
    const { createServer } = await import('node:http');
    const server = createServer(() => {});
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const abort = new AbortController();
    const booting = create({ root: `http://127.0.0.1:${port}/a.tar`, signal: abort.signal });
    setTimeout(() => abort.abort(), 100);
    await expect(booting).rejects.toMatchObject({ name: 'AbortError' });
    server.closeAllConnections();
    server.close();
  });

  test('writes through to folders of the host before close resolves', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ring3-'));
    writeFileSync(join(folder, 'in'), 'from outside');
    const machine = await create({
      mounts: [
        { host: folder, guest: '/mnt/rw' },
        { host: folder, guest: '/mnt/ro', readOnly: true },
      ],
    });
    const { out, err } = await run(machine, 'cat /mnt/rw/in; echo new >/mnt/rw/out; echo no >/mnt/ro/other');
    expect(out).toBe('from outside');
    expect(err).toContain('Read-only file system');
    const running = await sh(machine, 'while :; do echo x; done >/mnt/rw/log');
    await sleep(100);
    await machine.close();
    await expect(running.exited).rejects.toMatchObject({ id: 'closed' });
    expect(readFileSync(join(folder, 'out'), 'utf8')).toBe('new\n');
    expect(readFileSync(join(folder, 'log'), 'utf8')).toMatch(/^(x\n)+$/);
    rmSync(folder, { recursive: true });
  });

  test('has files that can be read and written from outside', async () => {
    await using machine = await create({
      files: [{ path: '/opt/a/hello', content: new TextEncoder().encode('#!/bin/busybox sh\necho put\n') }],
    });
    const process = await machine.spawn('/opt/a/hello', [], { stdout: 'collect' });
    expect(text((await process.exited).stdout)).toBe('put\n');
    await machine.writeFile('/opt/b/c', 'text');
    expect(text(await machine.readFile('/opt/b/c'))).toBe('text');
    expect(await machine.stat('/opt/b/c')).toMatchObject({ kind: 'file', size: 4, mode: 0o644 });
    expect(await machine.readdir('/opt/b')).toEqual(['c']);
    await machine.remove('/opt/b/c');
    await machine.mkdir('/opt/d');
    await expect(machine.readFile('/opt/b/c')).rejects.toMatchObject({ id: 'file-error', errno: 'ENOENT' });
    await expect(machine.readFile('/opt/d')).rejects.toMatchObject({ id: 'file-error', errno: 'EISDIR' });
  });

  test('without a root has the little that every program expects', async () => {
    await using machine = await create({
      root: { kind: 'empty' },
      mounts: [{ host: '/bin/busybox', guest: '/bin/busybox', readOnly: true }],
    });
    const { out, err } = await run(
      machine,
      'busybox ls -d /dev/null /proc/self /etc/passwd; busybox stat -c %a /tmp; busybox id -un; busybox hostname',
      {
        env: { PATH: '/bin' },
      },
    );
    expect(err).toBe('');
    expect(out.split(/\s+/)).toEqual(['/dev/null', '/etc/passwd', '/proc/self', '1777', 'root', 'ring3', '']);
    const error = await machine.spawn('/bin/ls').catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ errno: 'ENOENT' });
    expect((error as MachineError).help).toContain('root');
  });

  test('traces what was asked for, to a slow reader too', async () => {
    await using machine = await create();
    const events: string[] = [];
    const trace = machine.trace({ events: ['exec:start_thread', 'syscalls'], batch: 10 });
    const process = await sh(machine, 'echo hi', { stdout: 'ignore' });
    await process.exited;
    for await (const { event, fields } of trace) {
      events.push(event);
      if (fields['nr'] === 231) break;
    }
    expect(events.filter((event) => event === 'exec:start_thread')).toHaveLength(1);
    expect(events.filter((event) => event === 'syscalls:sys_enter').length).toBeGreaterThan(5);
    expect(new Set(events)).toEqual(new Set(['exec:start_thread', 'syscalls:sys_enter', 'syscalls:sys_exit']));
    await expect(machine.trace({ events: ['nothing:like_that'] }).next()).rejects.toMatchObject({ id: 'bad-option' });
  });

  test('holds the guest for a reader that has begun', async () => {
    await using machine = await create();
    const trace = machine.trace({ events: ['syscalls:sys_enter'] });
    const first = trace.next();
    const process = await sh(machine, 'dd if=/dev/zero of=/dev/null bs=1 count=1000000', { stderr: 'ignore' });
    await first;
    let before = -1;
    await expect
      .poll(
        async () => {
          const last = before;
          before = (await machine.stats()).instructions;
          return before - last;
        },
        { interval: 300, timeout: 20_000 },
      )
      .toBe(0);
    await trace.return();
    await sleep(100);
    expect((await machine.stats()).instructions).toBeGreaterThan(before);
    await process.kill('SIGKILL');
  });

  test('is one of ten', async () => {
    const machines = await Promise.all(Array.from({ length: 10 }, () => create()));
    const outs = await Promise.all(
      machines.map((machine, i) => run(machine, `i=0; while [ $i -lt 300 ]; do i=$((i+1)); done; echo ${i} $i`)),
    );
    expect(outs.map(({ out }) => out)).toEqual(Array.from({ length: 10 }, (_, i) => `${i} 300\n`));
    await Promise.all(machines.map((machine) => machine.close()));
  });

  test('a listener that throws disturbs no other', async () => {
    await using machine = await create();
    const uncaught: unknown[] = [];
    const listeners = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException');
    process.on('uncaughtException', (error) => void uncaught.push(error));
    let told = 0;
    machine.on('exit', () => {
      throw new Error('of a listener');
    });
    const off = machine.on('exit', () => void told++);
    await run(machine, 'exit 0');
    off();
    await run(machine, 'exit 0');
    await sleep(10);
    process.removeAllListeners('uncaughtException');
    for (const listener of listeners) process.on('uncaughtException', listener);
    expect(told).toBe(1);
    expect(uncaught).toHaveLength(2);
  });
});

test('asyncDispose closes', async () => {
  let kept: Machine;
  {
    await using machine = await Machine.create();
    kept = machine;
  }
  expect(kept.state).toBe('closed');
});
