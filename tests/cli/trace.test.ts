import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fieldKinds } from '@ring3/kernel';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Outcome, ring3 } from '../support/run.js';
import { checkTraceEvents, type TraceEventLike } from '../support/trace-event-format.js';

vi.setConfig({ testTimeout: 60_000 });

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'trace-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Children, a pipe, a signal with a handler, one that kills, an exec that fails, memory that comes and goes. */
const script =
  'trap "echo caught" USR1; kill -USR1 $$; /bin/ls / | /usr/bin/wc -l >/dev/null; /bin/no-such 2>/dev/null; ' +
  '/usr/bin/python3 -c "import ctypes; b = bytearray(1 << 24); del b; ctypes.string_at(0)" 2>/dev/null; exit 7';

function traced(format: string, options: string[] = [], program = ['/bin/sh', '-c', script]): Promise<Outcome & { path: string }> {
  const path = join(folder, `out.${format}`);
  const args = ['trace', '--format', format, '-o', path, '--root', '/', ...options, '--', ...program];
  return ring3(args).then((outcome) => ({ ...outcome, path }));
}

interface Line {
  event: string;
  icount: number;
  time: number;
  pid: number;
  tid: number;
  fields: Record<string, unknown>;
}

const jsonLines = (path: string): Line[] =>
  readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);

describe('json', () => {
  it('every record has the fields that its definition says, and no others', async () => {
    const { stdout, status, path } = await traced('json');
    expect({ stdout, status }).toEqual({ stdout: 'caught\n', status: 7 });
    const lines = jsonLines(path);
    const seen = new Set<string>();
    const wrong = new Set<string>();
    for (const { event, fields, pid, tid, time } of lines) {
      seen.add(event);
      const kinds = fieldKinds(event);
      if (!kinds) wrong.add(`${event} is not defined`);
      for (const [name, kind] of Object.entries(kinds ?? {})) {
        const value = fields[name];
        const type = kind.startsWith('text') ? 'string' : kind.startsWith('bool') ? 'boolean' : 'number';
        // JSON has no number for "unlimited".
        const unlimited = value === null && /limit|stack_/.test(name);
        if (typeof value !== type && !(value === null && kind.endsWith('?')) && !unlimited) wrong.add(`${event} ${name}: ${String(value)}`);
      }
      for (const name of Object.keys(fields)) if (kinds && !Object.hasOwn(kinds, name)) wrong.add(`${event} has ${name}`);
      expect([pid, tid, time].every(Number.isFinite)).toBe(true);
    }
    expect([...wrong]).toEqual([]);
    for (const event of [
      'task:spawn',
      'exec:start_thread',
      'syscalls:sys_enter',
      'syscalls:sys_exit',
      'mm:mmap',
      'mm:munmap',
      'mm:mprotect',
      'mm:brk',
      'mm:exit_mmap',
      'mm:handle_mm_fault',
      'mm:expand_stack',
      'exceptions:page_fault_user',
      'signal:signal_generate',
      'signal:signal_deliver',
      'sched:sched_switch',
      'sched:sched_process_fork',
      'sched:sched_process_exit',
      'task:task_newtask',
    ])
      expect([...seen]).toContain(event);
  });

  it('time does not run backwards', async () => {
    const { path } = await traced('json', ['-e', 'mm,sched']);
    const times = jsonLines(path).map(({ time }) => time);
    expect(times.every((time, i) => i === 0 || time >= times[i - 1]!)).toBe(true);
  });

  it.each([
    [['-e', 'sched'], /^sched:/],
    [['-e', 'mm:mmap,sched_process_exit'], /^(mm:mmap|sched:sched_process_exit)$/],
    [['-e', 'signal', '-e', 'task:*'], /^(signal|task):/],
    [['-e', '!syscalls,exec,exceptions,mm'], /^(sched|signal|task):/],
  ])('%j chooses', async (options, pattern) => {
    const { path } = await traced('json', options);
    const events = [...new Set(jsonLines(path).map(({ event }) => event))];
    expect(events.length).toBeGreaterThan(0);
    expect(events.filter((event) => !pattern.test(event))).toEqual([]);
  });

  it('an event that is not there, and a file that cannot be written, are said in one line', async () => {
    expect(await ring3(['trace', '-e', 'nothing', 'true'])).toMatchObject({
      stderr: expect.stringMatching(/^ring3: -e: no event or group of events 'nothing' .*\n$/),
      status: 125,
    });
    expect(await ring3(['trace', '-o', '/no/such/file', 'true'])).toMatchObject({
      stderr: 'ring3: -o /no/such/file: ENOENT\n',
      status: 125,
    });
  });
});

