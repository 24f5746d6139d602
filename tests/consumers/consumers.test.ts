import { copyFileSync, mkdirSync } from 'node:fs';
import { beforeAll, expect, test } from 'vitest';
import { useBrowser } from '../e2e/support/browser.js';
import { statusOf } from '../e2e/support/machine-page.js';
import { buildProgram } from '../e2e/support/programs.js';
import { serve } from '../e2e/support/server.js';
import { install, run, startServer } from './install.js';

/** npm fetches several hundred megabytes the first time (.cache/consumers keeps them). */
const INSTALL_MS = 300_000;

const open = useBrowser();
let hello: string;
beforeAll(() => void (hello = buildProgram('hello')));

/** A page with the element and its terminal, and with the result of the API in #api. */
async function runsThere(url: string, argument: string): Promise<void> {
  const { page, problems } = await open();
  await page.goto(url);
  await statusOf(page, 'exited with 3');
  const text = (): Promise<string> => page.evaluate(() => (document.querySelector('ring3-terminal') as unknown as { text: string }).text);
  await expect.poll(text).toBe(`hello ${argument}`);
  await page.locator('#api', { hasText: 'worker hello api' }).waitFor();
  expect(await page.locator('#api').innerText()).toBe('3 worker hello api\n');
  // Lit says so where a bundler's dev server asks for development builds; that is its users' business.
  expect(problems.filter((line) => !line.includes('Lit is in dev mode'))).toEqual([]);
  await page.context().close();
}

test('a Node script, checked by TypeScript', { timeout: INSTALL_MS }, () => {
  const folder = install('node');
  run(folder, 'npx', ['tsc', '-p', '.']);
  expect(run(folder, process.execPath, ['out/run.js', hello])).toBe('3 hello from worker\nENOENT\n3 hello from inline\nENOENT\n');
  expect(run(folder, process.execPath, ['server.mjs'])).toBe('function\n');
});

test('a Vite project: dev server and build', { timeout: INSTALL_MS }, async () => {
  const folder = install('vite');
  mkdirSync(`${folder}public`, { recursive: true });
  copyFileSync(hello, `${folder}public/hello`);
  const dev = await startServer(
    folder,
    process.execPath,
    ['node_modules/vite/bin/vite.js', '--port', '0', '--strictPort'],
    /(http:\/\/localhost:\d+)/,
  );
  try {
    await runsThere(dev.url, 'vite');
  } finally {
    await dev.stop();
  }
  run(folder, process.execPath, ['node_modules/vite/bin/vite.js', 'build']);
  const server = await serve({ folder: `${folder}dist` });
  await runsThere(server.url, 'vite');
});

test('a webpack project', { timeout: INSTALL_MS }, async () => {
  const folder = install('webpack');
  run(folder, process.execPath, ['build.mjs']);
  const page = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>webpack</title><link rel="icon" href="data:,">
    <script defer src="main.js"></script></head><body><pre id="api"></pre>
    <ring3-machine src="hello" argv="hello webpack" autorun><ring3-terminal></ring3-terminal></ring3-machine></body></html>`;
  copyFileSync(hello, `${folder}dist/hello`);
  const server = await serve({ folder: `${folder}dist`, pages: { '/': page } });
  await runsThere(server.url, 'webpack');
});

test('a Next project', { timeout: INSTALL_MS }, async () => {
  const folder = install('next');
  mkdirSync(`${folder}public`, { recursive: true });
  copyFileSync(hello, `${folder}public/hello`);
  run(folder, process.execPath, ['node_modules/next/dist/bin/next', 'build'], 240_000);
  const server = await serve({ folder: `${folder}out` });
  await runsThere(server.url, 'next');
});
