import { describe, expect, it } from 'vitest';
import { checkJob, idOf } from './check-job.js';
import { FieldError } from './fields.js';

/** The message for a job with these members beside its program. */
function complaint(fields: object): string {
  try {
    checkJob({ program: 'true', ...fields }, 1, {}, '/jobs');
  } catch (error) {
    if (error instanceof FieldError) return error.message;
    throw error;
  }
  return 'none';
}

describe('what is wrong with a job', () => {
  it.each<[object, string]>([
    [{ program: 3 }, 'program: must be a text, not the number 3'],
    [{ program: '' }, 'program: must be a path or the name of a program, not the text ""'],
    [{ program: 'a\0b' }, 'program: must have no NUL in it'],
    [{ id: ['a'] }, 'id: must be a text or a number, not a list'],
    [{ args: 'ls' }, 'args: must be a list of texts, not the text "ls"'],
    [{ args: ['a', 1] }, 'args[1]: must be a text, not the number 1'],
    [{ env: ['A'] }, `env[0]: must be as 'NAME=VALUE', not the text "A"`],
    [{ env: { 'A=': 'b' } }, "env.A=: 'A=' is no name of a variable"],
    [{ env: 'A=b' }, 'env: must be an object, or a list as ["NAME=VALUE"], not the text "A=b"'],
    [{ cwd: 'tmp' }, 'cwd: must be an absolute path in the guest, not the text "tmp"'],
    [{ uid: -1 }, 'uid: must be from 0 to 4294967294, not the number -1'],
    [{ clock: 'fast' }, 'clock: must be one of real, virtual, not the text "fast"'],
    [{ seed: 1.5 }, 'seed: must be a whole number of at least 0, not the number 1.5'],
    [{ aslr: 'on' }, 'aslr: must be true or false, not the text "on"'],
    [{ jit: 1 }, 'jit: must be true or false, not the number 1'],
    [{ files: [{ text: 'a' }] }, 'files[0].path: is missing'],
    [{ files: [{ path: 'a', text: 'a' }] }, 'files[0].path: must be an absolute path in the guest, not the text "a"'],
    [{ files: [{ path: '/a' }] }, 'files[0]: must have one of text, base64, host'],
    [{ files: [{ path: '/a', text: '', host: 'b' }] }, 'files[0]: must have one of text, base64, host'],
    [{ files: [{ path: '/a', base64: 'a' }] }, 'files[0].base64: must be base64, not the text "a"'],
    [{ files: [{ path: '/a', text: '', mode: '9' }] }, `files[0].mode: must be permission bits as '755', not the text "9"`],
    [{ stdin: 3 }, 'stdin: must be a text, or an object with text, base64 or host, not the number 3'],
    [{ limits: { memory: '12x' } }, `limits.memory: must be a number of bytes, or as '64k', '512m', '2g', not the text "12x"`],
    [{ limits: { memory: 4096 } }, 'limits.memory: must be a whole number of at least 8388608, not the number 4096'],
    [{ limits: { wallTime: 0 } }, 'limits.wallTime: must be a time above 0, not the number 0'],
    [
      { limits: { wallTime: 'soon' } },
      `limits.wallTime: must be a number of milliseconds, or as '500ms', '10s', '2m', not the text "soon"`,
    ],
    [{ limits: { instructions: 1e20 } }, 'limits.instructions: must be a whole number of at least 1, not the number 100000000000000000000'],
    [
      { limits: { memmory: 1 } },
      'limits.memmory: is not known here (did you mean memory?): there are memory, processes, openFiles, instructions, wallTime, outputBytes',
    ],
    [{ expect: [] }, 'expect: must be an object, not a list'],
    [{ expect: { exit: 256 } }, 'expect.exit: must be from 0 to 255, not the number 256'],
    [{ expect: { exit: 'ok' } }, `expect.exit: must be from 0 to 255, 'nonzero' or 'any', not the text "ok"`],
    [{ expect: { exit: 0, signal: 'SIGINT' } }, 'expect.exit: a program ends with an exit status or by a signal: name one'],
    [{ expect: { signal: 'SIGFOO' } }, "expect.signal: 'SIGFOO' is no signal: write SIGSEGV, SIGKILL, …"],
    [{ expect: { limit: 'time' } }, 'expect.limit: must be one of memory, instructions, wallTime, outputBytes, not the text "time"'],
    [
      { expect: { stdout: { matches: '(' } } },
      'expect.stdout.matches: is no regular expression: Invalid regular expression: /(/m: Unterminated group',
    ],
    [{ expect: { stdout: { contains: [1] } } }, 'expect.stdout.contains[0]: must be a text, not the number 1'],
    [{ expect: { files: { a: 'b' } } }, 'expect.files.a: must be named by an absolute path in the guest'],
    [{ expect: { files: { '/a': { absent: true, equals: '' } } } }, 'expect.files./a.absent: a file that is absent has nothing else'],
    [{ expect: { trace: { syscalls: { opn: 1 } } } }, "expect.trace.syscalls.opn: 'opn' is no system call (did you mean open?)"],
    [
      { expect: { trace: { syscalls: { open: -1 } } } },
      'expect.trace.syscalls.open: must be a whole number of at least 0, not the number -1',
    ],
    [{ expect: { trace: { syscalls: { open: {} } } } }, 'expect.trace.syscalls.open: must have min or max, not an object'],
    [{ expect: { trace: { syscalls: { open: { min: 2, max: 1 } } } } }, 'expect.trace.syscalls.open: min is above max'],
    [
      { expect: { trace: { events: { 'mm:mmapp': 1 } } } },
      "expect.trace.events.mm:mmapp: 'mm:mmapp' is no tracepoint (did you mean mm:mmap?)",
    ],
    [{ expect: { trace: { onlySyscalls: ['x'] } } }, "expect.trace.onlySyscalls[0]: 'x' is no system call"],
  ])('%j', (fields, message) => {
    expect(complaint(fields)).toBe(message);
  });

  it('a job that is none', () => {
    for (const value of [null, 3, 'ls', []]) expect(() => checkJob(value, 1, {}, '/')).toThrow(/^a job must be an object, not /);
    expect(() => checkJob({}, 1, {}, '/')).toThrow('program: is missing');
  });

  it('says nothing where nothing is wrong', () => {
    const fields = {
      id: 'a',
      args: ['-c', 'ls'],
      argv0: 'sh',
      env: ['A=b=c'],
      cwd: '/tmp',
      root: '/',
      files: [{ path: '/a', base64: 'aGk=', mode: '0644' }],
      stdin: { text: 'x' },
      uid: 1000,
      gid: 1000,
      limits: { memory: '64m', processes: 3, openFiles: 9, instructions: 1e9, wallTime: '1.5s', outputBytes: 0 },
      clock: 'virtual',
      seed: 1,
      aslr: true,
      jit: false,
      layout: 'linux',
      expect: {
        signal: 'SIGSEGV',
        stderr: { matches: ['^a', 'b$'], lacks: 'c' },
        files: { '/x': { absent: true }, '/y': { equals: '', mode: 0o600 } },
        trace: { syscalls: { fork: false }, signals: { SIGUSR1: true }, events: { 'mm:mmap': { max: 3 } }, faults: { min: 1 } },
      },
    };
    expect(complaint(fields)).toBe('none');
  });
});

