import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { root } from '../support/run.js';
import { useBrowser } from './support/browser.js';
import { outputOf, statusOf } from './support/machine-page.js';
import { buildProgram } from './support/programs.js';
import { serve } from './support/server.js';

const open = useBrowser();
const scratch = mkdtempSync(join(tmpdir(), 'ring3-embed-'));
let hello: string;
beforeAll(() => void (hello = buildProgram('hello')));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

function embed(...args: string[]): { stdout: string; stderr: string; status: number | null } {
  return spawnSync(process.execPath, [`${root}packages/cli/bin/ring3.js`, 'embed', ...args], {
    encoding: 'utf8',
    maxBuffer: 64 << 20,
    cwd: scratch,
    timeout: 60_000,
  });
}

function embedded(...args: string[]): string {
  const { stdout, stderr, status } = embed(...args);
  expect({ stderr, status }).toEqual({ stderr: expect.not.stringMatching(/error/i), status: 0 });
  return stdout;
}

const native = (command: string, ...args: string[]): string => spawnSync(command, args, { encoding: 'utf8' }).stdout;

test('the HTML for a page of one’s own', () => {
  const html = embedded('--title', 'A "page" <1>', '-e', 'A=b c', '-m', '64m', '--timeout', '5s', hello, 'one', "it's");
  expect(html).toContain('<script type="module" src="ring3/ring3.js"></script>');
  expect(html).toContain(
    `<ring3-machine src="hello" argv="hello one 'it'\\''s'" env="'A=b c'" memory="67108864" wall-time="5000ms"></ring3-machine>`,
  );
  expect(html).toContain('<title>A &quot;page&quot; &lt;1&gt;</title>');
});

test('a static program: the folder works on a static server', async () => {
  const folder = join(scratch, 'static');
  embedded('-o', folder, '--autorun', hello, 'world');
  expect(readdirSync(folder).toSorted()).toEqual(['hello', 'index.html', 'ring3']);
  const server = await serve({ folder });
  const { page, problems } = await open();
  await page.goto(server.url);
  await statusOf(page, 'exited with 3');
  expect(await outputOf(page)).toBe('hello world\n');
  expect(problems).toEqual([]);
});

test('a dynamic program with its libraries, below a path, and again over the folder that is there', async () => {
  const folder = join(scratch, 'dynamic');
  embedded('-o', folder, '--autorun', 'seq', '3');
  embedded('-o', folder, '--autorun', 'sort', '--version');
  const server = await serve({ folder: { '/deep/er/': folder } });
  const { page, problems } = await open();
  await page.goto(`${server.url}/deep/er/`);
  await statusOf(page, 'exited with 0');
  expect(await outputOf(page)).toBe(native('sort', '--version'));
  expect(problems).toEqual([]);
});

test('ring3.js from another server', async () => {
  const folder = join(scratch, 'script');
  const cdn = await serve({ folder: `${root}packages/element/dist/`, cors: true });
  embedded('-o', folder, '--autorun', '--script', `${cdn.url}/ring3.js`, hello);
  expect(readdirSync(folder).toSorted()).toEqual(['hello', 'index.html']);
  const server = await serve({ folder });
  const { page, problems } = await open();
  await page.goto(server.url);
  await statusOf(page, 'exited with 0');
  expect(problems).toEqual([]);
});

test('standalone: one file that runs from a disk', async () => {
  const data = join(scratch, 'data.txt');
  writeFileSync(data, 'b\na\nc\n');
  const file = join(scratch, 'one file.html');
  embedded('--standalone', '-o', file, '--autorun', '--add', `${data}:/data.txt`, 'sort', '/data.txt');
  const { page, problems, transferred } = await open();
  await page.goto(pathToFileURL(file).href);
  await statusOf(page, 'exited with 0');
  expect(await outputOf(page)).toBe('a\nb\nc\n');
  // Blobs of its own apart, nothing is fetched.
  expect(transferred.filter(({ url }) => !/^(file|blob|data):/.test(url))).toEqual([]);
  expect(problems).toEqual([]);
});

test('standalone with a terminal: a shell that is typed at', async () => {
  const file = join(scratch, 'shell.html');
  writeFileSync(file, embedded('--standalone', '--terminal', '--autorun', '-e', 'PS1=ready> ', 'dash', '-i'));
  const { page, problems } = await open();
  await page.goto(pathToFileURL(file).href);
  const text = (): Promise<string> => page.evaluate(() => (document.querySelector('ring3-terminal') as unknown as { text: string }).text);
  await expect.poll(text, { timeout: 20_000 }).toContain('ready>');
  await page.locator('ring3-terminal').click();
  await page.keyboard.type('echo $((6*7))\n');
  await expect.poll(text).toMatch(/\n42\n/);
  expect(problems).toEqual([]);
});

test('standalone over http too, with a program that is no name of the text', async () => {
  const html = embedded('--standalone', '--autorun', hello);
  const server = await serve({ folder: scratch, pages: { '/': html } });
  const { page, problems } = await open();
  await page.goto(server.url);
  await statusOf(page, 'exited with 0');
  expect(await outputOf(page)).toBe('hello\n');
  expect(server.requests).toEqual(['/']);
  expect(problems).toEqual([]);
});

test('the base image below: its programs', async () => {
  const folder = join(scratch, 'base');
  embedded('--base', '-o', folder, '--autorun', 'busybox', 'echo', 'from the base image');
  const server = await serve({ folder });
  const { page, problems } = await open();
  await page.goto(server.url);
  await statusOf(page, 'exited with 0');
  expect(await outputOf(page)).toBe('from the base image\n');
  expect(problems).toEqual([]);
});

test.each([
  [['/no/such/program'], /\/no\/such\/program: .*(no such file|not found)/],
  [[], /no program to run/],
  [['-o', 'full', 'ls'], /full: is there, and no page/],
  [['--standalone', '--script', 'x.js', 'ls'], /--script/],
  [['--root', '/', 'ls'], /--root/],
  [['-e', 'NO_SUCH_VARIABLE', 'ls'], /NO_SUCH_VARIABLE/],
  [['--standalone', '-o', '/no/such/folder/page.html', 'ls'], /\/no\/such\/folder\/page.html: cannot be written/],
])('embed %j is refused in one line', (args, says) => {
  mkdirSync(join(scratch, 'full'), { recursive: true });
  writeFileSync(join(scratch, 'full/file'), '');
  const { stdout, stderr, status } = embed(...args);
  expect(status).toBe(125);
  expect(stdout).toBe('');
  expect(stderr).toMatch(says);
  expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  expect(readFileSync(join(scratch, 'full/file'), 'utf8')).toBe('');
  expect(existsSync(join(scratch, 'full/index.html'))).toBe(false);
});
