import { afterEach, describe, expect, test, vi } from 'vitest';
import { haveStepping, stepping, StopSession, symbolValue } from '../support/stop-session.js';

vi.setConfig({ testTimeout: 60_000 });

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

describe.skipIf(!haveStepping).each([{ worker: true }, { worker: false }])('inspect beside /proc, worker: $worker', (options) => {
  let session: StopSession;
  const create = async (specs: string[]): Promise<void> => {
    session = await StopSession.create(options);
    await session.machine.setStops(specs);
  };
  const proc = async (path: string): Promise<string> => text(await session.machine.readFile(`/proc/${path}`));
  const status = async (pid: number): Promise<Record<string, string>> => {
    const lines = (await proc(`${pid}/status`)).trim().split('\n');
    return Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]));
  };
  afterEach(() => session.machine.close());

  test('maps: every row of /proc/PID/maps', async () => {
    await create(['leaf']);
    const { pid } = await session.start(stepping('pie'), ['calls']);
    const view = await session.machine.inspect({ maps: true });
    const rows = view!.maps!.map(({ start, end, access, offset, device, inode, name }) =>
      `${start.toString(16).padStart(8, '0')}-${end.toString(16).padStart(8, '0')} ${access} ${offset.toString(16).padStart(8, '0')} ${device} ${inode} ${name}`.trim(),
    );
    const lines = (await proc(`${pid}/maps`)).trim().split('\n');
    expect(rows).toEqual(lines.map((line) => line.replace(/ +/g, ' ').trim()));
  });

  test('signals: sets as in /proc/PID/status, handlers as they were set', async () => {
    await create(['handler']);
    const { pid } = await session.start(stepping('static'), ['signal']);
    const view = await session.machine.inspect({ pid, signals: true });
    const lines = await status(pid);
    const { pending, sharedPending, blocked, ignored, caught, actions } = view!.signals!;
    expect([pending, sharedPending, blocked, ignored, caught].map(({ mask }) => mask)).toEqual(
      ['SigPnd', 'ShdPnd', 'SigBlk', 'SigIgn', 'SigCgt'].map((name) => lines[name]),
    );
    expect(blocked.names).toEqual(['SIGUSR1']);
    expect(actions).toMatchObject([{ signal: 'SIGUSR1', handler: symbolValue('static', 'handler') }]);
    expect(view!.maps).toBeNull();
  });

  test('open files: as /proc/PID/fd and fdinfo say', async () => {
    await create(['syscall:fadvise64', 'syscall:read:9']);
    const stop = await session.start('/bin/cat', ['/etc/hostname', '/etc/passwd']);
    const view = await session.machine.inspect({ pid: stop.pid, files: true });
    const names = await session.machine.readdir(`/proc/${stop.pid}/fd`);
    expect(view!.files!.map(({ fd }) => String(fd)).toSorted()).toEqual(names.toSorted());
    for (const { fd, position, flags } of view!.files!) {
      const info = await proc(`${stop.pid}/fdinfo/${fd}`);
      expect(info).toContain(`pos:\t${position}\n`);
      expect(Number.parseInt(/flags:\t(\d+)/.exec(info)![1]!, 8) & ~0o2000000).toBe(flags & ~0o2000000);
    }
    expect(view!.files!.find(({ fd }) => fd === 3)).toMatchObject({ name: '/etc/hostname', kind: 'file' });
    expect(view!.files!.find(({ fd }) => fd === 0)).toMatchObject({ name: '/dev/null', kind: 'character device' });
  });

  test('tasks: who there is, in which call, what each waits for', async () => {
    await create(['leaf']);
    const stop = await session.start('/bin/sh', ['-c', `sleep 1000 & ${stepping('static')} threads`]);
    const { tasks } = (await session.machine.inspect({ tasks: true }))!;
    for (const task of tasks!.filter(({ pid, tid }) => pid === tid)) {
      const lines = await status(task.pid);
      expect([task.comm, String(task.ppid), task.state]).toEqual([lines['Name'], lines['PPid'], lines['State']![0]]);
      expect(lines['Threads']).toBe(String(tasks!.filter(({ pid }) => pid === task.pid).length));
    }
    expect(tasks!.find(({ comm }) => comm === 'sleep')).toMatchObject({
      state: 'S',
      syscall: 'clock_nanosleep',
      wait: { wchan: 'hrtimer_nanosleep' },
    });
    expect(tasks!.find(({ comm }) => comm === 'sh')).toMatchObject({
      state: 'S',
      syscall: 'wait4',
      wait: { wchan: 'do_wait', deadline: null },
    });
    expect(tasks!.filter(({ isCurrent }) => isCurrent).map(({ tid }) => tid)).toEqual([stop.tid]);
    expect((await proc(`${tasks!.find(({ comm }) => comm === 'sh')!.pid}/wchan`)).trim()).toBe('do_wait');
  });

  test('registers and flags of a process that sleeps while another runs', async () => {
    await create(['syscall:read']);
    const { machine } = session;
    const reader = await session.start(stepping('static'), ['read'], { stdin: 'pipe' });
    const flags = (await machine.inspect({ registers: true }))!.registers!.rflags;
    await machine.setStops([]);
    await machine.resume();
    const spinner = await machine.spawn(stepping('static'), ['spin'], { stdin: 'null' });
    let stop = await machine.pause();
    while (stop.pid !== spinner.pid) {
      await machine.resume();
      await new Promise((resolve) => setTimeout(resolve, 5));
      stop = await machine.pause();
    }
    const { general, rflags } = (await machine.inspect({ pid: reader.tid, registers: true }))!.registers!;
    const [nr, fd, , , , , , sp, ip] = (await proc(`${reader.pid}/syscall`)).trim().split(' ');
    expect([nr, fd]).toEqual(['0', '0x0']);
    expect([sp, ip]).toEqual([general['rsp'], general['rip']].map((word) => `0x${BigInt(`0x${word}`).toString(16)}`));
    // The instruction syscall leaves the flags in r11.
    expect(rflags).toBe(general['r11']);
    expect(rflags).toBe(flags);
    const own = (await machine.inspect({ registers: true }))!;
    expect([own.pid, Number(`0x${own.registers!.general['rip']}`)]).toEqual([spinner.pid, stop.ip]);
    await spinner.kill('SIGKILL');
  });

  test('stack and memory bytes; asking changes nothing', async () => {
    await create(['leaf']);
    const stop = await session.start(stepping('static'), ['calls']);
    const faults = (await session.machine.stats()).minorFaults;
    const code = symbolValue('static', 'leaf');
    const view = await session.machine.inspect({
      stack: 64,
      memory: [
        { address: code, length: 4 },
        { address: 16, length: 4 },
      ],
    });
    expect(view!.stack!.address).toBe(await session.register(stop.tid, 'rsp'));
    expect(view!.stack!.bytes).toEqual(await session.machine.readMemory(stop.pid, view!.stack!.address, 64));
    expect(view!.memory!.map(({ bytes }) => bytes.length)).toEqual([4, 0]);
    await session.machine.inspect({ memory: [{ address: view!.places.startStack - 65536, length: 65536 }], maps: true, tasks: true });
    expect((await session.machine.stats()).minorFaults).toBe(faults);
  });

  test('disassembly around the place', async () => {
    await create(['leaf']);
    const stop = await session.start(stepping('static'), ['calls']);
    const { disassembly } = (await session.machine.inspect({ disassembly: { before: 3, after: 1 } }))!;
    const here = disassembly!.findIndex(({ address }) => address === stop.ip);
    expect(here).toBe(3);
    expect(disassembly![here + 1]!.text).toBe('ret');
    expect(disassembly![here]!.text).toMatch(/^lea eax,\[rdi\+rdi\*1\+0x1\]$/);
    for (const [i, { address }] of disassembly!.slice(1).entries())
      expect(address).toBe(disassembly![i]!.address + disassembly![i]!.bytes.length);
    expect(bytesOf(disassembly![here]!.bytes)).toBe(
      bytesOf(await session.machine.readMemory(stop.pid, stop.ip, disassembly![here]!.bytes.length)),
    );
    await session.finish();
  });

  test('a zombie: no memory, but its place in the table', async () => {
    await create(['syscall:wait4']);
    const stop = await session.start(stepping('static'), ['fork']);
    expect(await session.machine.inspect({ pid: 9999, tasks: true })).toBeNull();
    const view = await session.machine.inspect({ pid: stop.pid, tasks: true, registers: true });
    expect(view!.tasks!.length).toBeGreaterThanOrEqual(2);
    await session.finish();
  });
});

const bytesOf = (bytes: Uint8Array): string => [...bytes].join(' ');