describe('defaults', () => {
  it('the pool’s hold where the job says nothing', () => {
    const defaults = { env: { A: '1', B: '2' }, memory: 1 << 26, limits: { wallTime: 5, openFiles: 7 }, cwd: '/w', seed: 4 };
    const { env, memory, limits, cwd, seed, id, files } = checkJob(
      { program: 'p', env: { B: '3' }, limits: { wallTime: 9 } },
      4,
      defaults,
      '/',
    );
    expect({ env, memory, cwd, seed, id, files }).toEqual({
      env: { A: '1', B: '3' },
      memory: 1 << 26,
      cwd: '/w',
      seed: 4,
      id: 4,
      files: [],
    });
    expect(limits).toEqual({ wallTime: 9, openFiles: 7, outputBytes: 16 << 20, processes: 1024 });
  });

  it('the pool’s working directory is one of the pool’s root', () => {
    const cwdOf = (fields: object): string => checkJob({ program: 'p', ...fields }, 1, { cwd: '/w', root: '/' }, '/').cwd;
    expect([cwdOf({}), cwdOf({ root: 'empty' }), cwdOf({ root: 'empty', cwd: '/v' })]).toEqual(['/w', '/', '/v']);
  });

  it('sizes and times have units', () => {
    const { memory, limits } = checkJob({ program: 'p', limits: { memory: '512m', outputBytes: '1k', wallTime: '2m' } }, 1, {}, '/');
    expect([memory, limits.outputBytes, limits.wallTime]).toEqual([512 << 20, 1024, 120_000]);
  });

  it('a malformed job keeps an id that is one', () => {
    expect([idOf({ id: 'x', program: 3 }, 2), idOf({ id: {} }, 2), idOf(null, 2)]).toEqual(['x', 2, 2]);
  });
});
