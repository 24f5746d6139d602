import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Outcome, ring3 } from '../support/run.js';
import { badFiles, writeBadFiles } from './bad-files.js';

vi.setConfig({ testTimeout: 60_000 });

let folder = '';
beforeAll(() => writeBadFiles((folder = mkdtempSync(join(tmpdir(), 'ring3-')))));
afterAll(() => rmSync(folder, { recursive: true }));

/** Ring3's own complaint: nothing on stdout, one line on stderr. */
function expectOneLine(outcome: Outcome, status: number, message: RegExp): void {
  expect(outcome.stderr).toMatch(/^ring3: [^\n]+\n$/);
  expect(outcome.stderr.slice(0, -1)).toMatch(message);
  expect(outcome.stdout).toBe('');
  expect(outcome.status).toBe(status);
}

describe('files that are no programs', () => {
  for (const { name, status, message } of badFiles) {
    test(name, async () => expectOneLine(await ring3(['run', `./${name}`], { cwd: folder }), status, message));
  }
  test('a directory', async () => expectOneLine(await ring3(['run', './folder'], { cwd: folder }), 126, /is a directory$/));
  test('with --root / there is no hint at --root /', async () => {
    const outcome = await ring3(['run', '--root', '/', './no-interpreter'], { cwd: folder });
    expectOneLine(outcome, 127, /interpreter \S+ is not in the guest$/);
  });
});

/** Command lines, with the exit status and what the line says. */
const commandLines: readonly [args: string[], status: number, message: RegExp][] = [
  [[], 125, /no command/],
  [['fly'], 125, /'fly' is not a command: run, strace/],
  [['run'], 125, /no program to run/],
  [['run', '--stats'], 125, /no program to run/],
  [['run', 'no-such-program'], 127, /no-such-program: not found in the guest's PATH .*--root \//],
  [['run', './no-such-file'], 127, /not found in the guest .*--root \//],
  [['run', '--root', '/', './no-such-file'], 127, /not found in the guest$/],
  [['run', '/tmp'], 126, /is a directory/],
  [['run', '/etc/passwd'], 126, /permission denied/],
  [['run', '--bogus', 'true'], 125, /Unknown option '--bogus'/],
  [['run', '-x', 'true'], 125, /Unknown option '-x'/],
  [['run', '--root'], 125, /--root.* argument missing/],
  [['run', '--root', '/no/such', 'true'], 125, /--root \/no\/such: no such file or directory/],
  [['run', '--root', '/etc/passwd', 'true'], 125, /neither a folder, a tar archive nor an image/],
  [['run', '-v', '/tmp', 'true'], 125, /-v: '\/tmp' is not HOST:GUEST/],
  [['run', '-v', '/no/such:/mnt', 'true'], 125, /-v \/no\/such: no such file or directory/],
  [['run', '-v', '/tmp:mnt', 'true'], 125, /absolute GUEST/],
  [['run', '-w', '/no/such', 'true'], 125, /-w \/no\/such: no such directory in the guest/],
  [['run', '-u', 'me', 'true'], 125, /-u: 'me' is not UID/],
  [['run', '-m', 'much', 'true'], 125, /--memory: 'much' is not a size/],
  [['run', '-m', '1k', 'true'], 125, /--memory: 1k is too little/],
  [['run', '--ulimit', 'nofile=x', 'true'], 125, /--ulimit: 'nofile=x' is not NAME=SOFT/],
  [['run', '--ulimit', 'files=3', 'true'], 125, /--ulimit: 'files' is not one of cpu,/],
  [['run', '--timeout', 'soon', 'true'], 125, /--timeout: 'soon' is not a duration/],
  [['run', '--max-insns', '-3', 'true'], 125, /--max-insns/],
  [['run', '--max-insns=1.5', 'true'], 125, /--max-insns: '1.5' is not a whole number/],
  [['run', '--aslr', 'maybe', 'true'], 125, /--aslr: 'maybe' is not one of on, off/],
  [['run', '--layout', 'wide', 'true'], 125, /--layout: 'wide' is not one of compact, linux/],
  [['run', '--clock', 'slow', 'true'], 125, /--clock: 'slow' is not one of real, virtual/],
  [['run', '--seed', 'x', 'true'], 125, /--seed: 'x' is not a whole number/],
  [['run', '--stats=xml', 'true'], 125, /--stats: 'xml' is not one of text, json/],
];

describe('command lines', () => {
  for (const [args, status, message] of commandLines) {
    test(['ring3', ...args].join(' '), async () => expectOneLine(await ring3(args), status, message));
  }
  test('a base image that is none', async () => {
    expectOneLine(await ring3(['run', 'true'], { env: { RING3_IMAGE: '/no/such' } }), 125, /\/no\/such is no base image/);
  });
});
