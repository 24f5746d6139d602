import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { useBrowser } from './support/browser.js';
import { bundle, bundleFiles, htmlPage, outputOf, site, statusOf } from './support/machine-page.js';
import { buildProgram } from './support/programs.js';
import { serve } from './support/server.js';

const hello = htmlPage('<ring3-machine src="/programs/hello" argv="hello one \'two three\'" autorun></ring3-machine>');
/** What a page may fetch until a program has run, the program itself apart. */
const FIRST_LOAD_BYTES = 250_000;

const open = useBrowser({ args: ['--host-resolver-rules=MAP ring3.test 127.0.0.1'] });
const scratch = mkdtempSync(join(tmpdir(), 'ring3-bundle-'));
beforeAll(() => void buildProgram('hello'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

test.each([
  ['without special headers', {}],
  ['with COOP and COEP', { isolated: true }],
])('one script tag and one element run a program: a server %s', async (_, options) => {
  const server = await serve({ folder: site, pages: { '/': hello }, ...options });
  const { page, problems } = await open();
  await page.goto(server.url);
  await statusOf(page, 'exited with 3');
  expect(await outputOf(page)).toBe('hello one two three\n');
  expect(await page.evaluate(() => crossOriginIsolated)).toBe('isolated' in options);
  expect(problems).toEqual([]);
});

test('plain http, which is no secure context', async () => {
  const server = await serve({ folder: site, pages: { '/': hello }, host: 'ring3.test' });
  const { page, problems } = await open();
  await page.goto(server.url);
  await statusOf(page, 'exited with 3');
  expect(await page.evaluate(() => [isSecureContext, typeof crypto.subtle])).toEqual([false, 'undefined']);
  expect(problems).toEqual([]);
});

test('a query after the name of the script: nothing is loaded twice', async () => {
  const page1 = htmlPage('<ring3-machine src="/programs/hello" autorun></ring3-machine>', '/ring3/ring3.js?v=1');
  const server = await serve({ folder: site, pages: { '/': page1 } });
  const { page, problems } = await open();
  await page.goto(server.url);
  await statusOf(page, 'exited with 0');
  expect(server.requests.filter((url) => url.includes('ring3.js'))).toEqual(['/ring3/ring3.js?v=1']);
  expect(problems).toEqual([]);
});

test('from another origin, as from a CDN: with an archive as root, whose reader is fetched then', async () => {
  const cdn = await serve({ folder: bundle, cors: true });
  const body = '<ring3-machine root="/programs/root.tar" program="/bin/hello" autorun></ring3-machine>';
  mkdirSync(join(scratch, 'root/bin'), { recursive: true });
  copyFileSync(buildProgram('hello'), join(scratch, 'root/bin/hello'));
  spawnSync('tar', ['cf', join(scratch, 'root.tar'), '-C', join(scratch, 'root'), '.']);
  const server = await serve({ folder: { '/programs/': scratch }, pages: { '/': htmlPage(body, `${cdn.url}/ring3.js`) } });
  const { page, problems } = await open();
  await page.goto(server.url.replace('localhost', '127.0.0.1'));
  await statusOf(page, 'exited with 0');
  expect(await outputOf(page)).toBe('hello\n');
  expect(cdn.requests.toSorted()).toEqual(['/core.wasm', '/ring3-image.js', '/ring3.js']);
  expect(problems).toEqual([]);
});

test('worker="off" runs the engine on the page, and tells errors as a worker does', async () => {
  const body = `<ring3-machine id="runs" src="/programs/hello" worker="off" autorun></ring3-machine>
    <ring3-machine id="fails" program="/no/such" worker="off" autorun></ring3-machine>`;
  const server = await serve({ folder: site, pages: { '/': htmlPage(body, '/ring3/ring3.js?v=2') } });
  const { page, problems } = await open();
  await page.goto(server.url);
  await statusOf(page, 'exited with 0', '#runs');
  await statusOf(page, 'failed', '#fails');
  expect(await page.locator('#fails [part=error]').innerText()).toMatch(/\/no\/such/);
  expect(server.requests).toContain('/ring3/ring3-inline.js');
  expect(server.requests).not.toContain('/ring3/ring3.js');
  expect(page.workers()).toEqual([]);
  expect(problems).toEqual([]);
});

test('what a page fetches until a program has run is at most 250 kB, gzipped', async () => {
  const server = await serve({ folder: site, pages: { '/': hello }, gzip: true });
  const { page, transferred } = await open();
  await page.goto(server.url);
  await statusOf(page, 'exited with 3');
  await page.waitForLoadState('networkidle');
  const parts = transferred.map(({ url, bytes }) => [new URL(url).pathname, bytes] as const).filter(([path]) => path.startsWith('/ring3/'));
  console.log(parts.map(([path, bytes]) => `${path} ${bytes}`).join('\n'));
  expect(parts.map(([path]) => path).toSorted()).toEqual(['/ring3/core.wasm', '/ring3/ring3.js']);
  const total = parts.reduce((sum, [, bytes]) => sum + bytes, 0);
  // Counted by the browser, and not less than what is there: a server that sends nothing would pass too.
  const least = gzipSync(readFileSync(`${bundle}ring3.js`), { level: 9 }).length;
  expect(total).toBeGreaterThan(least);
  expect(total).toBeLessThanOrEqual(FIRST_LOAD_BYTES);
});

test('the names of its files', () => {
  expect(bundleFiles()).toEqual(
    expect.arrayContaining(['core.wasm', 'ring3.js', 'ring3-worker.js', 'ring3-terminal.js', 'ring3-image.js', 'ring3-inline.js']),
  );
  for (const name of bundleFiles().filter((one) => one.endsWith('.js'))) {
    const code = readFileSync(`${bundle}${name}`, 'utf8');
    expect(code.includes('process.env'), name).toBe(false);
    // Lit's development build warns on every page.
    expect(code.includes('Lit is in dev mode'), name).toBe(false);
  }
});
