import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { expect, test, vi } from 'vitest';
import { ring3, root } from '../support/run.js';

vi.setConfig({ testTimeout: 60_000 });

const script = 'trap "echo caught" USR1; kill -USR1 $$; kill -WINCH $$; kill -SEGV $$';

interface Event {
  step: string;
  signal: string | null;
  pid: number;
  tid: number;
  text: string;
  frame?: { name: string; address: string }[];
  fault?: { instruction: string; trapno: number; address: string };
}

const eventsOf = (text: string): Event[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Event);

test('a timeline on stderr, the program’s own output on stdout', async () => {
  const { stdout, stderr, status } = await ring3(['signals', 'sh', '-c', script]);
  expect(stdout).toBe('caught\n');
  expect(status).toBe(139);
  expect(stderr).toMatch(
    /^ +\d+\.\d{6} \d+ +SIGUSR1 +generate +by process \d+, for the process: pending; \{si_signo=SIGUSR1, si_code=SI_USER/m,
  );
  expect(stderr).toMatch(/^ +\S+ \d+ +SIGUSR1 +deliver +handler 0x[0-9a-f]+, flags SA_RESTORER/m);
  const drawn = Buffer.from(stderr, 'latin1').toString();
  expect(drawn).toMatch(/^ +┌ +0x[0-9a-f]+ +rsp/m);
  expect(drawn).toMatch(/^ +└ +0x[0-9a-f]+ +return +to the restorer 0x[0-9a-f]+$/m);
  expect(stderr).toMatch(/ sigreturn from the frame at 0x[0-9a-f]+: rip /);
  expect(stderr).toMatch(/SIGWINCH +generate +by process \d+, for the process: ignored;/);
  expect(stderr).toMatch(/SIGSEGV +default +default action: ends the process, with a core file/);
  expect(stderr).toMatch(/SIGSEGV +exit +killed the process\n$/);
});

test('--json: an object per line', async () => {
  const { stderr } = await ring3(['signals', '--json', 'sh', '-c', script]);
  const events = eventsOf(stderr);
  expect(events.filter(({ signal, step }) => signal === 'SIGUSR1' || step === 'sigreturn').map(({ step }) => step)).toEqual([
    'generate',
    'deliver',
    'frame',
    'sigreturn',
  ]);
  const frame = events.find(({ step }) => step === 'frame')!.frame!;
  expect(frame.map(({ name }) => name)).toEqual(['rsp', 'fpstate', 'siginfo', 'uc_sigmask', 'uc_mcontext', 'ucontext', 'return']);
  const addresses = frame.map(({ address }) => Number(address));
  expect(addresses).toEqual(addresses.toSorted((a, b) => b - a));
});

test('a signal is generated before it ends the process', async () => {
  const { stderr, status } = await ring3(['signals', '--json', 'sh', '-c', 'kill -TERM $$']);
  expect(eventsOf(stderr).map(({ step }) => step)).toEqual(['generate', 'default', 'exit']);
  expect(status).toBe(128 + 15);
});

test('-o FILE; a fault is shown with its instruction; a restart decision with its kind', async () => {
  const folder = mkdtempSync(`${tmpdir()}/ring3-signals-`);
  try {
    const file = `${folder}/timeline`;
    const { stderr, status } = await ring3(['signals', '--json', '-o', file, `${root}.cache/guest/signals.static`]);
    expect([stderr, status]).toEqual(['', 0]);
    const events = eventsOf(readFileSync(file, 'utf8'));
    const fault = events.find((event) => event.fault?.trapno === 14)!;
    expect(fault.text).toContain('by #PF page fault (write) at 0x');
    expect(fault.fault!.instruction).toMatch(/^mov DWORD PTR .*,0x1$/);
    const restarts = events.filter(({ step }) => step === 'restart').map(({ text }) => text);
    expect(restarts).toContain('read was interrupted (ERESTARTSYS); after the handler: it ends with EINTR');
    expect(restarts).toContain('read was interrupted (ERESTARTSYS); after the handler: it is made again');
    expect(restarts).toContain('clock_nanosleep was interrupted (ERESTART_RESTARTBLOCK); after the handler: it ends with EINTR');
    expect(restarts).toContain('rt_sigsuspend was interrupted (ERESTARTNOHAND); after the handler: it ends with EINTR');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('errors: one line', async () => {
  expect(await ring3(['signals', '-o', '/no/such/file', 'true'])).toMatchObject({
    stderr: 'ring3: -o /no/such/file: ENOENT\n',
    status: 125,
  });
  expect(await ring3(['signals'])).toMatchObject({ stdout: '', status: 125 });
});
