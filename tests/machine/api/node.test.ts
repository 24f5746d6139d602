import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, test, vi } from 'vitest';
import { root } from '../../support/run.js';
import { haveBusybox } from '../programs.js';

vi.setConfig({ testTimeout: 180_000 });

const machineModule = new URL('../../../packages/machine/dist/index.js', import.meta.url).href;

interface Ended {
  code: number | null;
  signal: string | null;
  stdout: string;
  stderr: string;
  ms: number;
}

/** A script in a Node of its own; killed after `limit` milliseconds. */
function node(script: string, limit = 30_000, flags: readonly string[] = []): Promise<Ended> {
  const began = performance.now();
  const child = spawn(process.execPath, [...flags, '--input-type=module', '-e', script], {
    cwd: root,
    timeout: limit,
    killSignal: 'SIGKILL',
  });
  const texts = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (texts.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (texts.stderr += text));
  return new Promise((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal, ...texts, ms: performance.now() - began }));
  });
}

const start = (body: string): string => `import { Machine } from ${JSON.stringify(machineModule)};\n${body}`;
const sh = (script: string, options = ''): string =>
  `await machine.spawn('/bin/busybox', ['sh', '-c', ${JSON.stringify(script)}], { ${options} })`;

describe.skipIf(!haveBusybox)('a Node script', () => {
  test('of ten lines, from the README', async () => {
    const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8');
    const example = /```js\n(import \{ Machine \} from '@ring3\/machine';[^]*?)```/.exec(readme)?.[1];
    expect(example?.trimEnd().split('\n').length).toBeLessThanOrEqual(10);
    const { stdout, stderr, code } = await node(example!.replace("'@ring3/machine'", JSON.stringify(machineModule)));
    expect(stderr).toBe('');
    expect(stdout).toContain('x86_64');
    expect(code).toBe(0);
  });

  for (const worker of [true, false]) {
    const create = (options = ''): string =>
      `const machine = await Machine.create({ root: '/', memory: 64 << 20, worker: ${worker}, ${options} });`;
    const mode = worker ? 'worker' : 'inline';

    test(`ends where nothing runs, though it does not close its machine (${mode})`, async () => {
      const { code, stdout, stderr } = await node(
        start(`${create()} await (${sh('echo hi', `stdout: 'ignore'`)}).exited; console.log(machine.state);`),
        20_000,
      );
      expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: 'exited\n', stderr: '' });
    });

    test(`goes on while a process runs (${mode})`, async () => {
      const { code, stdout } = await node(
        start(`${create()} const p = ${sh('sleep 0.5; exit 3')}; void p.exited.then(({ code }) => console.log(code));`),
      );
      expect({ code, stdout }).toEqual({ code: 0, stdout: '3\n' });
    });

    test(`sees no unhandled rejection, whatever it does not wait for (${mode})`, async () => {
      const body = `${create()}
        const p = ${sh('cat; sleep 100', 'stdin: "x".repeat(1000)')};
        const q = ${sh('sleep 100')};
        const reader = q.stdout.getReader(); reader.read().catch(() => {});
        const writer = q.stdin.getWriter(); writer.write(new Uint8Array(10)).catch(() => {});
        void p.exited; machine.trace({ events: ['mm'] }).next(); const t = machine.trace({ events: ['bad'] }); t.return();
        machine.on('exit', () => {});
        await machine.close();
        await new Promise((resolve) => setTimeout(resolve, 100));
        console.log('end');`;
      const { code, stdout, stderr } = await node(start(body));
      expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: 'end\n', stderr: '' });
    });

    test(`creates and closes 200 machines and is no larger for it (${mode})`, async () => {
      const body = `import { readdirSync } from 'node:fs';
        const use = () => { gc(); const { heapUsed, external, rss } = process.memoryUsage(); return { heap: heapUsed / 1e6, rss: rss / 1e6, fds: readdirSync('/proc/self/fd').length, listeners: process.listenerCount('exit') }; };
        const cycle = async () => { ${create()} await (${sh('echo hi', `stdout: 'collect'`)}).exited; await machine.close(); };
        const some = async (n) => { for (let i = 0; i < n; i += 4) await Promise.all([cycle(), cycle(), cycle(), cycle()]); };
        await some(20);
        const before = use();
        await some(200);
        await new Promise((resolve) => setTimeout(resolve, 100));
        console.log(JSON.stringify({ before, after: use() }));`;
      const { code, stdout, stderr } = await node(start(body), 170_000, ['--expose-gc']);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      const { before, after } = JSON.parse(stdout) as Record<
        'before' | 'after',
        { heap: number; rss: number; fds: number; listeners: number }
      >;
      expect(after.fds).toBeLessThanOrEqual(before.fds + 2);
      expect(after.listeners).toBe(before.listeners);
      expect(after.heap).toBeLessThan(before.heap + 4);
      expect(after.rss).toBeLessThan(before.rss + 80);
    });
  }
});
