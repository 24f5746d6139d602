import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Exit, Machine, type MachineError, type MachineOptions, type Progress } from '../../packages/machine/dist/index.js';
import { ImageServer } from '../support/image-server.js';
import { ring3, root } from '../support/run.js';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

interface Index {
  blobBytes: number;
  chunks: { bytes: number; names: string[] };
  nodes: (number | string)[][];
}

let folder = '';
let server: ImageServer;
let index: Index;
const machines: Machine[] = [];
let warnings: MachineError[] = [];
let progress: Progress[] = [];

const haveImage = existsSync(`${root}.cache/base-image/index.json`);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ring3-lazy-'));
  const packed = await ring3(['pack', '--base', '-o', join(folder, 'image')]);
  expect(packed.status, packed.stderr).toBe(0);
  index = JSON.parse(readFileSync(join(folder, 'image/index.json'), 'utf8')) as Index;
  server = new ImageServer(join(folder, 'image'));
  await server.start();
});
afterAll(async () => {
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(() => {
  server.forget();
  warnings = [];
  progress = [];
});
afterEach(async () => {
  for (const machine of machines.splice(0)) await machine.close();
});

async function start(options: MachineOptions = {}): Promise<Machine> {
  const machine = await Machine.create({
    root: server.url,
    memory: 128 << 20,
    onWarning: (error) => void warnings.push(error),
    onProgress: (record) => void progress.push(record),
    ...options,
  });
  machines.push(machine);
  return machine;
}

async function run(machine: Machine, script: string): Promise<{ text: string; exit: Exit }> {
  const process = await machine.spawn('bash', ['-c', script], { stdin: 'null', stdout: 'collect', stderr: 'collect' });
  const exit = await process.exited;
  return { text: Buffer.from(exit.stdout!).toString() + Buffer.from(exit.stderr!).toString(), exit };
}

/** A file's node, its place in the blob, and its chunks' paths. */
function fileAt(path: string): { size: number; chunks: string[] } {
  let id = 0;
  for (const part of path.split('/').filter(Boolean)) {
    const fields = index.nodes[id]!;
    id = Number(fields[fields.indexOf(part, 5) + 1]);
  }
  const [size, offset] = index.nodes[id]!.slice(5).map(Number) as [number, number];
  const chunks: string[] = [];
  for (let n = Math.floor(offset / index.chunks.bytes); n * index.chunks.bytes < offset + size; n++)
    chunks.push(`/chunks/${index.chunks.names[n]!}`);
  return { size, chunks };
}

const SCRIPT = 'ls / | head -3; lua -e "print(6*7)"; cat /etc/hostname';
const OUTPUT = 'bin\nboot\ndev\n42\nring3\n';
const LIBRARY = '/usr/lib/x86_64-linux-gnu/libc.a';

describe.skipIf(!haveImage)('a folder of chunks', () => {
  test('fetches what is touched, each chunk once', async () => {
    const started = Date.now();
    const machine = await start();
    expect(server.requests).toEqual(['/index.json']);
    expect(await run(machine, SCRIPT)).toMatchObject({ text: OUTPUT, exit: { code: 0 } });
    expect(new Set(server.requests).size).toBe(server.requests.length);
    expect(server.chunkRequests.length).toBeLessThan(60);
    expect(server.bytes).toBeLessThan(6e6);
    expect(warnings).toEqual([]);
    const loaded = progress.filter(({ loaded, total }) => loaded === total).reduce((sum, record) => sum + record.loaded, 0);
    expect(loaded).toBe(server.bytes);
    console.info(
      `cold start of bash, ls, head, lua and cat: ${server.requests.length} requests, ${server.bytes} bytes, ${Date.now() - started} ms`,
    );
  });

  test('inline too', async () => {
    expect(await run(await start({ worker: false }), SCRIPT)).toMatchObject({ text: OUTPUT, exit: { code: 0 } });
  });

  test('from a slow server', async () => {
    server.delay = 60;
    expect(await run(await start(), SCRIPT)).toMatchObject({ text: OUTPUT, exit: { code: 0 } });
    expect(server.mostAtOnce).toBeLessThanOrEqual(6);
  });

  test('a large file comes ahead of who reads it', async () => {
    const machine = await start();
    await run(machine, 'wc -c </etc/hostname');
    server.forget();
    server.delay = 40;
    const { size, chunks } = fileAt(LIBRARY);
    expect(await run(machine, `cat ${LIBRARY} | wc -c`)).toMatchObject({ text: `${size}\n` });
    expect(server.mostAtOnce).toBeGreaterThan(1);
    expect(server.mostAtOnce).toBeLessThanOrEqual(6);
    for (const chunk of chunks.slice(1, -1)) expect(server.requests.filter((path) => path === chunk)).toHaveLength(1);
  });

  for (const behaviour of ['encode', 'unpack'] as const) {
    test(`from a server that unpacks (${behaviour})`, async () => {
      server.behave = (path) => (path.startsWith('/chunks/') ? behaviour : 'serve');
      expect(await run(await start(), SCRIPT)).toMatchObject({ text: OUTPUT, exit: { code: 0 } });
      expect(warnings).toEqual([]);
    });
  }

  for (const behaviour of ['reset', 'truncate', 'corrupt', 503, 429] as const) {
    test(`asks again after ${behaviour}`, async () => {
      const { chunks } = fileAt('/usr/bin/bash');
      server.behave = (path, times) => (chunks.includes(path) && times === 1 ? behaviour : 'serve');
      expect(await run(await start(), SCRIPT)).toMatchObject({ text: OUTPUT, exit: { code: 0 } });
      expect(warnings).toEqual([]);
    });
  }

  test('Retry-After is obeyed', async () => {
    server.headers = { 'Retry-After': '1' };
    const [chunk] = fileAt('/etc/hostname').chunks;
    server.behave = (path, times) => (path === chunk && times === 1 ? 503 : 'serve');
    const machine = await start();
    const before = Date.now();
    await machine.readFile('/etc/hostname');
    expect(Date.now() - before).toBeGreaterThan(950);
  });

  for (const [behaviour, times, why] of [
    [404, 1, '404 Not Found'],
    ['corrupt', 4, 'damaged'],
    ['reset', 4, 'other side closed'],
    ['truncate', 4, 'broke off'],
  ] as const) {
    test(`${behaviour} each time is an I/O error in the guest, and a warning`, async () => {
      const { chunks } = fileAt(LIBRARY);
      const bad = chunks[3]!;
      server.behave = (path) => (path === bad ? behaviour : 'serve');
      const machine = await start();
      const { text, exit } = await run(machine, `cat ${LIBRARY} >/dev/null; echo $?; ${SCRIPT}`);
      expect(text).toContain('Input/output error');
      expect(text.startsWith(`1\n${OUTPUT}`)).toBe(true);
      expect(exit.code).toBe(0);
      expect(server.requests.filter((path) => path === bad).length % times).toBe(0);
      expect(warnings).not.toEqual([]);
      for (const warning of warnings)
        expect(warning).toMatchObject({ id: 'fetch-failed', message: expect.stringContaining(bad) as string });
      expect(warnings[0]!.message).toContain(why);
      // The server has it again.
      server.behave = () => 'serve';
      expect((await run(machine, `cat ${LIBRARY} | wc -c`)).text).toBe(`${fileAt(LIBRARY).size}\n`);
    });
  }

  test('a page of a program that does not come is SIGBUS', async () => {
    const { chunks } = fileAt('/usr/bin/bash');
    server.behave = (path) => (chunks.indexOf(path) === 2 ? 404 : 'serve');
    const { exit } = await run(await start(), SCRIPT);
    expect(exit.signal).toBe('SIGBUS');
    expect(warnings[0]).toMatchObject({ id: 'fetch-failed' });
  });

  test('a program whose first page does not come cannot be executed', async () => {
    const [first] = fileAt('/usr/bin/lua5.4').chunks;
    server.behave = (path) => (path === first ? 404 : 'serve');
    const machine = await start();
    await expect(machine.spawn('/usr/bin/lua5.4')).rejects.toMatchObject({ id: 'not-executable', errno: 'EIO' });
    await vi.waitFor(() => expect(warnings).toHaveLength(1));
  });

  test('files are read from outside, and the error is theirs', async () => {
    const { size, chunks } = fileAt(LIBRARY);
    const machine = await start();
    const sum = createHash('sha256')
      .update(await machine.readFile(LIBRARY))
      .digest('hex');
    const local = await ring3(['run', 'sha256sum', LIBRARY]);
    expect(local.stdout).toContain(sum);
    const other = await start();
    server.behave = (path) => (path === chunks[5] ? 404 : 'serve');
    await expect(other.readFile(LIBRARY)).rejects.toMatchObject({ id: 'file-error', errno: 'EIO' });
    server.behave = () => 'serve';
    expect(await other.readFile(LIBRARY)).toHaveLength(size);
    expect(await other.readFile('/proc/version')).not.toHaveLength(0);
  });

  test('closing does not wait for what does not come', async () => {
    server.behave = (path) => (path.startsWith('/chunks/') ? 'stall' : 'serve');
    const machine = await start();
    const spawned = machine.spawn('bash').catch((error: unknown) => error);
    await new Promise((resolve) => setTimeout(resolve, 100));
    const before = Date.now();
    await machine.close();
    expect(await spawned).toMatchObject({ id: 'closed' });
    expect(Date.now() - before).toBeLessThan(1000);
  });

  test('closing ends what is being fetched, on this thread too', async () => {
    server.behave = (path) => (path.startsWith('/chunks/') ? 'stall' : 'serve');
    const machine = await start({ worker: false });
    const spawned = machine.spawn('bash').catch((error: unknown) => error);
    await vi.waitFor(() => expect(server.underWay).toBeGreaterThan(0));
    await machine.close();
    expect(await spawned).toMatchObject({ id: 'closed' });
    await vi.waitFor(() => expect(server.underWay).toBe(0));
    const { length } = server.requests;
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(server.requests).toHaveLength(length);
    expect(warnings).toEqual([]);
  });

  test('what is no image says so', async () => {
    const other = join(folder, 'image', 'other.json');
    const cases: [content: string, why: string][] = [
      ['<html>', 'no JSON'],
      ['{}', 'not an image index'],
      ['{"format":"ring3-image-9"}', 'ring3-image-9'],
      [JSON.stringify({ ...index, chunks: { ...index.chunks, names: index.chunks.names.slice(1) } }), 'chunks do not make up'],
      [
        JSON.stringify({ ...index, chunks: { ...index.chunks, names: index.chunks.names.map(() => '../../etc/passwd') } }),
        'no name of a chunk',
      ],
      [JSON.stringify({ ...index, chunks: undefined }), 'ring3 pack'],
    ];
    for (const [content, why] of cases) {
      writeFileSync(other, content);
      const odd = new ImageServer(join(folder, 'odd'));
      execFileSync('mkdir', ['-p', join(folder, 'odd')]);
      writeFileSync(join(folder, 'odd/index.json'), content);
      await odd.start();
      try {
        await expect(start({ root: odd.url })).rejects.toMatchObject({ id: 'bad-option', message: expect.stringContaining(why) as string });
      } finally {
        await odd.stop();
      }
    }
    await expect(start({ root: `${server.url}nowhere/` })).rejects.toMatchObject({
      id: 'fetch-failed',
      message: expect.stringContaining('404') as string,
    });
    expect(server.requests.filter((path) => path === '/nowhere/index.json')).toHaveLength(1);
  });

  test('on a disk: read as it is touched; a damaged chunk is an I/O error, and said', async () => {
    const copy = join(folder, 'copy');
    execFileSync('cp', ['-r', join(folder, 'image'), copy]);
    const { chunks } = fileAt(LIBRARY);
    writeFileSync(join(copy, chunks[4]!), 'rubbish');
    rmSync(join(copy, chunks[6]!));
    const { text, exit } = await run(
      await start({ root: copy }),
      `cat ${LIBRARY} >/dev/null; tail -c 4000000 ${LIBRARY} >/dev/null; ${SCRIPT}`,
    );
    expect(text.startsWith(OUTPUT)).toBe(true);
    expect(text.match(/Input\/output error/g)).toHaveLength(2);
    expect(exit.code).toBe(0);
    expect(warnings.map(({ message }) => message.replace(/^.*: /, ''))).toEqual([expect.stringContaining('damaged'), 'missing']);
  });
});

describe.skipIf(!haveImage)('ring3 run --root http://', () => {
  test('runs, and tells what did not come', async () => {
    expect(await ring3(['run', '--root', server.url, 'bash', '-c', SCRIPT])).toEqual({ stdout: OUTPUT, stderr: '', status: 0 });
    server.behave = (path) => (path === fileAt(LIBRARY).chunks[2] ? 404 : 'serve');
    const outcome = await ring3(['run', '--root', server.url, 'cat', LIBRARY]);
    expect(outcome.status).toBe(1);
    expect(outcome.stderr.split('\n').toSorted()).toEqual([
      '',
      `cat: ${LIBRARY}: Input/output error`,
      expect.stringMatching(/^ring3: http.*404/) as string,
    ]);
  });
  test('clear errors', async () => {
    const missing = await ring3(['run', '--root', `${server.url}no/`, 'true']);
    expect(missing).toMatchObject({ status: 125, stderr: `ring3: --root ${server.url}no/index.json: 404 Not Found\n` });
    const nobody = await ring3(['run', '--root', 'http://127.0.0.1:9/', 'true']);
    expect(nobody.status).toBe(125);
    expect(nobody.stderr).toMatch(/^ring3: --root http:\/\/127\.0\.0\.1:9\/index\.json: .+\n$/);
  });
});

describe.skipIf(!haveImage)('archives by URL', () => {
  const pack = async (name: string): Promise<string> => {
    const packed = await ring3(['pack', '--program', 'busybox', '-o', join(folder, 'image', name)]);
    expect(packed.status, packed.stderr).toBe(0);
    return join(folder, 'image', name);
  };
  const hello = async (machine: Machine): Promise<string> => {
    const process = await machine.spawn('busybox', ['echo', 'hello'], { stdout: 'collect', env: { PATH: '/usr/bin:/bin' } });
    return Buffer.from((await process.exited).stdout!).toString();
  };

  test('plain and compressed, with progress', async () => {
    const plain = await pack('box.tar');
    await pack('box.tar.gz');
    execFileSync('xz', ['-k', '-0', plain]);
    execFileSync('zstd', ['-q', '-k', plain]);
    for (const name of ['box.tar', 'box.tar.gz', 'box.tar.xz', 'box.tar.zst']) {
      progress = [];
      expect(await hello(await start({ root: `${server.url}${name}` }))).toBe('hello\n');
      const { length } = readFileSync(join(folder, 'image', name));
      expect(progress.length).toBeGreaterThan(2);
      for (const record of progress) expect(record).toMatchObject({ phase: 'image', file: `${server.url}${name}`, total: length });
      expect(progress.at(-1)!.loaded).toBe(length);
    }
  });

  test('integrity', async () => {
    const name = 'sum.tar.gz';
    const sum = createHash('sha256')
      .update(readFileSync(await pack(name)))
      .digest('base64');
    const good = { kind: 'archive', url: `${server.url}${name}`, integrity: `sha256-${sum}` } as const;
    expect(await hello(await start({ root: good }))).toBe('hello\n');
    const bad = { ...good, integrity: `sha256-${'A'.repeat(43)}=` };
    await expect(start({ root: bad })).rejects.toMatchObject({
      id: 'fetch-failed',
      message: expect.stringMatching(/integrity/i) as string,
    });
    const local = { ...good, url: join(folder, 'image', name) };
    expect(await hello(await start({ root: local }))).toBe('hello\n');
    await expect(start({ root: { ...bad, url: local.url } })).rejects.toMatchObject({
      id: 'fetch-failed',
      message: expect.stringContaining('integrity') as string,
    });
  });

  test('broken ones say what they are', async () => {
    const bytes = readFileSync(await pack('half.tar.gz'));
    writeFileSync(join(folder, 'image/half.tar.gz'), bytes.subarray(0, bytes.length / 2));
    for (const name of ['half.tar.gz', 'index.json', `chunks/${index.chunks.names[0]!}`])
      await expect(start({ root: `${server.url}${name}` })).rejects.toMatchObject({
        id: 'bad-option',
        message: expect.stringContaining(name) as string,
      });
  });
});

describe.skipIf(!haveImage)('files of the embedder', () => {
  test('bytes, blobs, URLs, paths, folders; programs may be executed', async () => {
    const script = '#!/bin/sh\necho script $0\n';
    const big = new Uint8Array(3_500_000).map((_, i) => i * 31);
    writeFileSync(join(folder, 'image/data.bin'), big);
    const machine = await start({
      files: [
        { path: '/work/script', content: new TextEncoder().encode(script) },
        { path: '/work/plain', content: new TextEncoder().encode('plain\n') },
        { path: '/work/secret', mode: 0o600, content: new TextEncoder().encode('secret\n') },
        { path: '/work/blob', content: new Blob([big]) },
        { path: '/work/empty-blob', content: new Blob([]) },
        { path: '/work/blob-script', content: new Blob([script]) },
        { path: '/work/fetched', content: { url: `${server.url}data.bin` } },
        { path: '/work/local', content: { url: join(folder, 'image/data.bin') } },
        { path: '/work/empty/' },
        { path: '/work/touched' },
        { path: '/etc/hostname', content: new TextEncoder().encode('renamed\n') },
      ],
    });
    const { text } = await run(
      machine,
      'cd /work; ./script; ./blob-script; ls -l | tail -n +2 | cut -c1-10,24-32 | tr "\\n" ";"; ls -d */; cat /etc/hostname; sha256sum blob fetched local | cut -c1-64 | uniq | wc -l; wc -c <blob',
    );
    expect(text).toMatch(/^script \.\/script\nscript \.\/blob-script\n/);
    expect(text).toContain('empty/\nrenamed\n1\n3500000\n');
    const modes = Object.fromEntries(
      await Promise.all(
        ['script', 'plain', 'secret', 'blob', 'blob-script'].map(
          async (name) => [name, (await machine.stat(`/work/${name}`)).mode] as const,
        ),
      ),
    );
    expect(modes).toEqual({ script: 0o755, plain: 0o644, secret: 0o600, blob: 0o644, 'blob-script': 0o755 });
    expect(progress).toContainEqual({ phase: 'file', file: `${server.url}data.bin`, loaded: big.length, total: big.length });
    expect(progress).toContainEqual({ phase: 'file', file: '/work/blob', loaded: 1 << 20, total: big.length });
  });

  test('what cannot be is refused', async () => {
    const content = new Uint8Array(1);
    await expect(start({ files: [{ path: 'relative', content }] })).rejects.toMatchObject({ id: 'bad-option' });
    await expect(start({ files: [{ path: '/folder/', content }] })).rejects.toMatchObject({ id: 'bad-option' });
    await expect(start({ files: [{ path: '/x', content: { url: `${server.url}none` } }] })).rejects.toMatchObject({ id: 'fetch-failed' });
    await expect(start({ files: [{ path: '/x', content: { url: '/nowhere/none' } }] })).rejects.toMatchObject({ id: 'not-found' });
    await expect(start({ files: [{ path: '/etc/hostname/x', content }] })).rejects.toMatchObject({ id: 'file-error', errno: 'ENOTDIR' });
  });
});