describe('perfetto', () => {
  it('follows the rules of the Trace Event Format', async () => {
    const { stdout, status, path } = await traced('perfetto');
    expect({ stdout, status }).toEqual({ stdout: 'caught\n', status: 7 });
    const { traceEvents } = JSON.parse(readFileSync(path, 'utf8')) as { traceEvents: TraceEventLike[] };
    expect(checkTraceEvents(traceEvents)).toEqual([]);

    const named = (ph: string, name: RegExp) => traceEvents.filter((event) => event.ph === ph && name.test(event.name));
    expect(named('M', /^process_name$/).map(({ args }) => args?.['name'])).toEqual(
      expect.arrayContaining(['processor', 'sh', 'ls', 'wc', 'python3']),
    );
    expect(named('B', /^execve$/).length).toBeGreaterThan(3);
    expect(named('X', /^elf_map$/).length).toBeGreaterThan(10);
    expect(named('i', /^page_fault_user$/).length).toBeGreaterThan(50);
    expect(named('i', /^signal_deliver$/).length).toBeGreaterThan(0);
    expect(named('C', /^rss/).length).toBeGreaterThan(3);
    expect(named('b', /^running$/).length).toBe(named('e', /^running$/).length);
    expect(named('X', /^ls \(\d+\)$/).every(({ pid, tid }) => pid === 0 && tid === 0)).toBe(true);
  });

  it('stages lie inside the slice of their execve', async () => {
    const { path } = await traced('perfetto', ['-e', 'syscalls,exec']);
    const { traceEvents } = JSON.parse(readFileSync(path, 'utf8')) as { traceEvents: TraceEventLike[] };
    expect(checkTraceEvents(traceEvents)).toEqual([]);
    const open = new Map<number, string[]>();
    const around = new Set<string>();
    for (const { ph, name, tid } of traceEvents) {
      const stack = open.get(tid) ?? [];
      open.set(tid, stack);
      if (name === 'load_elf_phdrs') around.add(stack.join(' > '));
      if (ph === 'B') stack.push(name);
      if (ph === 'E') stack.pop();
    }
    const inside = 'do_execve > __do_execve_file > exec_binprm > search_binary_handler > load_elf_binary';
    expect([...around]).toContain(`execve > execve > ${inside}`);
  });

  it('also where the machine is stopped in the middle', async () => {
    const { path, status } = await traced('perfetto', ['--timeout', '700ms'], ['/bin/sh', '-c', '/bin/sleep 20; echo no']);
    expect(status).toBe(137);
    const { traceEvents } = JSON.parse(readFileSync(path, 'utf8')) as { traceEvents: TraceEventLike[] };
    expect(checkTraceEvents(traceEvents)).toEqual([]);
  });
});

describe('text', () => {
  it('calls and signals as strace writes them, other events between them', async () => {
    const { path } = await traced('text');
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
    expect(lines[0]).toMatch(/^\d+ +--- exec:getname \{path="\/bin\/sh"\} ---$/);
    expect(lines.some((line) => /^\d+ +execve\("\/bin\/ls", \["\/bin\/ls", "\/"\], 0x[0-9a-f]+ \/\* \d+ vars \*\//.test(line))).toBe(true);
    expect(lines.some((line) => /^\d+ +--- SIGUSR1 \{si_signo=SIGUSR1, si_code=SI_USER/.test(line))).toBe(true);
    expect(lines.some((line) => /^\d+ +--- mm:mmap \{start=0x[0-9a-f]+, end=0x[0-9a-f]+, .*file="[^"]+\/libc\.so\.6"/.test(line))).toBe(
      true,
    );
    expect(lines.some((line) => line.endsWith('+++ exited with 7 +++'))).toBe(true);
  });

  it('without calls: the events alone', async () => {
    const { path } = await traced('text', ['-e', 'mm:munmap']);
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
    const others = lines.filter((line) => !/^\d+ +(--- mm:munmap \{start=0x[0-9a-f]+, end=0x[0-9a-f]+\} ---|\+\+\+ .* \+\+\+)$/.test(line));
    expect(others).toEqual([]);
  });
});
