import { spawn, spawnSync } from 'node:child_process';
import { expect, test, vi } from 'vitest';
import { native, type Outcome, ring3, root } from '../support/run.js';

vi.setConfig({ testTimeout: 60_000 });

/** A script of this system's shell in which $RING3 is the command. */
function shell(script: string): Promise<Outcome> {
  return native(['bash', '-c', script], { env: { RING3: `${process.execPath} ${root}packages/cli/bin/ring3.js` } });
}

test('input through a pipe, from a file, none at all', async () => {
  expect(
    await shell('echo hi | $RING3 run cat; $RING3 run wc -c <package.json | cmp - <(wc -c <package.json); $RING3 run cat </dev/null'),
  ).toEqual({
    stdout: 'hi\n',
    stderr: '',
    status: 0,
  });
});

test('input that the guest does not want stays for others', async () => {
  const { stdout } = await shell('printf "one\\ntwo\\n" | { $RING3 run true; cat; }');
  expect(stdout).toBe('one\ntwo\n');
});

test('32 MiB both ways through pipes, in order and without growing', async () => {
  const script =
    'head -c 33554432 /dev/urandom >$d/in; cat $d/in | /usr/bin/env -i $RING3 run sh -c "cat; grep VmHWM /proc/self/status >/dev/null" | cmp - $d/in && echo same';
  const { stdout, stderr } = await shell(`d=$(mktemp -d); ${script}; rm -r $d`);
  expect({ stdout, stderr }).toEqual({ stdout: 'same\n', stderr: '' });
});

test('a slow reader makes the guest wait, not grow', async () => {
  const { stdout } = await shell('$RING3 run sh -c "seq 1 300000; echo last" | { sleep 1; tail -n 1; }');
  expect(stdout).toBe('last\n');
});

test('stdout and stderr in one pipe keep their order', async () => {
  const { stdout } = await shell('$RING3 run sh -c "for i in 1 2 3 4 5 6; do echo out \\$i; echo err \\$i >&2; done" 2>&1 | cat');
  expect(stdout).toBe([1, 2, 3, 4, 5, 6].map((i) => `out ${i}\nerr ${i}\n`).join(''));
});

test('a reader that leaves: SIGPIPE for the guest', async () => {
  expect(await shell('$RING3 run yes | head -n 1; echo ${PIPESTATUS[0]}')).toEqual({ stdout: 'y\n141\n', stderr: '', status: 0 });
});

test('a reader that leaves: EPIPE for a guest that ignores SIGPIPE', async () => {
  const { stdout, stderr } = await shell(`$RING3 run sh -c 'trap "" PIPE; yes; echo $? >&2' | head -n 1`);
  expect({ stdout, stderr }).toEqual({ stdout: 'y\n', stderr: 'yes: standard output: Broken pipe\n1\n' });
});

test('a full disk behind stdout is an error of the guest', async () => {
  expect((await shell(`$RING3 run cat /etc/passwd >/dev/full`)).stderr).toBe('cat: write error: No space left on device\n');
});

test('a closed stderr disturbs nobody', async () => {
  expect(await shell('$RING3 run ls /no/such 2>&-; echo $?; $RING3 run no-such 2>&-; echo $?')).toEqual({
    stdout: '2\n127\n',
    stderr: '',
    status: 0,
  });
});

/** Runs ring3, sends the signal once the guest has printed something, and returns how it ended and after how long. */
function signalled(signal: NodeJS.Signals, args: string[]): Promise<{ stdout: string; status: number | null; ms: number }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [`${root}packages/cli/bin/ring3.js`, 'run', ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
    let stdout = '';
    let sent = 0;
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString();
      if (sent) return;
      sent = Date.now();
      child.kill(signal);
    });
    child.on('close', (status) => resolve({ stdout, status, ms: Date.now() - sent }));
  });
}

test('SIGINT reaches the whole job', async () => {
  const { status, ms } = await signalled('SIGINT', ['bash', '-c', 'echo up; sleep 30; echo no']);
  expect(status).toBe(130);
  expect(ms).toBeLessThan(5_000);
});

test('SIGTERM reaches the program, which may handle it', async () => {
  const script = 'trap "echo caught; exit 3" TERM; echo up; while :; do :; done';
  expect(await signalled('SIGTERM', ['sh', '-c', script])).toMatchObject({ stdout: 'up\ncaught\n', status: 3 });
});

test('after the program has ended, a signal ends what it left behind', async () => {
  const { status, ms } = await signalled('SIGINT', ['sh', '-c', 'sleep 30 & echo up']);
  expect(status).toBe(0);
  expect(ms).toBeLessThan(5_000);
});

test('what a background job still writes is waited for', async () => {
  expect(await ring3(['run', 'sh', '-c', '(sleep 0.3; echo late) & echo soon'])).toEqual({ stdout: 'soon\nlate\n', stderr: '', status: 0 });
});

test('/dev/null as input is ready at once', async () => {
  const script = 'if read -t 0; then echo ready; fi; readlink /proc/self/fd/0; read x; echo $?';
  const command = [process.execPath, `${root}packages/cli/bin/ring3.js`, 'run', 'bash', '-c', script];
  const done = spawnSync(command[0]!, command.slice(1), { stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8' });
  expect(done.stdout).toBe('ready\n/dev/null\n1\n');
});
