import { expect, test } from 'vitest';
import { StraceLines } from './lines.js';
import type { Tracee } from './tracee.js';

function tracee(tid: number): Tracee {
  return { tid, tgid: tid, running: null, dropped: [], exitCode: null, interrupted: '' };
}

test('results stand in column 40, after the pid where there are several', () => {
  let log = '';
  const lines = new StraceLines((text) => (log += text), 'several');
  lines.begin(tracee(7), false);
  lines.add('close(3');
  lines.result('0');
  lines.begin(tracee(7), true);
  lines.add('close(3');
  lines.result('0');
  lines.begin(tracee(7), false);
  lines.add(`chdir("${'x'.repeat(40)}"`);
  lines.result('0');
  expect(log.split('\n')).toEqual([
    'close(3)                                = 0',
    '[pid     7] close(3)                    = 0',
    `chdir("${'x'.repeat(40)}") = 0`,
    '',
  ]);
});

test('a line of another thread cuts an open one off', () => {
  let log = '';
  const lines = new StraceLines((text) => (log += text), 'always');
  const [first, second] = [tracee(7), tracee(12345)];
  lines.begin(first, true);
  lines.add('wait4(-1, ');
  lines.begin(second, true);
  lines.end('+++ exited with 0 +++');
  expect(lines.isOpen(first)).toBe(false);
  expect(log).toBe('7     wait4(-1,  <unfinished ...>\n12345 +++ exited with 0 +++\n');
});
