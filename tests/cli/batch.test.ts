import { spawn } from 'node:child_process';
import { chmodSync, copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Job, JobResult } from '@ring3/machine/pool';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ring3, root, type RunSettings } from '../support/run.js';

vi.setConfig({ testTimeout: 120_000 });

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'batch-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

interface BatchOutcome {
  results: JobResult[];
  status: number;
  stderr: string;
}

/** Runs these lines (a job, or a text as it is) against this system. */
async function batch(lines: readonly (Job | string)[], options: readonly string[] = [], settings: RunSettings = {}): Promise<BatchOutcome> {
  const file = join(folder, 'jobs.jsonl');
  writeFileSync(file, lines.map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`).join(''));
  const { stdout, stderr, status } = await ring3(['batch', '--root', '/', '--workers', '2', ...options, file], {
    timeout: 110_000,
    ...settings,
  });
  return { results: parse(stdout), status, stderr };
}

const parse = (text: string): JobResult[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as JobResult);

const sh = (script: string, more: Partial<Job> = {}): Job => ({ program: 'sh', args: ['-c', script], ...more });
const python = (script: string, more: Partial<Job> = {}): Job => ({ program: 'python3', args: ['-c', script], ...more });
const repeatable = { clock: 'virtual', seed: 1 } as const;

/** Of a result what does not depend on the host's pace. */
const withoutTime = ({ stats, ...rest }: JobResult): object => ({ ...rest, stats: stats && { ...stats, time: 0 } });

describe('200 jobs, with failures among them, on 2 workers', () => {
  /** What the i-th job is, and what its failures are to be about. */
  function make(i: number): { job: Job; checks: string[] } {
    const id = `job ${i}`;
    const number = { args: ['echo', String(i)], program: 'busybox' };
    switch (i % 10) {
      case 0:
        return { job: { id, program: 'busybox', args: ['true'], ...repeatable }, checks: [] };
      case 1:
        return { job: { id, ...number, ...repeatable, expect: { stdout: `${i}\n` } }, checks: [] };
      case 2:
        return { job: { id, ...number, ...repeatable, expect: { stdout: `${i}` } }, checks: ['stdout'] };
      case 3:
        return { job: { id, ...sh(`exit ${i % 7}`, repeatable), expect: { exit: i % 7 } }, checks: [] };
      case 4:
        return { job: { id, ...sh('kill -SEGV $$', repeatable), expect: { signal: 'SIGSEGV' } }, checks: [] };
      case 5:
        return { job: { id, ...sh('while :; do :; done', repeatable), limits: { instructions: 300_000 } }, checks: ['exit'] };
      case 6:
        return {
          job: {
            id,
            ...sh('cat > /tmp/copy; rm /tmp/in', repeatable),
            stdin: `${i}`,
            files: [{ path: '/tmp/in', text: '' }],
            expect: { files: { '/tmp/copy': `${i}`, '/tmp/in': { absent: true } } },
          },
          checks: [],
        };
      case 7:
        return {
          job: {
            id,
            ...number,
            ...repeatable,
            expect: { trace: { syscalls: { write: 1, fork: false, exit_group: { max: 0 } }, faults: { max: 1 } } },
          },
          checks: ['trace.syscalls.exit_group', 'trace.faults'],
        };
      case 8:
        return { job: { id, ...sh('yes', repeatable), limits: { outputBytes: 5000 }, expect: { limit: 'outputBytes' } }, checks: [] };
      default:
        return { job: { id, ...sh('test $(id -u) = 5', repeatable), uid: 6, cwd: '/' }, checks: ['exit'] };
    }
  }
  const all = Array.from({ length: 200 }, (_, i) => make(i));

  it('each has its own result, the same every time', async () => {
    const { results, status, stderr } = await batch(all.map(({ job }) => job));
    expect(results.map(({ id }) => id)).toEqual(all.map((_, i) => `job ${i}`));
    expect(results.map(({ failures }) => failures.map(({ check }) => check))).toEqual(all.map(({ checks }) => checks));
    expect(results.map(({ ok }) => ok)).toEqual(all.map(({ checks }) => checks.length === 0));
    expect(results.some(({ error }) => error)).toBe(false);
    expect(status).toBe(1);
    expect(stderr).toMatch(/^ring3: 200 jobs: 120 ok, 80 failed, in \d+\.\d s \(\d+\.\d a second\)\n$/);

    const again = await batch(
      all.map(({ job }) => job),
      ['--as-completed', '-q'],
    );
    const sorted = again.results.toSorted((a, b) => Number(String(a.id).slice(4)) - Number(String(b.id).slice(4)));
    expect(sorted.map(withoutTime)).toEqual(results.map(withoutTime));
    expect(again.stderr).toBe('');
  });
});

describe('jobs that misbehave', () => {
  const bad: [string, Job, Partial<JobResult['exit']> | null][] = [
    [
      'forks without end',
      sh('b() { b | b & }; b; while :; do :; done', { limits: { instructions: 3e6, processes: 64 } }),
      { limit: 'instructions' },
    ],
    ['loops', sh('trap "" INT TERM HUP QUIT; while :; do :; done', { limits: { wallTime: 500 } }), { limit: 'wallTime' }],
    ['sleeps', sh('sleep 100000', { limits: { wallTime: '500ms' } }), { limit: 'wallTime' }],
    ['floods stdout', sh('yes', { limits: { outputBytes: '1m' } }), { limit: 'outputBytes' }],
    ['floods stderr', sh('yes >&2', { limits: { outputBytes: 10 } }), { limit: 'outputBytes' }],
    ['eats memory', python('a = []\nwhile True: a.append(bytearray(1 << 20))', { limits: { memory: '64m' } }), { limit: 'memory' }],
    [
      'recurses without end',
      python('import sys\nsys.setrecursionlimit(10**7)\ndef f(): f()\nf()', { limits: { memory: '64m' } }),
      { limit: 'memory' },
    ],
    ['fills its disk', sh('dd if=/dev/zero of=/tmp/big bs=1M count=500', { limits: { memory: '48m' } }), { code: 1 }],
    [
      'opens files',
      python('while True: open("/dev/null").close; import os; os.open("/dev/null", 0)', { limits: { openFiles: 16 } }),
      { code: 1 },
    ],
    ['crashes', python('import ctypes; ctypes.string_at(0)'), { signal: 'SIGSEGV' }],
    ['kills all', sh('kill -9 -1; kill -9 1; kill -9 $$'), { signal: 'SIGKILL', limit: null }],
    ['leaves something behind', sh('(sleep 1000; echo late) & echo now'), { code: 0 }],
    ['is not there', { program: '/no/such/program' }, null],
  ];

  it('do not disturb the others', async () => {
    const good = sh('echo "$(echo good | tr g G)"', { expect: { stdout: 'Good\n' } });
    const { results, status } = await batch(bad.flatMap(([id, job]) => [{ ...job, id }, good]));
    expect(status).toBe(1);
    bad.forEach(([id, , exit], i) => {
      const result = results[2 * i]!;
      expect(result.id).toBe(id);
      if (exit) expect([id, result.exit]).toMatchObject([id, exit]);
      else expect(result).toMatchObject({ ok: false, exit: null, error: { id: 'not-executable', errno: 'ENOENT' } });
      expect(results[2 * i + 1]).toMatchObject({ ok: true, exit: { code: 0 } });
    });
    const byId = new Map(results.map((result) => [result.id, result]));
    expect(byId.get('floods stdout')).toMatchObject({ truncated: { stdout: true, stderr: false } });
    expect(byId.get('floods stdout')!.stdout).toHaveLength(64 << 10);
    expect(byId.get('floods stderr')).toMatchObject({ stderr: 'y\ny\ny\ny\ny\n', truncated: { stdout: false, stderr: true } });
    expect(byId.get('leaves something behind')).toMatchObject({ stdout: 'now\n' });
    expect(byId.get('opens files')!.stderr).toContain('Too many open files');
  });
});

describe('what a job is given', () => {
  it('files, input, environment, identity', async () => {
    writeFileSync(join(folder, 'in.txt'), 'from the host\n');
    writeFileSync(join(folder, 'want.txt'), 'from the host\n');
    copyFileSync('/bin/busybox', join(folder, 'own'));
    chmodSync(join(folder, 'own'), 0o755);
    const { results, status } = await batch(
      [
        sh('cat', { stdin: { host: 'in.txt' }, expect: { stdout: { file: 'want.txt' } } }),
        sh('cat /w/a; stat -c %a /w/a /w/run; /w/run', {
          files: [
            { path: '/w/a', host: 'in.txt', mode: '640' },
            { path: '/w/run', text: '#!/bin/sh\necho ran\n' },
          ],
          expect: { stdout: 'from the host\n640\n755\nran\n' },
        }),
        sh('cat', { stdin: { base64: '//4A' }, expect: { stdout: { base64: '//4A' } } }),
        sh('echo $A $B $0; pwd; id -u; id -g', {
          argv0: 'name',
          cwd: '/usr',
          uid: 12,
          gid: 13,
          env: { A: '1' },
          expect: { stdout: '1 two name\n/usr\n12\n13\n' },
        }),
        sh('cat; test -t 0 || echo none', { expect: { stdout: 'none\n' } }),
        { program: './own', argv0: 'busybox', args: ['echo', 'hi'], root: 'empty', expect: { stdout: 'hi\n' } },
        sh('wc -c', { stdin: 'x'.repeat(3_000_000), expect: { stdout: '3000000\n' } }),
        sh('date +%Y; sleep 86400; date +%j', { ...repeatable, expect: { stdout: '2020\n002\n' } }),
      ],
      ['-e', 'B=two', '--timeout', '60s'],
    );
    expect(results.flatMap(({ failures, error }) => [...failures, error])).toEqual(results.map(() => undefined));
    expect(status).toBe(0);
  });

  it('signals and tracepoints are counted', async () => {
    const script = 'import signal, os\nsignal.signal(10, lambda *a: None)\nfor i in range(3): os.kill(os.getpid(), 10)';
    const trace = {
      signals: { SIGUSR1: 3, SIGUSR2: false },
      events: { 'mm:mmap': { min: 5 }, 'mm:exit_mmap': true },
      instructions: { min: 1e6 },
    };
    const { results } = await batch([
      python(script, { expect: { trace } }),
      { program: 'busybox', args: ['true'], expect: { trace: { onlySyscalls: ['exit_group'] } } },
    ]);
    expect(results[0]).toMatchObject({ ok: true });
    expect(results[1]!.failures).toMatchObject([{ check: 'trace.onlySyscalls' }]);
    expect(results[1]!.failures[0]!.got).toMatch(/\bgetuid \(\d+\)/);
  });
});

describe('malformed lines', () => {
  it('have results that name line and field', async () => {
    const { results, status } = await batch([
      '{"program": "sh"',
      '',
      '[]',
      '{"program": "true", "limits": {"memory": "x"}}',
      '{"program": "true"}',
      '{"id": 4, "args": []}',
    ]);
    expect(status).toBe(1);
    expect(results.map(({ error }) => [error?.line, error?.field])).toEqual([
      [1, undefined],
      [3, undefined],
      [4, 'limits.memory'],
      [undefined, undefined],
      [6, 'program'],
    ]);
    expect(results.map(({ error }) => error?.message ?? '')).toMatchObject([
      expect.stringMatching(/^line 1: is not JSON: /),
      'line 3: a job must be an object, not a list',
      expect.stringMatching(/^line 4: limits.memory: must be a number of bytes/),
      '',
      'line 6: program: is missing',
    ]);
    expect(results.map(({ id }) => id)).toEqual([1, 2, 3, 4, 4]);
  });
});

describe('the command', () => {
  const ok = JSON.stringify({ program: 'true' });

  it.each<[string[], RegExp]>([
    [['batch'], /^ring3: no FILE\.jsonl, or - for stdin/],
    [['batch', 'a.jsonl', 'b.jsonl'], /^ring3: one FILE\.jsonl/],
    [['batch', '/no/such.jsonl'], /^ring3: \/no\/such\.jsonl: no such file or directory\n$/],
    [['batch', '/'], /is a folder\n$/],
    [['batch', '--workers', '0', '-'], /^ring3: --workers: 0 is not from 1 to 256/],
    [['batch', '--workers', 'x', '-'], /^ring3: --workers: 'x' is not a whole number/],
    [['batch', '--nonsense', '-'], /--nonsense/],
    [['batch', '-t', '-'], /^ring3: -t has no meaning for a batch/],
    [['batch', '--root', '/no/root', '-'], /^ring3: --root \/no\/root: no such file or directory/],
    [['batch', '-o', '/no/such/out', '-'], /^ring3: -o \/no\/such\/out: no such file or directory\n$/],
  ])('%j is refused', async (args, message) => {
    const { stdout, stderr, status } = await ring3(args, { stdin: '' });
    expect({ stdout, status }).toEqual({ stdout: '', status: 125 });
    expect(stderr).toMatch(message);
  });

  it('reads stdin, writes -o FILE, takes options after FILE', async () => {
    const out = join(folder, 'out.jsonl');
    const { stdout, stderr, status } = await ring3(['batch', '-', '--root', '/', '-o', out, '-q'], { stdin: `${ok}\n${ok}` });
    expect({ stdout, stderr, status }).toEqual({ stdout: '', stderr: '', status: 0 });
    expect(parse(readFileSync(out, 'utf8'))).toMatchObject([
      { id: 1, ok: true },
      { id: 2, ok: true },
    ]);
  });

  it('no jobs are no failure', async () => {
    const { stdout, status } = await ring3(['batch', '--root', '/', '-'], { stdin: '\n\n' });
    expect({ stdout, status }).toEqual({ stdout: '', status: 0 });
  });

  it('--fail-fast', async () => {
    const { results, status } = await batch(
      [sh('true'), sh('false'), ...Array.from({ length: 30 }, () => sh('sleep 60'))],
      ['--fail-fast'],
    );
    expect(status).toBe(1);
    expect(results.filter((result) => !result.ok)).toMatchObject([{ id: 2 }]);
    expect(results.length).toBeLessThanOrEqual(2);
  });

  it('--help has the table of jobs', async () => {
    const { stdout, status } = await ring3(['batch', '--help']);
    expect(status).toBe(0);
    for (const word of ['program', 'onlySyscalls', 'outputBytes', '--fail-fast', 'truncated']) expect(stdout).toContain(word);
  });

  it('results come while the input goes on; a signal ends all at once', async () => {
    const child = spawn(process.execPath, [`${root}packages/cli/bin/ring3.js`, 'batch', '--root', '/', '--workers', '1', '-'], {
      stdio: 'pipe',
    });
    let out = '';
    const first = new Promise<void>((resolve) => {
      child.stdout.on('data', (chunk: Buffer) => {
        out += chunk.toString();
        if (out.includes('\n')) resolve();
      });
    });
    child.stdin.write(`${ok}\n`);
    await first;
    expect(parse(out)).toMatchObject([{ id: 1, ok: true }]);
    child.stdin.write(`${JSON.stringify(sh('while :; do :; done'))}\n`);
    await new Promise((resolve) => setTimeout(resolve, 300));
    const asked = performance.now();
    const exited = new Promise<NodeJS.Signals | null>((resolve) => child.on('exit', (_, signal) => resolve(signal)));
    child.kill('SIGINT');
    expect(await exited).toBe('SIGINT');
    expect(performance.now() - asked).toBeLessThan(2000);
  });

  it('a reader that has gone ends it', async () => {
    const child = spawn(process.execPath, [`${root}packages/cli/bin/ring3.js`, 'batch', '--root', '/', '-'], { stdio: 'pipe' });
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString();
    });
    const exited = new Promise<number | null>((resolve) => child.on('exit', resolve));
    child.stdin.on('error', () => {});
    child.stdout.destroy();
    child.stdin.write(`${`${ok}\n`.repeat(5)}`);
    expect(await exited).toBe(125);
    expect(stderr).toMatch(/results cannot be written/);
  });
});
