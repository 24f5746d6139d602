import type { Stop } from '@ring3/machine/protocol';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { haveStepping, stepping, StopSession, symbolValue } from '../support/stop-session.js';

vi.setConfig({ testTimeout: 60_000 });

const program = stepping('static');
const leaf = haveStepping ? symbolValue('static', 'leaf') : 0;

describe.skipIf(!haveStepping).each([
  { worker: true, layout: 'compact' as const },
  { worker: false, layout: 'compact' as const },
  { worker: false, layout: 'linux' as const },
])('pause-at, $layout, worker: $worker', (options) => {
  let session: StopSession;
  const create = async (specs: string[]): Promise<void> => {
    session = await StopSession.create(options);
    await session.machine.setStops(specs);
  };
  /** The places of `count` stops, one after the other. */
  const stopsFrom = async (first: Stop, count: number): Promise<Stop[]> => {
    const stops = [first];
    while (stops.length < count) stops.push(await session.resume());
    return stops;
  };
  afterEach(() => session.machine.close());

  test('the very first instruction, by symbol and address, in one stop', async () => {
    const start = symbolValue('static', '_start');
    await create(['_start', `0x${start.toString(16)}`]);
    const stop = await session.start(program, ['calls']);
    expect(stop).toMatchObject({ reason: 'stop-spec', ip: start, icount: 0, specs: ['_start', `0x${start.toString(16)}`] });
    expect(await session.finish()).toMatchObject({ code: 0, output: 'calls 25 5\n', untold: [] });
  });

  test('a function: at each call, with its arguments', async () => {
    await create(['leaf']);
    const stops = await stopsFrom(await session.start(program, ['calls']), 6);
    expect(stops.map(({ ip }) => ip)).toEqual(Array.from({ length: 6 }, () => leaf));
    expect(await session.register(stops[5]!.tid, 'rdi')).toBe(4);
    expect(await session.finish()).toMatchObject({ output: 'calls 25 5\n', untold: [] });
  });

  test('a position-independent program: the symbol where it is loaded', async () => {
    await create(['leaf']);
    const stop = await session.start(stepping('pie'), ['calls']);
    const view = await session.machine.inspect({ pid: stop.pid, maps: true });
    const base = view!.maps!.find(({ name }) => name.endsWith('stepping.pie'))!.start;
    expect(stop.ip).toBe(base + symbolValue('pie', 'leaf'));
    if (options.layout === 'linux') expect(stop.ip).toBeGreaterThan(2 ** 46);
  });

  test('a function of a library, once it is mapped', async () => {
    await create(['fflush']);
    const stop = await session.start(stepping('pie'), ['calls']);
    const view = await session.machine.inspect({ pid: stop.pid, maps: true });
    expect(view!.maps!.find(({ start, end }) => start <= stop.ip && stop.ip < end)!.name).toMatch(/libc/);
    expect(await session.finish()).toMatchObject({ code: 0, output: 'calls 25 5\n' });
  });

  test('in forked children', async () => {
    await create(['leaf']);
    const stop = await session.start(program, ['fork']);
    expect(stop.ip).toBe(leaf);
    expect(stop.pid).not.toBe(session.process!.pid);
    expect(await session.register(stop.tid, 'rdi')).toBe(20);
    expect(await session.finish()).toMatchObject({ output: 'fork 41\n', untold: [] });
  });

  test('after an exec, where symbols are looked up again; other programs with code at that address do not stop', async () => {
    await create(['leaf']);
    const stop = await session.start('/bin/sh', ['-c', `${stepping('pie')} calls; ${program} calls`]);
    expect(stop.ip % 4096).toBe(symbolValue('pie', 'leaf') % 4096);
    const stops = await stopsFrom(stop, 12);
    expect(stops.slice(6).map(({ ip }) => ip)).toEqual(Array.from({ length: 6 }, () => leaf));
    expect(new Set(stops.map(({ pid }) => pid)).size).toBe(2);
    expect(await session.finish()).toMatchObject({ untold: [] });
  });

  test('in threads: each its own', async () => {
    await create(['leaf']);
    const stops = await stopsFrom(await session.start(program, ['threads']), 7);
    const threads = [...new Set(stops.map(({ tid }) => tid))];
    expect(threads.map((tid) => stops.filter((stop) => stop.tid === tid).length).toSorted()).toEqual([3, 4]);
    expect(await session.finish()).toMatchObject({ output: 'threads 9 16\n', untold: [] });
  });

  test('faults: the Nth, and each', async () => {
    await create(['fault:3']);
    const third = await session.start(program, ['calls']);
    expect(third).toMatchObject({ spec: 'fault:3', record: { event: 'exceptions:page_fault_user' } });
    expect(third.record!.fields['ip']).toBe(third.ip);
    await session.machine.setStops(['fault']);
    const fourth = await session.resume();
    const fifth = await session.resume();
    expect(fifth.icount).toBeGreaterThanOrEqual(fourth.icount);
    expect(await session.finish()).toMatchObject({ output: 'calls 25 5\n' });
  });

  test('a system call at its entry, before it has done anything', async () => {
    await create(['syscall:write']);
    const stop = await session.start(program, ['calls']);
    expect(stop).toMatchObject({ spec: 'syscall:write', record: { event: 'syscalls:sys_enter' } });
    expect(await session.register(stop.tid, 'rax')).toBe(1);
    const after = await session.step('insn');
    expect(after).toMatchObject({ reason: 'step', ip: stop.ip, icount: stop.icount });
    expect(await session.register(stop.tid, 'rax')).toBe('calls 25 5\n'.length);
    expect(await session.finish()).toMatchObject({ output: 'calls 25 5\n', untold: [] });
  });

  test('a signal: at the first instruction of its handler', async () => {
    await create(['signal:USR1']);
    const stop = await session.start(program, ['signal']);
    expect(stop).toMatchObject({ spec: 'signal:USR1', ip: symbolValue('static', 'handler') });
    expect(await session.register(stop.tid, 'rdi')).toBe(10);
    expect(await session.finish()).toMatchObject({ output: 'signal 21\n', untold: [] });
  });

  test('a signal that kills: a view of the process before', async () => {
    await create(['signal:SIGSEGV']);
    const stop = await session.start(program, ['crash']);
    expect(stop).toMatchObject({ spec: 'signal:SIGSEGV', record: { fields: { sig: 11 } }, view: { comm: 'stepping.static' } });
    expect(Number(`0x${stop.view!.registers!.general['rip']}`)).toBeGreaterThan(0x400000);
    expect(stop.view!.maps!.length).toBeGreaterThan(4);
    expect(await session.finish()).toMatchObject({ signal: 'SIGSEGV' });
  });

  test('insn:N: exactly there, the same each time, several', async () => {
    await create(['insn:100', 'insn:101', 'insn:7777']);
    const stops = await stopsFrom(await session.start(program, ['calls']), 3);
    expect(stops.map(({ icount }) => icount)).toEqual([100, 101, 7777]);
    const again = await StopSession.create(options);
    await again.machine.setStops(['insn:7777']);
    expect((await again.start(program, ['calls'])).ip).toBe(stops[2]!.ip);
    await again.machine.close();
    expect(await session.finish()).toMatchObject({ output: 'calls 25 5\n', untold: [] });
  });

  test('self-modifying code, also where an instruction lies over the end of a page', async () => {
    await create(['0x5000000', '0x5000005', '0x5000ffd', '0x5001002']);
    const stops = await stopsFrom(await session.start(program, ['code']), 12);
    const pair = (first: number, second: number): number[] => [first, second, first, second, first, second];
    expect(stops.map(({ ip }) => ip)).toEqual([...pair(0x500_0000, 0x500_0005), ...pair(0x500_0ffd, 0x500_1002)]);
    expect(await session.register(stops[11]!.tid, 'rax')).toBe(9);
    expect(await session.finish()).toMatchObject({ output: 'code 33\n', untold: [] });
  });

  test('at a rep instruction: once, and one step goes over all of it', async () => {
    await create(['rep_here']);
    const stop = await session.start(program, ['rep']);
    expect(await session.register(stop.tid, 'rcx')).toBe(8192);
    const after = await session.step('insn');
    expect(after).toMatchObject({ reason: 'step', ip: stop.ip + 2, icount: stop.icount + 1 });
    expect(await session.register(stop.tid, 'rcx')).toBe(0);
    expect(await session.finish()).toMatchObject({ output: 'rep 8192\n', untold: [] });
  });

  test('inside a rep instruction: its fault', async () => {
    await create(['rep_here']);
    const stop = await session.start(program, ['rep']);
    const first = await session.step('fault');
    const second = await session.step('fault');
    const third = await session.step('fault');
    for (const fault of [first, second, third]) expect(fault).toMatchObject({ ip: stop.ip, icount: stop.icount });
    expect(await session.register(stop.tid, 'rcx')).toBe(4096);
    expect(await session.finish()).toMatchObject({ output: 'rep 8192\n' });
  });

  test('what is no place', async () => {
    await create([]);
    const bad = [
      'fault:0',
      'fault:x',
      'fault:1:2',
      'syscall:nothing',
      'signal:NOTHING',
      'insn',
      'insn:-1',
      '0xffffffffffffffff',
      'a b',
      '',
    ];
    for (const spec of bad) await expect(session.machine.setStops([spec]), spec).rejects.toMatchObject({ id: 'bad-option' });
    const many = Array.from({ length: 60 }, (_, i) => `0x${(0x1000 + i).toString(16)}`);
    await expect(session.machine.setStops(many)).rejects.toMatchObject({ id: 'bad-option' });
  });
});
