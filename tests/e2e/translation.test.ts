import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Page } from 'playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { root } from '../support/run.js';
import { useBrowser } from './support/browser.js';
import { bundle, htmlPage, outputOf, site, statusOf } from './support/machine-page.js';
import { buildProgram } from './support/programs.js';
import { serve } from './support/server.js';

/** Hot code is translated wherever the engine runs, by a file that is fetched once there is some. */

const open = useBrowser();
const scratch = mkdtempSync(join(tmpdir(), 'ring3-translation-'));
let hot: string;
let native: string;
beforeAll(() => {
  hot = buildProgram('hot');
  native = spawnSync(hot, { encoding: 'utf8' }).stdout;
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const element = (attributes = ''): string => `<ring3-machine src="/programs/hot" keep autorun ${attributes}></ring3-machine>`;

/** Regions of the machine of a page whose program has ended; null: nothing was translated. */
async function regions(page: Page): Promise<number | null> {
  await statusOf(page, 'exited with 0');
  expect(await outputOf(page)).toBe(native);
  return page.evaluate(async () => {
    const { machine } = document.querySelector('ring3-machine') as unknown as {
      machine: { stats(): Promise<{ jit: { regions: number } | null }> };
    };
    return (await machine.stats()).jit?.regions ?? null;
  });
}

const policy = (scripts: string, workers: string): string =>
  `default-src 'none'; script-src ${scripts} 'wasm-unsafe-eval'; worker-src ${workers}; connect-src 'self'; img-src data:`;

test.each<[string, string, string | undefined]>([
  ['in a worker', element(), undefined],
  [
    'in a worker under a strict policy',
    element(),
    `${policy("'self'", 'blob:')}; require-trusted-types-for 'script'; trusted-types ring3 lit-html`,
  ],
  ['in a worker with a script of its own', element('worker-url="/ring3/ring3-worker.js"'), policy("'self'", "'self'")],
  ['on the page’s own thread', element('worker="off"'), undefined],
])('%s', async (_, body, csp) => {
  const server = await serve({ folder: site, pages: { '/': htmlPage(body) }, ...(csp === undefined ? {} : { csp }) });
  const { page, problems } = await open();
  await page.goto(server.url);
  expect(await regions(page)).toBeGreaterThan(0);
  expect(server.requests.filter((url) => url === '/ring3/ring3-jit.js')).toHaveLength(1);
  expect(problems).toEqual([]);
});

test('from another origin', async () => {
  const cdn = await serve({ folder: bundle, cors: true });
  const server = await serve({ folder: site, pages: { '/': htmlPage(element(), `${cdn.url}/ring3.js`) } });
  const { page, problems } = await open();
  await page.goto(server.url);
  expect(await regions(page)).toBeGreaterThan(0);
  expect(cdn.requests).toContain('/ring3-jit.js');
  expect(problems).toEqual([]);
});

test('jit="off": nothing is fetched, nothing translated, the same comes out', async () => {
  const server = await serve({ folder: site, pages: { '/': htmlPage(element('jit="off"')) } });
  const { page, problems } = await open();
  await page.goto(server.url);
  expect(await regions(page)).toBe(null);
  expect(server.requests).not.toContain('/ring3/ring3-jit.js');
  expect(problems).toEqual([]);
});

test('where its file does not come, the program runs on, and the page is told', async () => {
  const server = await serve({
    folder: site,
    pages: { '/': htmlPage(element()) },
    disturb: (path) => (path.endsWith('ring3-jit.js') ? { status: 503 } : undefined),
  });
  const { page } = await open();
  await page.goto(server.url);
  expect(await regions(page)).toBe(null);
  expect(await page.locator('ring3-machine [part=notice]').innerText()).toMatch(/hot code is not translated/);
});

test('in a standalone page', async () => {
  const file = join(scratch, 'hot.html');
  const args = ['embed', '--standalone', '--autorun', '-o', file, hot];
  const { status, stderr } = spawnSync(process.execPath, [`${root}packages/cli/bin/ring3.js`, ...args], { encoding: 'utf8' });
  expect(stderr).not.toMatch(/error/i);
  expect(status).toBe(0);
  const { page, problems } = await open();
  await page.addInitScript(() =>
    addEventListener('DOMContentLoaded', () => document.querySelector('ring3-machine')!.setAttribute('keep', '')),
  );
  await page.goto(pathToFileURL(file).href);
  expect(await regions(page)).toBeGreaterThan(0);
  expect(problems).toEqual([]);
});
