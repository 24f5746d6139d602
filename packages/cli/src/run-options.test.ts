import { describe, expect, it } from 'vitest';
import { CliError } from './cli-error.js';
import { parseRun, parseStrace } from './run-options.js';

describe('parseRun', () => {
  it.each([
    [['ls', '-l', '--root', '/x'], 'ls', ['-l', '--root', '/x']],
    [['-e', 'A=1', '--', '-odd', 'x'], '-odd', ['x']],
    [['--stats', 'ls', '--stats'], 'ls', ['--stats']],
    [['--stats=json', 'ls', '--', 'x'], 'ls', ['--', 'x']],
    [['-te', 'A', 'ls'], 'ls', []],
    [['--root=/', 'ls'], 'ls', []],
    [['-t'], null, []],
  ])('%j: the program and what belongs to it', (args, program, rest) => {
    expect(parseRun(args)).toMatchObject({ program, args: rest });
  });

  it('takes every option', () => {
    const args = [
      '--root',
      '/r',
      '-v',
      'a:/b:ro',
      '-v',
      'c d:/e',
      '-e',
      'X=1',
      '--env-host',
      '-w',
      '/w',
      '-t',
      '-u',
      '5:6',
      '-m',
      '64m',
      '--ulimit',
      'nofile=3:4',
    ];
    args.push(
      '--timeout',
      '1.5s',
      '--max-insns',
      '1e6',
      '--aslr',
      'on',
      '--layout',
      'linux',
      '--jit',
      'off',
      '--seed',
      '9',
      '--clock',
      'virtual',
      '--stats',
      '--strace',
      '-0',
      'zero',
    );
    expect(parseRun([...args, 'p'])).toEqual({
      root: '/r',
      mounts: [
        { host: 'a', guest: '/b', readOnly: true },
        { host: 'c d', guest: '/e', readOnly: false },
      ],
      env: ['X=1'],
      envHost: true,
      cwd: '/w',
      tty: true,
      uid: 5,
      gid: 6,
      memory: 64 << 20,
      rlimits: [['nofile', 3, 4]],
      timeout: 1500,
      maxInsns: 1_000_000,
      aslr: true,
      layout: 'linux',
      paging: 'demand',
      jit: false,
      seed: 9,
      clock: 'virtual',
      stats: 'text',
      strace: true,
      argv0: 'zero',
      program: 'p',
      args: [],
    });
  });

  it.each([[['-m', '1x', 'p']], [['--ulimit', 'nofile', 'p']], [['--seed', '1.5', 'p']], [['--nothing', 'p']], [['-v', 'a', 'p']]])(
    '%j is refused',
    (args) => {
      expect(() => parseRun(args)).toThrow(CliError);
    },
  );
});

it("strace's -e and -o are strace's", () => {
  const { run, strace } = parseStrace(['-f', '-e', 'trace=open', '-o', 'out', '--env', 'A=1', 'p', '-e']);
  expect(strace).toMatchObject({ follow: true, expressions: ['trace=open'], output: 'out' });
  expect(run).toMatchObject({ env: ['A=1'], program: 'p', args: ['-e'] });
});
