import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { have, native, ring3, root } from '../support/run.js';

/** Debian's strace over the program on this machine, and ours over the same program: the same calls, printed the same way. */

const canTrace = have('strace') && spawnSync('strace', ['-o', '/dev/null', 'true']).status === 0;
const environment = { PATH: '/usr/bin:/bin', HOME: '/', TERM: 'dumb', LC_ALL: 'C' };
const folder = mkdtempSync(`${tmpdir()}/ring3-strace-`);
const files = `${folder}/files`;

beforeAll(() => {
  mkdirSync(files);
  for (const name of ['one', 'two', 'three']) writeFileSync(`${files}/${name}`, `${name}\n`);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** What differs from run to run, or because the kernels differ in age: see tests/kernel-differences.md. */
const masks: [RegExp, string][] = [
  [/0x[0-9a-f]{3,}/g, 'ADDRESS'],
  [/ += /g, ' = '],
  [/^(getrandom\()"[^"]*"/, '$1"…"'],
  [/^(set_tid_address|getpid|getppid|gettid|getpgrp|getpgid|getsid|clone|clone3|fork|vfork)(\(.*) = [0-9]+$/, '$1$2 = PID'],
  [/^(kill|tkill|tgkill)\([0-9]+(, [0-9]+(?=, ))?/, '$1(PID'],
  [/(superseded by execve in pid) [0-9]+/, '$1 PID'],
  [/^(wait4\(.*) = [1-9][0-9]*$/, '$1 = PID'],
  [/si_pid=[0-9]+/, 'si_pid=PID'],
  [/si_[us]time=[0-9]+/g, 'si_time=T'],
  [/S_IFSOCK\|0777|S_IFIFO\|0600/, 'PIPE'],
  [/(st_mode=S_IFDIR[^,]*), st_size=[0-9]+/, '$1, st_size=N'],
  [/^(rseq\(.*) = .*/, '$1'],
  [/stx_mask=[A-Z_|]+, stx_attributes=[A-Z_0|]+/, 'stx_mask=…'],
  // wc has a buffer of its own for AVX2.
  [/, 163(20|84)\) = /, ', N) = '],
  // Whether a core is written is the host's setting.
  [/ (&& WCOREDUMP\(s\)|\(core dumped\))/, ''],
  [/CLD_DUMPED/, 'CLD_KILLED'],
  // An exec is that of strace itself, or finds its file by another search.
  [/^(execve\("[^"]*").* = 0$/, '$1 … = 0'],
];

/** Lines whose place or presence depends on the processor (ld.so's hwcaps), the file systems that there are, or the moment. */
const elsewhere = [
  /^mmap\(NULL, (4096|8192|12288), PROT_READ\|PROT_WRITE, MAP_PRIVATE\|MAP_ANONYMOUS, -1, 0\)/,
  /^read\([0-9]+, ("nodev|"", (1024|4096)\))/,
  /^--- SIGCHLD/,
  /^rt_sigreturn/,
];

function masked(line: string): string {
  return masks.reduce((text, [pattern, replacement]) => text.replace(pattern, replacement), line);
}

/** The log of `strace -f -o`, as one list of lines for each process in the order of their creation. */
function processes(log: string): string[][] {
  const lists = new Map<number, string[]>();
  for (const line of log.split('\n').filter(Boolean)) {
    const [, prefix, text] = /^([0-9]+) +(.*)$/.exec(line)!;
    const pid = Number(prefix);
    const lines = lists.get(pid) ?? [];
    lists.set(pid, lines);
    const resumed = /^<\.\.\. [a-z0-9_]+ resumed>(.*)$/.exec(text!);
    if (resumed) lines.push(lines.pop()!.replace(/ <unfinished \.\.\.>$/, '') + resumed[1]!);
    else lines.push(text!);
  }
  const inOrder = [...lists].toSorted(([a], [b]) => a - b).map(([, lines]) => lines);
  return inOrder.map((lines) => lines.map(masked).filter((line) => !elsewhere.some((pattern) => pattern.test(line))));
}

async function both(argv: readonly string[], options: readonly string[] = []): Promise<{ expected: string[][]; actual: string[][] }> {
  const [theirs, ours] = [`${folder}/native`, `${folder}/ring3`];
  const settings = { cwd: folder, env: environment };
  const nativeRun = await native(['strace', '-f', '-o', theirs, ...options, ...argv], settings);
  const env = Object.entries({ TZ: 'UTC', ...environment }).flatMap(([name, value]) => ['--env', `${name}=${value}`]);
  const ourRun = await ring3(['strace', '-f', '-o', ours, ...options, '--root', '/', ...env, '--', ...argv], { cwd: folder });
  expect(ourRun.stdout).toBe(nativeRun.stdout);
  expect(ourRun.status).toBe(nativeRun.status);
  return { expected: processes(readFileSync(theirs, 'latin1')), actual: processes(readFileSync(ours, 'latin1')) };
}

/** Compiles tests/programs/strace/NAME.c into the test's folder. */
function compile(name: string): void {
  const compiled = spawnSync('gcc', [
    '-w',
    '-O0',
    '-static',
    '-pthread',
    '-o',
    `${folder}/${name}`,
    `${root}tests/programs/strace/${name}.c`,
  ]);
  expect(compiled.status, compiled.stderr.toString()).toBe(0);
}

describe.skipIf(!canTrace)('strace agrees with Debian’s strace', () => {
  test('ls of a folder', { timeout: 60_000 }, async () => {
    const { expected, actual } = await both(['/usr/bin/ls', files]);
    expect(actual).toEqual(expected);
  });

  test('cat of a file', { timeout: 60_000 }, async () => {
    const { expected, actual } = await both(['/usr/bin/cat', `${files}/one`, '/nonexistent']);
    expect(actual).toEqual(expected);
  });

  test('a pipeline of a shell', { timeout: 60_000 }, async () => {
    const { expected, actual } = await both(['/bin/sh', '-c', 'ls files | wc -l'], ['-e', 'trace=!wait4']);
    expect(actual).toEqual(expected);
  });

  test('a background job that a signal ends', { timeout: 60_000 }, async () => {
    const { expected, actual } = await both(['/bin/sh', '-c', 'sleep 9 & kill -TERM $!; wait $!; kill -9 $$'], ['-e', 'trace=process']);
    const outcome = (lists: string[][]) => lists.map((lines) => lines.filter((line) => /^(execve|kill|exit|---|\+\+\+)/.test(line)));
    expect(outcome(actual)).toEqual(outcome(expected));
  });

  test.skipIf(!have('gcc'))('arguments of every kind', { timeout: 60_000 }, async () => {
    compile('calls');
    const { expected, actual } = await both(['./calls']);
    expect(actual).toEqual(expected);
  });

  test.skipIf(!have('gcc'))('threads, signals, stops, and an exec by a thread', { timeout: 60_000 }, async () => {
    compile('threads');
    const { expected, actual } = await both(['./threads'], ['-e', 'trace=execve,pause,nanosleep,rt_sigreturn,exit_group,exit,kill']);
    expect(actual).toEqual(expected);
  });
});

test('a summary counts calls and errors', { timeout: 60_000 }, async () => {
  const { stderr, status } = await ring3(['strace', '-c', '--root', '/', '--', '/bin/sh', '-c', 'cd /; cd /nonexistent'], { cwd: folder });
  const rows = new Map(
    stderr.split('\n').map((line) => [line.slice(51), { calls: Number(line.slice(31, 40)), errors: Number(line.slice(41, 50)) }]),
  );
  expect(rows.get('chdir')).toEqual({ calls: 2, errors: 1 });
  expect(rows.get('execve')).toEqual({ calls: 1, errors: 0 });
  expect(status).toBe(2);
});

test('a bad expression is one line and 125', { timeout: 60_000 }, async () => {
  const { stderr, status } = await ring3(['strace', '-e', 'trace=nonsense', '--root', '/', '/bin/true']);
  expect(stderr).toMatch(/^ring3: invalid system call 'nonsense'.*\n$/);
  expect(status).toBe(125);
});
