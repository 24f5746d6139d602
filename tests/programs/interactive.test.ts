import { spawn } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { have, root } from '../support/run.js';

type Step = ['send', string] | ['wait', string] | ['pause', number] | ['resize', number, number];

interface Session {
  output: string;
  status: number;
  /** Texts that were waited for and did not come. */
  missing: string[];
  /** The terminal's modes are what they were. */
  restored: boolean;
}

/** Drives a program on a terminal of 24 × 80, natively or in Ring3 (tests/support/drive_terminal.py). */
function drive(where: 'native' | 'ring3', argv: readonly string[], steps: readonly Step[]): Promise<Session> {
  const env = { PATH: '/usr/bin:/bin', HOME: '/nonexistent', TERM: 'dumb', PS1: '$ ', LC_ALL: 'C.UTF-8', HISTFILE: '' };
  const options = Object.entries(env).flatMap(([name, value]) => ['-e', `${name}=${value}`]);
  const ring3 = [process.execPath, `${root}packages/cli/bin/ring3.js`, 'run', '--root', '/', ...options, '--'];
  const command = where === 'ring3' ? [...ring3, ...argv] : argv;
  return new Promise((resolve, reject) => {
    const child = spawn('python3', [`${root}tests/support/drive_terminal.py`, JSON.stringify(steps), ...command], {
      cwd: root,
      env: where === 'ring3' ? process.env : env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    child.on('error', reject);
    child.on('close', (code) => (code === 0 ? resolve(JSON.parse(text) as Session) : reject(new Error(`drive_terminal.py: ${code}`))));
  });
}

/** Both sides must show the same bytes and end alike. */
async function same(argv: readonly string[], steps: readonly Step[]): Promise<Session> {
  const [native, ours] = [await drive('native', argv, steps), await drive('ring3', argv, steps)];
  expect(ours).toEqual(native);
  expect(ours.missing).toEqual([]);
  return ours;
}

const bash = ['bash', '--norc', '--noprofile', '-i'];
const limit = { timeout: 120_000 };
const canDrive = have('python3');

describe.runIf(canDrive && have('bash'))('an interactive bash is as on a native terminal', () => {
  test('prompt, echo and editing, ^D', limit, async () => {
    const { status } = await same(bash, [
      ['wait', '$ '],
      ['send', 'echo hallp\x7fo\r'],
      ['wait', 'hallo\r\n$ '],
      ['send', '(exit 7)\r'],
      ['wait', '$ '],
      ['send', '\x04'],
    ]);
    expect(status).toBe(7);
  });

  test('^C ends a program, not the shell', limit, async () => {
    await same(bash, [
      ['wait', '$ '],
      ['send', 'sleep 100\r'],
      ['pause', 1],
      ['send', '\x03'],
      ['wait', '$ '],
      ['send', 'echo status $?\r'],
      ['wait', 'status 130'],
      ['wait', '$ '],
      ['send', 'exit 3\r'],
    ]);
  });

  test('^Z, jobs, fg', limit, async () => {
    await same(bash, [
      ['wait', '$ '],
      ['send', 'sleep 50\r'],
      ['pause', 1],
      ['send', '\x1a'],
      ['wait', 'Stopped'],
      ['wait', '$ '],
      ['send', 'jobs\r'],
      ['wait', 'Stopped'],
      ['wait', '$ '],
      ['send', 'fg\r'],
      ['wait', 'sleep 50'],
      ['pause', 1],
      ['send', '\x03'],
      ['wait', '$ '],
      ['send', 'exit\r'],
    ]);
  });

  test('the size of the window, and its changes', limit, async () => {
    await same(bash, [
      ['wait', '$ '],
      ['send', 'stty size\r'],
      ['wait', '24 80'],
      ['wait', '$ '],
      ['resize', 40, 100],
      ['pause', 1],
      ['send', 'stty size\r'],
      ['wait', '40 100'],
      ['wait', '$ '],
      ['send', 'exit\r'],
    ]);
  });
});

describe.runIf(canDrive)('terminals in Ring3', () => {
  test.runIf(have('busybox'))('vi opens and quits', limit, async () => {
    const session = await drive(
      'ring3',
      ['busybox', 'vi', '/etc/hostname'],
      [
        ['wait', '/etc/hostname'],
        ['pause', 0.5],
        ['send', ':q!\r'],
      ],
    );
    expect(session).toMatchObject({ status: 0, missing: [], restored: true });
  });

  test('the modes are those of a new terminal', limit, async () => {
    const session = await drive('ring3', ['stty', '-a'], []);
    // A console knows that its terminal shows UTF-8.
    const native = await drive('native', ['sh', '-c', 'stty iutf8 hupcl; stty -a'], []);
    expect(session.output).toBe(native.output);
  });

  test('a program that dies leaves the terminal as it was', limit, async () => {
    const session = await drive('ring3', ['sh', '-c', 'stty raw -echo; kill -9 $$'], []);
    expect(session).toMatchObject({ status: 137, restored: true });
  });

  test('a pty of the guest', limit, async () => {
    const steps: Step[] = [['wait', '/dev/pts/']];
    const program = ['python3', '-c', 'import pty; pty.spawn(["sh", "-c", "tty; stty size; exit 3"])'];
    const session = await drive('ring3', program, steps);
    expect(session.output.replace(/\d+\r/, 'N\r')).toBe('/dev/pts/N\r\n0 0\r\n');
    expect(session).toMatchObject({ missing: [], restored: true });
  });
});
