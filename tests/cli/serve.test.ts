import { type ChildProcess, spawn } from 'node:child_process';
import * as fs from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { ring3, root } from '../support/run.js';

vi.setConfig({ testTimeout: 60_000 });

let base = '';
const children: ChildProcess[] = [];

beforeAll(() => {
  base = fs.mkdtempSync(join(tmpdir(), 'ring3-serve-'));
  for (const folder of ['site/sub', 'site/.git', 'site/chunks', 'outside', 'site-too'])
    fs.mkdirSync(join(base, folder), { recursive: true });
  const files: Record<string, string> = {
    'site/index.html': '<p>',
    'site/a.wasm': 'wasm',
    'site/a.mjs': 'js',
    'site/index.json': '{}',
    'site/sub/index.html': '<b>',
    'site/sub/with space.txt': 'space',
    'site/.git/config': 'secret',
    'site/chunks/0123456789abcdef0123456789abcdef.gz': 'chunk',
    'outside/secret.txt': 'secret',
    'site-too/secret.txt': 'secret',
  };
  for (const [name, text] of Object.entries(files)) fs.writeFileSync(join(base, name), text);
  fs.symlinkSync('../outside/secret.txt', join(base, 'site/leads-out.txt'));
  fs.symlinkSync('../outside', join(base, 'site/leads-out'));
  fs.symlinkSync('a.mjs', join(base, 'site/leads-in.js'));
});
afterAll(() => fs.rmSync(base, { recursive: true, force: true }));
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

/** Starts a server; its URL is the first line that it prints. */
function serve(...args: string[]): Promise<{ url: string; child: ChildProcess }> {
  const child = spawn(process.execPath, [`${root}packages/cli/bin/ring3.js`, 'serve', join(base, 'site'), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  return new Promise((resolve, reject) => {
    child.stdout.once('data', (data: Buffer) => resolve({ url: data.toString().trim(), child }));
    child.once('exit', (code) => reject(new Error(`ended with ${code}`)));
  });
}

interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

/** A request whose path goes out as it is. */
function get(
  url: string,
  path: string,
  { method = 'GET', headers = {} }: { method?: string; headers?: Record<string, string> } = {},
): Promise<Answer> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, path, method, headers, agent: false }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', () => resolve({ status: response.statusCode!, headers: response.headers, body: Buffer.concat(parts).toString() }));
    });
    sent.on('error', reject);
    sent.end();
  });
}

describe('ring3 serve', () => {
  test('files with their types, folders with their index', async () => {
    const { url } = await serve('--port', '0');
    expect(url).toMatch(/^http:\/\/localhost:\d+\/$/);
    for (const [path, type, body] of [
      ['/', 'text/html; charset=utf-8', '<p>'],
      ['/index.html?query=1', 'text/html; charset=utf-8', '<p>'],
      ['/a.wasm', 'application/wasm', 'wasm'],
      ['/a.mjs', 'text/javascript; charset=utf-8', 'js'],
      ['/leads-in.js', 'text/javascript; charset=utf-8', 'js'],
      ['/index.json', 'application/json', '{}'],
      ['/sub/', 'text/html; charset=utf-8', '<b>'],
      ['/sub/with%20space.txt', 'text/plain; charset=utf-8', 'space'],
      ['/chunks/0123456789abcdef0123456789abcdef.gz', 'application/gzip', 'chunk'],
    ] as const) {
      const answer = await get(url, path);
      expect(answer).toMatchObject({ status: 200, body });
      expect(answer.headers['content-type']).toBe(type);
      expect(answer.headers['content-encoding']).toBeUndefined();
      expect(answer.headers['cross-origin-opener-policy']).toBeUndefined();
    }
    const chunk = await get(url, '/chunks/0123456789abcdef0123456789abcdef.gz');
    expect(chunk.headers['cache-control']).toContain('immutable');
    expect(await get(url, '/sub?x')).toMatchObject({ status: 301, headers: { location: './sub/?x' } });
    const first = await get(url, '/a.mjs');
    expect(await get(url, '/a.mjs', { headers: { 'If-None-Match': String(first.headers['etag']) } })).toMatchObject({
      status: 304,
      body: '',
    });
    expect(await get(url, '/a.mjs', { method: 'HEAD' })).toMatchObject({ status: 200, body: '', headers: { 'content-length': '2' } });
    expect((await get(url, '/a.mjs', { method: 'POST' })).status).toBe(405);
  });

  test('nothing outside the folder, and nothing hidden', async () => {
    const { url } = await serve('--port', '0');
    for (const path of [
      '/../outside/secret.txt',
      '/%2e%2e/outside/secret.txt',
      '/sub/..%2f..%2foutside/secret.txt',
      '/..%5coutside%5csecret.txt',
      '/../site-too/secret.txt',
      '//outside/secret.txt',
      '/leads-out.txt',
      '/leads-out/secret.txt',
      '/leads-out',
      '/.git/config',
      '/none',
      '/index.html/',
      `${base}/outside/secret.txt`,
    ]) {
      const answer = await get(url, path);
      expect([path, answer.status]).toEqual([path, 404]);
      expect(answer.body).not.toContain('secret');
    }
    expect((await get(url, '/%ff%zz')).status).toBe(400);
    expect((await get(url, '/a%00.mjs')).status).toBe(400);
    expect((await get(url, '/a.mjs', { headers: { Host: 'other.example' } })).status).toBe(403);
  });

  test('--coi isolates; a port that is taken is said; SIGTERM ends it', async () => {
    const { url, child } = await serve('--port', '0', '--coi');
    expect((await get(url, '/')).headers).toMatchObject({
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-embedder-policy': 'require-corp',
    });
    const { port } = new URL(url);
    expect(await ring3(['serve', '--port', port, base])).toEqual({ stdout: '', stderr: `ring3: port ${port} is in use\n`, status: 125 });
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
  });

  test('errors are one line', async () => {
    for (const [args, message] of [
      [[join(base, 'none')], 'no such file or directory'],
      [[join(base, 'site/a.mjs')], 'not a folder'],
      [['--port', 'x'], 'not a whole number'],
      [['--port', '70000'], 'is no port'],
      [['a', 'b'], 'one DIR'],
    ] as const) {
      const outcome = await ring3(['serve', ...args]);
      expect(outcome.status).toBe(125);
      expect(outcome.stderr).toMatch(/^ring3: [^\n]+\n$/);
      expect(outcome.stderr).toContain(message);
    }
  });
});
