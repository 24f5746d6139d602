import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ring3 } from '../support/run.js';
import { useBrowser } from './support/browser.js';
import { htmlPage, outputOf, site, statusOf } from './support/machine-page.js';
import { buildProgram } from './support/programs.js';
import { serve, type ServerOptions } from './support/server.js';

const open = useBrowser();
const scratch = mkdtempSync(join(tmpdir(), 'ring3-image-'));
const image = join(scratch, 'image');
/** Chunks that only /data/big needs: what is disturbed, while the program itself arrives. */
let dataChunks: string[];

beforeAll(async () => {
  const root = join(scratch, 'root');
  mkdirSync(join(root, 'data'), { recursive: true });
  // No two blocks alike: chunks of its own, which do not compress.
  const big = Buffer.concat(Array.from({ length: 40_000 }, (_, i) => createHash('sha256').update(String(i)).digest()));
  writeFileSync(join(root, 'data/big'), big);
  writeFileSync(join(root, 'data/small'), 'small');
  const pack = async (out: string, ...args: string[]): Promise<void> => {
    const { status, stderr } = await ring3(['pack', '-o', out, ...args]);
    if (status !== 0) throw new Error(stderr);
  };
  await pack(join(scratch, 'program'), '--program', buildProgram('read-all'), '--add', `${join(root, 'data/small')}:/data/small`);
  await pack(image, join(scratch, 'program'), '--add', `${join(root, 'data')}:/data`);
  const needed = new Set(readdirSync(join(scratch, 'program/chunks')));
  dataChunks = readdirSync(join(image, 'chunks')).filter((name) => !needed.has(name));
  if (dataChunks.length < 4) throw new Error(`only ${dataChunks.length} chunks for the data`);
}, 60_000);
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const body = `<ring3-machine root="/image/" program="read-all" argv="read-all /data/big /data/small" autorun></ring3-machine>`;

async function start(disturb: ServerOptions['disturb']) {
  const server = await serve({ folder: { ...site, '/image/': image }, pages: { '/': htmlPage(body) }, ...(disturb ? { disturb } : {}) });
  const opened = await open();
  await opened.page.goto(server.url);
  return { ...opened, server };
}

/** What the program prints where nothing fails: as buildProgram's source computes it. */
function expected(): string {
  const bytes = readFileSync(join(scratch, 'root/data/big'));
  let sum = 0n;
  for (const byte of bytes) sum = (sum * 31n + BigInt(byte)) & 0xffff_ffff_ffff_ffffn;
  return `/data/big: ${bytes.length} bytes, sum ${sum.toString(16)}\n/data/small: 5 bytes, sum `;
}

test('files are fetched when they are touched, each chunk once', async () => {
  const { page, problems, server } = await start(undefined);
  await statusOf(page, 'exited with 0');
  expect(await outputOf(page)).toContain(expected());
  const chunks = server.requests.filter((url) => url.includes('/chunks/'));
  expect(new Set(chunks).size).toBe(chunks.length);
  for (const name of dataChunks) expect(chunks).toContain(`/image/chunks/${name}`);
  expect(problems).toEqual([]);
});

test('a slow server: it takes its time, and is paused and ended while it does', { timeout: 90_000 }, async () => {
  const slow = (path: string) => (dataChunks.some((name) => path.endsWith(name)) ? { bytesPerSecond: 400_000 } : undefined);
  const { page, problems } = await start(slow);
  await statusOf(page, 'running');
  await page.getByRole('button', { name: 'Pause' }).click();
  await statusOf(page, 'paused');
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.locator('ring3-machine [part=status]', { hasText: 'exited with 0' }).waitFor({ timeout: 60_000 });
  expect(await outputOf(page)).toContain(expected());

  await page.getByRole('button', { name: 'Run again' }).click();
  await statusOf(page, /loading|running/);
  await page.getByRole('button', { name: 'Stop' }).click();
  await statusOf(page, /not started|stopped|ready|idle/i);
  await expect.poll(() => page.workers().length).toBe(0);
  expect(problems).toEqual([]);
});

test.each([
  ['fails twice, then answers', 'fail'],
  ['answers 503 twice, then as it should', 'status'],
  ['damages what it sends twice', 'corrupt'],
] as const)('a server that %s: nobody notices', { timeout: 90_000 }, async (_, how) => {
  const asked = new Map<string, number>();
  const { page } = await start((path) => {
    if (!dataChunks.some((name) => path.endsWith(name))) return undefined;
    const times = (asked.get(path) ?? 0) + 1;
    asked.set(path, times);
    if (times > 2) return undefined;
    return how === 'fail' ? { fail: true } : how === 'status' ? { status: 503 } : { corrupt: true };
  });
  await page.locator('ring3-machine [part=status]', { hasText: 'exited with 0' }).waitFor({ timeout: 60_000 });
  expect(await outputOf(page)).toContain(expected());
  expect(Math.max(...asked.values())).toBeGreaterThan(2);
});

test('a chunk that never comes is an I/O error in the guest, and a clear event outside', { timeout: 90_000 }, async () => {
  const lost = dataChunks[0]!;
  const { page } = await start((path) => (path.endsWith(lost) ? { status: 404 } : undefined));
  const told = page.evaluate(
    () =>
      new Promise<{ id: string; message: string }>((resolve) =>
        document.addEventListener('ring3-error', (event) => resolve((event as CustomEvent<{ id: string; message: string }>).detail)),
      ),
  );
  await page.locator('ring3-machine [part=status]', { hasText: 'exited with 1' }).waitFor({ timeout: 60_000 });
  const output = await outputOf(page);
  expect(output).toContain('/data/big: Input/output error\n');
  expect(output).toContain('/data/small: 5 bytes');
  expect(await told).toMatchObject({ id: 'fetch-failed', message: expect.stringContaining(lost) });
});

test('an image that is not there: the element says which address', async () => {
  const server = await serve({ folder: site, pages: { '/': htmlPage(body) } });
  const { page } = await open();
  await page.goto(server.url);
  await statusOf(page, 'failed');
  expect(await page.locator('ring3-machine [part=error]').innerText()).toContain(`${server.url}/image/index.json: 404`);
});
