import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ring3, root } from '../support/run.js';
import { useBrowser } from './support/browser.js';
import { htmlPage, outputOf, site, statusOf } from './support/machine-page.js';
import { type Disturbance, serve, type TestServer } from './support/server.js';

/** The base image as ring3 pack makes it for pages, from servers good and bad. */
const image = mkdtempSync(join(tmpdir(), 'ring3-e2e-image-'));
const haveImage = existsSync(`${root}.cache/base-image/index.json`);
let names: string[] = [];

beforeAll(async () => {
  if (!haveImage) return;
  const packed = await ring3(['pack', '--base', '-o', image]);
  expect(packed.status, packed.stderr).toBe(0);
  names = (JSON.parse(readFileSync(join(image, 'index.json'), 'utf8')) as { chunks: { names: string[] } }).chunks.names;
}, 60_000);
afterAll(() => rmSync(image, { recursive: true, force: true }));

const open = useBrowser({ args: ['--host-resolver-rules=MAP ring3.test 127.0.0.1'] });

const SCRIPT = 'ls / | head -2; lua -e "print(6*7)"; cat /etc/hostname';
const OUTPUT = 'bin\nboot\n42\nring3\n';
const BIG = '/usr/lib/x86_64-linux-gnu/libc.a';

function pageOf(script: string): string {
  const argv = `bash -c '${script}'`.replaceAll('"', '&quot;');
  return htmlPage(`<ring3-machine root="/image/" program="/bin/bash" argv="${argv}" autorun></ring3-machine>`);
}

function server(script: string, disturb?: (path: string) => Disturbance | undefined, host = 'localhost'): Promise<TestServer> {
  return serve({ folder: { ...site, '/image/': image }, pages: { '/': pageOf(script) }, host, ...(disturb ? { disturb } : {}) });
}

const chunksOf = (requests: readonly string[]): string[] => requests.filter((url) => url.startsWith('/image/chunks/'));

async function ran(page: Page, url: string, code = 0): Promise<void> {
  await page.goto(url);
  await statusOf(page, `exited with ${code}`);
}

describe.skipIf(!haveImage)('an image folder in a page', () => {
  test('is fetched as it is touched, and from the cache the second time', async () => {
    const { url, requests } = await server(SCRIPT);
    const { page, problems, transferred } = await open();
    await ran(page, url);
    expect(await outputOf(page)).toBe(OUTPUT);
    const first = chunksOf(requests);
    expect(new Set(first).size).toBe(first.length);
    expect(first.length).toBeLessThan(60);
    const bytes = transferred.filter((one) => one.url.includes('/image/')).reduce((sum, one) => sum + one.bytes, 0);
    console.info(`cold start in a page: ${first.length} chunks, ${bytes} bytes with the index`);
    await ran(page, url);
    expect(await outputOf(page)).toBe(OUTPUT);
    expect(chunksOf(requests)).toHaveLength(first.length);
    expect(problems).toEqual([]);
  });

  test('over plain http, where there is no crypto.subtle', async () => {
    const { url } = await server(SCRIPT, undefined, 'ring3.test');
    const { page, problems } = await open();
    await ran(page, url);
    expect(await outputOf(page)).toBe(OUTPUT);
    expect(problems).toEqual([]);
  });

  test('from a slow server', async () => {
    const { url } = await server(SCRIPT, (path) => (path.startsWith('/image/') ? { delay: 50 } : undefined));
    const { page } = await open();
    await ran(page, url);
    expect(await outputOf(page)).toBe(OUTPUT);
  });

  test.each([
    ['corrupt', { corrupt: true }],
    ['fail', { fail: true }],
    ['503', { status: 503 }],
  ] as const)('asks again, past the cache, after %s', async (_, once) => {
    const asked = new Map<string, number>();
    const { url } = await server(SCRIPT, (path) => {
      const times = (asked.get(path) ?? 0) + 1;
      asked.set(path, times);
      // Some of them: each costs a pause.
      return chunksOf([path]).length > 0 && names.indexOf(path.slice('/image/chunks/'.length)) % 5 === 0 && times === 1 ? once : undefined;
    });
    const { page } = await open();
    await ran(page, url);
    expect(await outputOf(page)).toBe(OUTPUT);
    expect([...asked.values()].some((times) => times === 2)).toBe(true);
  });

  test('a chunk that never comes whole is an I/O error in the guest; the rest goes on', async () => {
    // Chunks that only the large library has: none that the shell needs.
    const touched = new Set<string>();
    const { url } = await server(SCRIPT, (path) => (touched.add(path), undefined));
    const { page } = await open();
    await ran(page, url);
    const isBad = (path: string): boolean => chunksOf([path]).length > 0 && !touched.has(path);
    const bad = await server(`cat ${BIG} >/dev/null; echo status $?; ${SCRIPT}`, (path) => (isBad(path) ? { status: 404 } : undefined));
    const second = await open();
    await ran(second.page, bad.url);
    const output = await outputOf(second.page);
    expect(output).toContain('Input/output error');
    expect(output).toContain(`status 1\n${OUTPUT}`);
  });
});
