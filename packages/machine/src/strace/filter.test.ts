import { expect, test } from 'vitest';
import { StraceExpressionError, StraceFilter } from './filter.js';
import { knownCalls } from './signatures/signature.js';
import { StraceSummary } from './summary.js';

function shown(...expressions: string[]): string[] {
  const filter = new StraceFilter(expressions, knownCalls);
  return ['open', 'openat', 'read', 'execve', 'kill', 'mmap'].filter((name) => filter.showsCall(name));
}

test('-e chooses calls by name, class, pattern and their negation', () => {
  expect(shown()).toHaveLength(6);
  expect(shown('trace=open,read')).toEqual(['open', 'read']);
  expect(shown('read')).toEqual(['read']);
  expect(shown('trace=!open,read')).toEqual(['openat', 'execve', 'kill', 'mmap']);
  expect(shown('trace=%file')).toEqual(['open', 'openat', 'execve']);
  expect(shown('trace=process,signal')).toEqual(['execve', 'kill']);
  expect(shown('trace=/^open')).toEqual(['open', 'openat']);
  expect(shown('trace=?nonsense,read')).toEqual(['read']);
  expect(shown('trace=none')).toEqual([]);
});

test('-e signal= chooses signals', () => {
  const filter = new StraceFilter(['signal=!SIGCHLD,term'], knownCalls);
  expect([17, 15, 2].map((signo) => filter.showsSignal(signo))).toEqual([false, false, true]);
});

test('what cannot be understood is refused', () => {
  for (const expression of ['trace=nonsense', 'signal=FOO', 'verbose=all', 'trace=/(']) {
    expect(() => new StraceFilter([expression], knownCalls), expression).toThrow(StraceExpressionError);
  }
});

test('the summary has strace’s columns', () => {
  const summary = new StraceSummary();
  summary.add(0, 'read', 3_000_000, false);
  summary.add(0, 'read', 0, true);
  summary.add(1, 'write', 1_000_000, false);
  expect(summary.text()).toBe(
    [
      '% time     seconds  usecs/call     calls    errors syscall',
      '------ ----------- ----------- --------- --------- ----------------',
      ' 75.00    0.003000        1500         2         1 read',
      ' 25.00    0.001000        1000         1           write',
      '------ ----------- ----------- --------- --------- ----------------',
      '100.00    0.004000        1333         3         1 total',
      '',
    ].join('\n'),
  );
});
