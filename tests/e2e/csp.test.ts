import { beforeAll, expect, test } from 'vitest';
import { useBrowser } from './support/browser.js';
import { bundle, htmlPage, outputOf, site, statusOf } from './support/machine-page.js';
import { buildProgram } from './support/programs.js';
import { serve } from './support/server.js';

const open = useBrowser();
beforeAll(() => void buildProgram('hello'));

/** All that is not named is forbidden. Lit's styles are constructed sheets, which no policy forbids. */
const strict = (scripts: string, workers: string): string =>
  `default-src 'none'; script-src ${scripts}; worker-src ${workers}; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'`;
const trustedTypes = "; require-trusted-types-for 'script'; trusted-types ring3 lit-html";

const element = '<ring3-machine src="/programs/hello" autorun></ring3-machine>';
const ownWorker = '<ring3-machine src="/programs/hello" worker-url="/ring3/ring3-worker.js" autorun></ring3-machine>';

test.each([
  ['the least: wasm-unsafe-eval and worker-src blob:', strict("'self' 'wasm-unsafe-eval'", 'blob:'), element],
  ['without blob:, with worker-url', strict("'self' 'wasm-unsafe-eval'", "'self'"), ownWorker],
  ['Trusted Types', strict("'self' 'wasm-unsafe-eval'", 'blob:') + trustedTypes, element],
  ['Trusted Types with worker-url', strict("'self' 'wasm-unsafe-eval'", "'self'") + trustedTypes, ownWorker],
])('a program runs under a strict policy: %s', async (_, csp, body) => {
  const server = await serve({ folder: site, pages: { '/': htmlPage(body) }, csp });
  const { page, problems } = await open();
  await page.goto(server.url);
  await statusOf(page, 'exited with 0');
  expect(await outputOf(page)).toBe('hello\n');
  expect(problems).toEqual([]);
});

test('from a CDN under a strict policy', async () => {
  const cdn = await serve({ folder: bundle, cors: true });
  const csp = strict(`'wasm-unsafe-eval' ${cdn.url}`, 'blob:').replace("connect-src 'self'", `connect-src 'self' ${cdn.url}`);
  const server = await serve({ folder: site, pages: { '/': htmlPage(element, `${cdn.url}/ring3.js`) }, csp });
  const { page, problems } = await open();
  await page.goto(server.url);
  await statusOf(page, 'exited with 0');
  expect(await outputOf(page)).toBe('hello\n');
  expect(problems).toEqual([]);
});

test('the terminal under a strict policy with Trusted Types: it needs style-src', async () => {
  const body = `<ring3-machine src="/programs/hello" autorun><ring3-terminal></ring3-terminal></ring3-machine>`;
  const csp = `${strict("'self' 'wasm-unsafe-eval'", 'blob:')}${trustedTypes}; style-src 'unsafe-inline'`;
  const server = await serve({ folder: site, pages: { '/': htmlPage(body) }, csp });
  const { page, problems } = await open();
  await page.goto(server.url);
  await statusOf(page, 'exited with 0');
  await expect
    .poll(() => page.evaluate(() => (document.querySelector('ring3-terminal') as unknown as { text: string }).text))
    .toBe('hello');
  expect(problems).toEqual([]);
});

test.each([
  ['WebAssembly', strict("'self'", 'blob:'), element, /wasm-unsafe-eval/],
  ['blob: workers', strict("'self' 'wasm-unsafe-eval'", "'self'"), element, /worker-src.*worker-url/s],
])('a policy that forbids %s: the element says what it needs', async (_, csp, body, says) => {
  const server = await serve({ folder: site, pages: { '/': htmlPage(body) }, csp });
  const { page } = await open();
  await page.goto(server.url);
  await statusOf(page, 'failed');
  expect(await page.locator('ring3-machine [part=error]').innerText()).toMatch(says);
});
