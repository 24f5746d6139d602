import { afterEach, describe, expect, test, vi } from 'vitest';
import { haveStepping, stepping, StopSession, symbolValue } from '../support/stop-session.js';

vi.setConfig({ testTimeout: 60_000 });

const program = stepping('static');
const at = (name: string): number => (haveStepping ? symbolValue('static', name) : 0);

describe.skipIf(!haveStepping).each([{ worker: true }, { worker: false }])('step, worker: $worker', (options) => {
  let session: StopSession;
  const create = async (specs: string[]): Promise<void> => {
    session = await StopSession.create(options);
    await session.machine.setStops(specs);
  };
  /** Where the function at whose first instruction a stop stands will return to. */
  const returnAddress = async (tid: number): Promise<number> => {
    const sp = await session.register(tid, 'rsp');
    const bytes = await session.machine.readMemory(tid, sp, 8);
    return Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  };
  afterEach(() => session.machine.close());

  test('insn: one instruction each, through a call and back', async () => {
    await create(['leaf']);
    const stop = await session.start(program, ['calls']);
    const back = await returnAddress(stop.tid);
    // lea; ret
    const last = await session.steps('insn', 2);
    expect(last).toMatchObject({ reason: 'step', icount: stop.icount + 2, ip: back });
    expect(await session.register(stop.tid, 'rax')).toBe(1);
    expect(await session.finish()).toMatchObject({ output: 'calls 25 5\n' });
  });

  test('over: a call as one step, also with a stop in it', async () => {
    await create(['middle']);
    const stop = await session.start(program, ['calls']);
    const sp = await session.register(stop.tid, 'rsp');
    await session.machine.setStops([]);
    const places: number[] = [];
    const back = await returnAddress(stop.tid);
    for (let i = 0; i < 200 && places.at(-1) !== back; i++) {
      const next = await session.step('over');
      places.push(next!.ip);
    }
    expect(places.at(-1)).toBe(back);
    expect(await session.register(stop.tid, 'rsp')).toBe(sp + 8);
    expect(await session.register(stop.tid, 'rax')).toBe(25);
    const inLeaf = places.filter((ip) => ip >= at('leaf') && ip < at('leaf') + 5);
    expect(inLeaf).toEqual([]);
    await session.finish();
  });

  test('over: a stop in the function comes first, and ends the step', async () => {
    await create(['middle']);
    await session.start(program, ['calls']);
    await session.machine.setStops(['leaf']);
    let stop = await session.step('over');
    for (let i = 0; i < 20 && stop!.reason === 'step'; i++) stop = await session.step('over');
    expect(stop).toMatchObject({ reason: 'stop-spec', spec: 'leaf', ip: at('leaf') });
    expect(await session.finish()).toMatchObject({ output: 'calls 25 5\n' });
  });

  test('out: of a function and what it calls', async () => {
    await create(['middle']);
    const stop = await session.start(program, ['calls']);
    const back = await returnAddress(stop.tid);
    expect(await session.step('out')).toMatchObject({ reason: 'step', ip: back });
    expect(await session.register(stop.tid, 'rax')).toBe(25);
    await session.finish();
  });

  test('out of a function that takes long', async () => {
    await create(['lengthy']);
    const stop = await session.start(program, ['long']);
    const back = await returnAddress(stop.tid);
    await session.machine.setStops([]);
    // From inside of its loop, with its registers saved.
    await session.steps('insn', 100);
    const began = performance.now();
    const out = await session.step('out');
    // In single steps 80 million instructions take more than a minute.
    expect(performance.now() - began).toBeLessThan(30_000);
    expect(out).toMatchObject({ reason: 'step', ip: back });
    expect(out!.icount - stop.icount).toBeGreaterThan(50_000_000);
    expect(await session.register(stop.tid, 'rsp')).toBeGreaterThan(0);
    expect(await session.finish()).toMatchObject({ output: 'long 1\n' });
  });

  test('over and out of a recursive function: this very call', async () => {
    await create(['recurse']);
    const first = await session.start(program, ['calls']);
    const outer = await returnAddress(first.tid);
    const second = await session.resume();
    const inner = await returnAddress(second.tid);
    const sp = await session.register(second.tid, 'rsp');
    await session.machine.setStops([]);
    expect(await session.step('out')).toMatchObject({ ip: inner });
    expect(await session.register(second.tid, 'rax')).toBe(4);
    expect(await session.register(second.tid, 'rsp')).toBe(sp + 8);
    expect(await session.step('out')).toMatchObject({ ip: outer });
    expect(await session.register(second.tid, 'rax')).toBe(5);
    await session.finish();
  });

  test('longjmp: over and out end where it lands', async () => {
    await create(['thrower']);
    const thrower = await session.start(program, ['jump']);
    const back = await returnAddress(thrower.tid);
    const inCatcher = (ip: number): boolean => ip >= at('catcher') && ip < at('run');
    const landed = await session.step('out');
    expect(landed).toMatchObject({ reason: 'step' });
    expect(inCatcher(landed!.ip)).toBe(true);
    expect(landed!.ip).not.toBe(back);
    expect(await session.register(thrower.tid, 'rax')).toBe(7);
    expect(await session.finish()).toMatchObject({ output: 'jump 7\n' });
  });

  test('over a call that longjmp leaves', async () => {
    await create(['catcher']);
    const stop = await session.start(program, ['jump']);
    await session.machine.setStops([]);
    const places: number[] = [stop.ip];
    // setjmp returns twice: the second time by the step over thrower.
    for (let i = 0; i < 40 && places.filter((ip) => ip === places.at(-1)).length < 2; i++) places.push((await session.step('over'))!.ip);
    expect(places.filter((ip) => ip === places.at(-1))).toHaveLength(2);
    expect(await session.register(stop.tid, 'rax')).toBe(7);
    expect(await session.finish()).toMatchObject({ output: 'jump 7\n' });
  });

  test('signal: insn goes into the handler, over past it', async () => {
    await create(['syscall:kill']);
    const stop = await session.start(program, ['signal']);
    expect(await session.step('insn')).toMatchObject({ reason: 'step', ip: at('handler') });
    expect((await session.step('out'))!.ip).toBeGreaterThan(0x400000);
    await session.machine.setStops([]);
    expect(await session.finish()).toMatchObject({ output: 'signal 21\n' });
    await session.machine.close();

    await create(['syscall:kill']);
    await session.start(program, ['signal']);
    const after = await session.step('over');
    expect(after).toMatchObject({ reason: 'step' });
    expect(after!.ip === stop.ip || after!.ip > at('handler')).toBe(true);
    const view = await session.machine.inspect({ pid: stop.pid, registers: true });
    expect(Number(`0x${view!.registers!.general['rax']}`)).toBe(0);
    expect(await session.finish()).toMatchObject({ output: 'signal 21\n' });
  });

  test('syscall, fault, signal: one after the other', async () => {
    await create(['main']);
    await session.start(program, ['signal']);
    const names: unknown[] = [];
    for (let i = 0; i < 30; i++) {
      const stop = await session.step('syscall');
      names.push(stop!.record!.fields['name']);
      if (names.at(-1) === 'kill') break;
    }
    expect(names.slice(-3)).toEqual(['rt_sigaction', 'getpid', 'kill']);
    expect(await session.step('signal')).toMatchObject({
      record: { event: 'signal:signal_deliver', fields: { sig: 10 } },
      ip: at('handler'),
    });
    expect(await session.finish()).toMatchObject({ output: 'signal 21\n' });
  });

  test('a call that blocks: the step ends when there is input', async () => {
    await create(['syscall:read']);
    await session.start(program, ['read'], { stdin: 'pipe' });
    let done = false;
    const step = session.step('insn').then((stop) => {
      done = true;
      return stop;
    });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(done).toBe(false);
    const writer = session.process!.stdin.getWriter();
    await writer.write(new Uint8Array([0x71]));
    const stop = await step;
    expect(stop).toMatchObject({ reason: 'step', pid: session.process!.pid });
    expect(await session.register(stop!.tid, 'rax')).toBe(1);
    expect(await session.finish()).toMatchObject({ output: 'read 1 q\n' });
  });

  test('pause while all sleep, also in the middle of a step; resume', async () => {
    await create(['syscall:read']);
    await session.start(program, ['read'], { stdin: 'pipe' });
    const step = session.step('insn');
    await new Promise((resolve) => setTimeout(resolve, 30));
    const paused = await session.machine.pause();
    expect(paused).toMatchObject({ reason: 'pause', asleep: true, pid: session.process!.pid });
    expect(await step).toEqual(paused);
    await expect(Promise.all([session.step('insn'), session.step('insn')])).rejects.toMatchObject({ id: 'bad-option' });
    await session.machine.pause();
    await session.machine.resume();
    await session.process!.stdin.getWriter().write(new Uint8Array([0x72]));
    expect(await session.finish()).toMatchObject({ output: 'read 1 r\n' });
  });

  test('a running machine does not step', async () => {
    await create([]);
    const { machine } = session;
    const process = await machine.spawn(program, ['spin']);
    await expect(machine.step()).rejects.toMatchObject({ id: 'bad-option' });
    const first = await machine.pause();
    const second = await machine.step();
    expect(second!.icount).toBe(first.icount + 1);
    await process.kill('SIGKILL');
    expect(await machine.step()).toBeNull();
    expect((await process.exited).signal).toBe('SIGKILL');
  });

  test('a step that ends the program', async () => {
    await create(['syscall:exit_group']);
    await session.start(program, ['calls']);
    expect(await session.step('insn')).toBeNull();
    expect((await session.process!.exited).code).toBe(0);
  });

  test('a step that ends a process while others live', async () => {
    await create(['syscall:exit_group']);
    const child = await session.start(program, ['fork']);
    expect(child.pid).not.toBe(session.process!.pid);
    expect(await session.step('over')).toMatchObject({ reason: 'exit', pid: child.pid });
    expect(await session.finish()).toMatchObject({ output: 'fork 41\n' });
  });

  test('a step belongs to its thread, whoever else runs', async () => {
    await create(['leaf']);
    const stop = await session.start(program, ['threads']);
    await session.machine.setStops([]);
    let last = stop;
    for (let i = 0; i < 300; i++) {
      const next = await session.step(i % 3 === 0 ? 'over' : 'insn');
      if (next?.reason === 'exit') {
        expect(next.tid).toBe(stop.tid);
        break;
      }
      expect(next).toMatchObject({ reason: 'step', tid: stop.tid });
      last = next!;
    }
    expect(last.icount).toBeGreaterThan(stop.icount);
    expect(await session.finish()).toMatchObject({ output: 'threads 9 16\n' });
  });

  test('stages of an execve: one after the other, each with what was then', async () => {
    await create(['do_open_execat']);
    const first = await session.start(program, ['exec']);
    expect(first).toMatchObject({ spec: 'do_open_execat', record: { event: 'exec:do_open_execat' } });
    // The first is that of the spawn; now the program's own, in a child.
    const stop = await session.resume();
    expect(stop.pid).not.toBe(session.process!.pid);
    await session.machine.setStops([]);
    const walked = [stop];
    for (let left = stop.stagesLeft!; left > 0; left--) walked.push((await session.step('stage'))!);
    const events = walked.map(({ record }) => record!.event);
    expect(events).toContain('exec:flush_old_exec');
    expect(events).toContain('exec:start_thread');
    expect(events.at(-1)).toBe('exec:execve_return');
    expect(new Set(walked.map(({ icount }) => icount)).size).toBe(1);
    expect(walked.at(-1)!.stagesLeft).toBeUndefined();
    // Before the point of no return the old image, then the new one.
    const maps = (event: string): number => walked.find(({ record }) => record!.event === event)!.view!.maps!.length;
    expect(maps('exec:do_open_execat')).toBeGreaterThan(4);
    expect(maps('exec:setup_arg_pages')).toBeLessThan(4);
    expect(walked.at(-1)!.view!.initialStack!.argc).toBe(2);
    const next = await session.step('insn');
    expect(next!.icount).toBe(stop.icount + 1);
    expect(await session.finish()).toMatchObject({ output: 'calls 25 5\n' });
  });

  test('two stages asked for: both are told, and nothing runs between', async () => {
    await create(['load_elf_binary', 'start_thread']);
    const first = await session.start(program, ['calls']);
    const second = await session.resume();
    expect([first.spec, second.spec]).toEqual(['load_elf_binary', 'start_thread']);
    expect(second.icount).toBe(first.icount);
    expect(await session.finish()).toMatchObject({ output: 'calls 25 5\n', untold: [] });
  });

  test('two machines go the same way, one in steps', async () => {
    await create(['insn:20000']);
    const target = await session.start(program, ['threads', 'calls']);
    const other = await StopSession.create(options);
    await other.machine.setStops(['insn:19000']);
    await other.start(program, ['threads', 'calls']);
    await other.machine.setStops(['insn:20000']);
    let stop = await other.step('insn');
    while (stop!.reason === 'step') stop = await other.step('insn');
    expect({ ...stop, record: null }).toEqual({ ...target, record: null });
    await other.machine.close();
  });
});
