import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { failures, type GuestFile, type Outcome } from './expectations.js';
import type { Expectation } from './job.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'expect-'));
  writeFileSync(join(folder, 'out.txt'), 'one\ntwo\n');
});
afterAll(() => rmSync(folder, { recursive: true }));

const files: Readonly<Record<string, GuestFile>> = {
  '/a': { bytes: bytes('aaa'), mode: 0o644 },
  '/bin': { bytes: Uint8Array.of(0xff, 0xfe), mode: 0o755 },
  '/d': { kind: 'directory' },
};

function outcome(changes: Partial<Outcome> = {}): Outcome {
  return {
    exit: { code: 0, signal: null, limit: null },
    stdout: bytes('one\ntwo\n'),
    stderr: bytes(''),
    stats: { instructions: 1000, faults: 12, minorFaults: 10, majorFaults: 2, contextSwitches: 1, time: 3 },
    counts: {
      syscalls: new Map([
        ['openat', 4],
        ['write', 1],
      ]),
      signals: new Map([['SIGUSR1', 2]]),
      events: new Map([['mm:mmap', 5]]),
    },
    file: (path) => files[path] ?? null,
    folder,
    ...changes,
  };
}

const messages = (expected: Expectation, changes: Partial<Outcome> = {}): string[] =>
  failures(expected, outcome(changes)).map(({ message }) => message);

describe('what holds', () => {
  it.each<Expectation>([
    {},
    { exit: 0 },
    { exit: 'any' },
    { stdout: 'one\ntwo\n', stderr: '' },
    { stdout: { equals: 'one\ntwo\n', file: 'out.txt', contains: ['one', 'two'], lacks: 'three', matches: ['^two$', 'o'] } },
    { files: { '/a': 'aaa', '/none': { absent: true }, '/bin': { base64: '//4=', mode: 0o755 } } },
    { trace: { syscalls: { openat: 4, write: true, fork: false }, onlySyscalls: ['openat', 'write', 'read'] } },
    { trace: { syscalls: { openat: { min: 4, max: 4 } }, signals: { SIGUSR1: { min: 1 } }, events: { 'mm:mmap': 5 } } },
    { trace: { faults: { max: 12 }, minorFaults: 10, majorFaults: { min: 1 }, instructions: { max: 1000 } } },
  ])('%j', (expected) => {
    expect(messages(expected)).toEqual([]);
  });

  it('other ends', () => {
    expect(messages({ exit: 3 }, { exit: { code: 3, signal: null, limit: null } })).toEqual([]);
    expect(messages({ exit: 'nonzero' }, { exit: { code: 3, signal: null, limit: null } })).toEqual([]);
    expect(messages({ exit: 'any' }, { exit: { code: null, signal: 'SIGSEGV', limit: null } })).toEqual([]);
    expect(messages({ signal: 'SIGSEGV' }, { exit: { code: null, signal: 'SIGSEGV', limit: null } })).toEqual([]);
    expect(messages({ limit: 'wallTime' }, { exit: { code: null, signal: 'SIGKILL', limit: 'wallTime' } })).toEqual([]);
  });
});

describe('what does not', () => {
  it.each<[Expectation, string]>([
    [{ exit: 1 }, 'exit: expected exit status 1, got exit status 0'],
    [{ exit: 'nonzero' }, 'exit: expected an exit status other than 0, got exit status 0'],
    [{ signal: 'SIGSEGV' }, 'signal: expected SIGSEGV, got exit status 0'],
    [{ limit: 'wallTime' }, 'limit: expected the limit of wallTime, got exit status 0'],
    [{ stdout: 'one\n' }, 'stdout: differs from line 2 on (- expected, + got)\n one\n+two'],
    [{ stderr: 'x' }, 'stderr: expected "x", got ""'],
    [{ stdout: { contains: 'three' } }, 'stdout.contains: expected "three" in it, got "one\\ntwo\\n"'],
    [{ stdout: { lacks: ['x', 'two'] } }, 'stdout.lacks: expected no "two" in it, got it in line 2'],
    [{ stdout: { matches: '^o$' } }, 'stdout.matches: expected /^o$/, got "one\\ntwo\\n"'],
    [{ files: { '/a': 'aab' } }, 'files./a: expected "aab", got "aaa"'],
    [{ files: { '/a': { absent: true } } }, 'files./a: expected no such file, got a file of 3 bytes'],
    [{ files: { '/d': { absent: true } } }, 'files./d: expected no such file, got a directory'],
    [{ files: { '/none': { contains: 'x' } } }, 'files./none: expected a file, got no such file'],
    [{ files: { '/d': 'x' } }, 'files./d: expected a file, got a directory'],
    [{ files: { '/a': { mode: 0o600 } } }, 'files./a.mode: expected 600, got 644'],
    [{ files: { '/bin': { base64: '//8=' } } }, 'files./bin.base64: differs in byte 2'],
    [{ trace: { syscalls: { openat: { max: 3 } } } }, 'trace.syscalls.openat: expected at most 3, got 4'],
    [{ trace: { syscalls: { openat: { min: 5 } } } }, 'trace.syscalls.openat: expected at least 5, got 4'],
    [{ trace: { syscalls: { openat: { min: 5, max: 6 } } } }, 'trace.syscalls.openat: expected from 5 to 6, got 4'],
    [{ trace: { syscalls: { write: false } } }, 'trace.syscalls.write: expected none, got 1'],
    [{ trace: { syscalls: { fork: true } } }, 'trace.syscalls.fork: expected at least 1, got 0'],
    [{ trace: { onlySyscalls: ['write'] } }, 'trace.onlySyscalls: expected no other calls, got openat (4)'],
    [{ trace: { signals: { SIGUSR1: 1 } } }, 'trace.signals.SIGUSR1: expected 1, got 2'],
    [{ trace: { faults: 11 } }, 'trace.faults: expected 11, got 12'],
    [{ trace: { instructions: { max: 999 } } }, 'trace.instructions: expected at most 999, got 1000'],
  ])('%j', (expected, message) => {
    expect(messages(expected)).toEqual([message]);
  });

  it('a limit is no end of its own', () => {
    const exit = { code: null, signal: 'SIGKILL', limit: 'wallTime' };
    expect(messages({}, { exit })).toEqual(['exit: expected exit status 0, got the limit of wallTime']);
    expect(messages({ exit: 'any' }, { exit })).toEqual(['exit: expected any end of its own, got the limit of wallTime']);
    expect(messages({ signal: 'SIGKILL' }, { exit })).toEqual(['signal: expected SIGKILL, got the limit of wallTime']);
  });

  it('all at once, in order', () => {
    expect(failures({ exit: 1, stdout: 'x', trace: { faults: 0 } }, outcome()).map(({ check }) => check)).toEqual([
      'exit',
      'stdout',
      'trace.faults',
    ]);
  });

  it('a file to compare with that is not there', () => {
    expect(() => messages({ stdout: { file: 'none.txt' } })).toThrow(/none\.txt: no such file on the host$/);
  });
});
