import { describe, expect, test, vi } from 'vitest';
import { native, type Outcome, ring3, root } from '../support/run.js';

vi.setConfig({ testTimeout: 60_000 });

interface OptionCase {
  name: string;
  args: string[];
  env?: Record<string, string>;
  /** Exactly, or what it matches. */
  stdout?: string | RegExp;
  stderr?: string | RegExp;
  status?: number;
}

const sh = (script: string): string[] => ['sh', '-c', script];

const cases: readonly OptionCase[] = [
  { name: 'the base image, arguments and exit status', args: ['busybox', 'sh', '-c', 'echo $((6*7)); exit 7'], stdout: '42\n', status: 7 },
  { name: "what follows PROGRAM is the guest's", args: ['echo', '--root', '-v', '--help'], stdout: '--root -v --help\n' },
  { name: '-- ends the options', args: ['--', 'echo', 'x'], stdout: 'x\n' },
  { name: 'killed by a signal', args: sh('kill -9 $$'), status: 137 },
  { name: 'a fault of the guest', args: sh('kill -SEGV $$'), status: 139 },
  { name: '--root / has the working directory of the host', args: ['--root', '/', 'pwd'], stdout: `${root.slice(0, -1)}\n` },
  {
    name: '--root / keeps writes in memory',
    args: ['--root', '/', ...sh('echo x >/etc/ring3-test && cat /etc/ring3-test')],
    stdout: 'x\n',
  },
  { name: '--root FOLDER', args: ['--root', '.cache/base-image', 'echo', 'image'], stdout: 'image\n' },
  {
    name: '-e and a clean environment',
    args: ['-e', 'A=1', '-e', 'B', '-e', 'NOT_SET', ...sh('echo $A $B; env | cut -d= -f1 | sort | tr "\\n" " "')],
    env: { B: '2', C: '3' },
    stdout: '1 2\nA B HOME PATH PWD TERM ',
  },
  { name: '--env-host', args: ['--env-host', ...sh('echo $C')], env: { C: '3' }, stdout: '3\n' },
  { name: '-w', args: ['-w', '/etc', 'pwd'], stdout: '/etc\n' },
  { name: '-u', args: ['-u', '1000:100', 'id'], stdout: 'uid=1000(user) gid=100(users) groups=100(users)\n' },
  { name: '-u without rights', args: ['-u', '1000', ...sh('echo x >/etc/x || echo no')], stdout: 'no\n', stderr: /Permission denied/ },
  { name: '-m', args: ['-m', '64m', ...sh('head -n 1 /proc/meminfo')], stdout: /^MemTotal: +6[0-9]{4} kB\n$/ },
  { name: '--ulimit', args: ['--ulimit', 'nofile=20:30', ...sh('ulimit -n; ulimit -Hn')], stdout: '20\n30\n' },
  { name: '-0', args: ['-0', 'another', 'sh', '-c', 'echo $0'], stdout: 'another\n' },
  { name: '-t', args: ['-t', ...sh('test -t 0 && test -t 1 && echo terminal')], stdout: /^terminal\r?\n$/ },
  {
    name: '--timeout on a busy loop',
    args: ['--timeout', '500ms', ...sh('while :; do :; done')],
    stderr: 'ring3: killed: --timeout of 0.5 s is over\n',
    status: 137,
  },
  {
    name: '--timeout on a sleeper',
    args: ['--timeout', '0.5s', 'sleep', '100'],
    stderr: 'ring3: killed: --timeout of 0.5 s is over\n',
    status: 137,
  },
  {
    name: '--max-insns',
    args: ['--max-insns', '100_000', ...sh('while :; do :; done')],
    stderr: 'ring3: killed: --max-insns 100000 are used up\n',
    status: 137,
  },
  { name: '--layout compact', args: [...sh('grep stack /proc/self/maps')], stdout: /^[0-9a-f]{1,8}-/ },
  { name: '--layout linux', args: ['--layout', 'linux', ...sh('grep stack /proc/self/maps')], stdout: /^7f[0-9a-f]{10}-/ },
  { name: '--stats', args: ['--stats', 'true'], stderr: /^instructions +\d[\d,]*\n(.*\n)*page faults +\d+ minor/ },
  { name: '--strace', args: ['--strace', 'true'], stderr: /^execve\("[^"]*true", \["true"\].* = 0\n(.*\n)*\+\+\+ exited with 0 \+\+\+\n$/ },
  { name: '--help', args: ['--help'], stdout: /^usage: ring3 run/ },
];

function expectPart(actual: string, expected: string | RegExp): void {
  if (typeof expected === 'string') expect(actual).toBe(expected);
  else expect(actual).toMatch(expected);
}

describe('options of ring3 run', () => {
  for (const { name, args, env = {}, stdout = '', stderr = '', status = 0 } of cases) {
    test(name, async () => {
      const outcome: Outcome = await ring3(['run', ...args], { env });
      expectPart(outcome.stderr, stderr);
      expectPart(outcome.stdout, stdout);
      expect(outcome.status).toBe(status);
    });
  }
});

const instructions = ({ stderr }: Outcome): number =>
  (
    JSON.parse(
      stderr
        .trimEnd()
        .split('\n')
        .find((line) => line.startsWith('{'))!,
    ) as { instructions: number }
  ).instructions;

test('--max-insns is exact', async () => {
  for (const limit of [1, 12_345, 80_000]) {
    const outcome = await ring3(['run', '--max-insns', String(limit), '--stats=json', 'sh', '-c', 'ls | wc; while :; do :; done']);
    expect(instructions(outcome)).toBe(limit);
  }
});

test('--clock virtual --seed: the same output and count twice, with --aslr on', async () => {
  const script =
    'date +%s.%N; echo $$ $RANDOM $SRANDOM; sleep 3600; date; head -c 16 /dev/urandom | od -x; cat /proc/self/maps /proc/uptime /proc/loadavg; ' +
    'for i in 1 2 3; do (sleep 0.$i; echo $i $BASHPID) & done; wait; ls -la --full-time /tmp /proc/1; mktemp';
  const run = (): Promise<Outcome> =>
    ring3(['run', '--clock', 'virtual', '--seed', '7', '--aslr', 'on', '--max-insns', '1e9', '--stats=json', 'bash', '-c', script]);
  const [first, second] = [await run(), await run()];
  expect(first.stdout).toMatch(/^1577836800\.\d+\n/);
  expect(second.stdout).toBe(first.stdout);
  expect(instructions(second)).toBe(instructions(first));
});

test('--clock virtual waits for its input, however late it comes', async () => {
  const script =
    "(sleep 0.5; echo hello; sleep 0.5; echo again) | $RING3 run --clock virtual bash -c 'for i in 1 2 3; do read -t 5 line; echo $? $line $SECONDS; done'";
  const outcome = await native(['bash', '-c', script], { env: { RING3: `${process.execPath} ${root}packages/cli/bin/ring3.js` } });
  expect(outcome).toEqual({ stdout: '0 hello 0\n0 again 0\n1 0\n', stderr: '', status: 0 });
});

test('--aslr on without a seed: other addresses each time', async () => {
  const run = async (): Promise<string> => (await ring3(['run', '--aslr', 'on', 'grep', 'stack', '/proc/self/maps'])).stdout;
  expect(await run()).not.toBe(await run());
});
