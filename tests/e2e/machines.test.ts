import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright';
import { beforeAll, expect, test } from 'vitest';
import { useBrowser } from './support/browser.js';
import { htmlPage, outputOf, site, statusOf } from './support/machine-page.js';
import { buildProgram } from './support/programs.js';
import { serve } from './support/server.js';

/** A looping program is to be gone after so long. */
const KILL_MS = 100;
/** 200 machines one after the other may leave so much behind, in the page's heap and in its process. */
const HEAP_GROWTH_BYTES = 2 << 20;
const PROCESS_GROWTH_BYTES = 64 << 20;

const open = useBrowser();
beforeAll(() => {
  for (const name of ['hello', 'loop', 'count']) buildProgram(name);
});

async function pageWith(body: string, settings: { isolated?: boolean } = {}): Promise<{ page: Page; problems: string[] }> {
  const server = await serve({ folder: site, pages: { '/': htmlPage(body) }, ...settings });
  const { page, problems } = await open();
  await page.goto(server.url);
  return { page, problems };
}

/** The element, as far as these tests need it. */
interface Element extends HTMLElement {
  run(): Promise<{ code: number | null; signal: string | null }>;
  pause(): Promise<void>;
  reset(): Promise<void>;
  kill(signal?: string): Promise<void>;
  step(unit?: string): Promise<{ icount: number } | null>;
}

test.each([false, true])('a program that loops is killed within 100 ms (COOP and COEP: %s)', async (isolated) => {
  const { page, problems } = await pageWith('<ring3-machine src="/programs/loop" autorun></ring3-machine>', { isolated });
  await page.locator('ring3-machine [part=output]', { hasText: 'looping' }).waitFor();
  const killed = await page.evaluate(async () => {
    const machine = document.querySelector<Element>('ring3-machine')!;
    const ended = new Promise<string | null>((resolve) =>
      machine.addEventListener('ring3-exit', (event) => resolve((event as CustomEvent<{ signal: string | null }>).detail.signal)),
    );
    const began = performance.now();
    await machine.kill('SIGKILL');
    return { signal: await ended, ms: performance.now() - began };
  });
  expect(killed.signal).toBe('SIGKILL');
  expect(killed.ms).toBeLessThan(KILL_MS);
  await statusOf(page, 'killed by SIGKILL');

  // Stop ends machine and worker, whatever the program does.
  await page.getByRole('button', { name: 'Run again' }).click();
  await page.locator('ring3-machine [part=output]', { hasText: 'looping' }).waitFor();
  expect(page.workers()).toHaveLength(1);
  const gone = page.workers()[0]!.waitForEvent('close');
  const stopped = await page.evaluate(async () => {
    const began = performance.now();
    await document.querySelector<Element>('ring3-machine')!.reset();
    return performance.now() - began;
  });
  expect(stopped).toBeLessThan(KILL_MS);
  await gone;
  await statusOf(page, 'not started');
  expect(problems).toEqual([]);
});

test('pause stands still, Continue goes on', async () => {
  const { page, problems } = await pageWith('<ring3-machine src="/programs/count" autorun></ring3-machine>');
  await page.locator('ring3-machine [part=output]', { hasText: '3' }).waitFor();
  await page.getByRole('button', { name: 'Pause' }).click();
  await statusOf(page, 'paused');
  const before = await outputOf(page);
  await page.waitForTimeout(300);
  expect(await outputOf(page)).toBe(before);
  await page.getByRole('button', { name: 'Continue' }).click();
  await statusOf(page, 'running');
  await page.waitForFunction((text) => {
    const output = document.querySelector('ring3-machine')!.shadowRoot!.querySelector<HTMLElement>('[part=output]')!.innerText;
    return output.length > text.length && output.startsWith(text.trimEnd());
  }, before);
  expect(problems).toEqual([]);
});

test('step goes on by one instruction', async () => {
  const { page, problems } = await pageWith('<ring3-machine src="/programs/loop" autorun></ring3-machine>');
  await page.locator('ring3-machine [part=output]', { hasText: 'looping' }).waitFor();
  const counts = await page.evaluate(async () => {
    const machine = document.querySelector<Element>('ring3-machine')!;
    await machine.pause();
    const first = await machine.step('insn');
    const second = await machine.step('insn');
    return [first!.icount, second!.icount];
  });
  expect(counts[1]! - counts[0]!).toBe(1);
  await statusOf(page, 'paused');
  expect(problems).toEqual([]);
});

test('a program that is dropped on the element runs', async () => {
  const { page, problems } = await pageWith('<ring3-machine></ring3-machine>');
  const bytes = readFileSync(buildProgram('hello')).toString('base64');
  const transfer = await page.evaluateHandle((text) => {
    const data = new DataTransfer();
    data.items.add(new File([Uint8Array.from(atob(text), (char) => char.charCodeAt(0))], 'hello'));
    return data;
  }, bytes);
  for (const type of ['dragenter', 'dragover', 'drop']) await page.dispatchEvent('ring3-machine', type, { dataTransfer: transfer });
  await statusOf(page, 'exited with 0');
  expect(await outputOf(page)).toBe('hello\n');
  expect(problems).toEqual([]);
});

test('ten machines on a page: one core is fetched, each has its own output', async () => {
  const body = Array.from(
    { length: 10 },
    (_, i) => `<ring3-machine id="m${i}" src="/programs/hello" argv="hello number ${i}" autorun></ring3-machine>`,
  ).join('\n');
  const server = await serve({ folder: site, pages: { '/': htmlPage(body) } });
  const { page, problems } = await open();
  await page.goto(server.url);
  for (let i = 0; i < 10; i++) await statusOf(page, 'exited with 3', `#m${i}`);
  for (let i = 0; i < 10; i++) expect(await outputOf(page, `#m${i}`)).toBe(`hello number ${i}\n`);
  expect(server.requests.filter((url) => url.endsWith('core.wasm'))).toHaveLength(1);
  // Who has ended holds no thread.
  expect(page.workers()).toEqual([]);
  expect(problems).toEqual([]);
});

test('ten machines that all run at once', async () => {
  const body = Array.from({ length: 10 }, (_, i) => `<ring3-machine id="m${i}" src="/programs/count" autorun></ring3-machine>`).join('\n');
  const { page, problems } = await pageWith(body);
  for (let i = 0; i < 10; i++) await page.locator(`#m${i} [part=output]`, { hasText: '5' }).waitFor({ timeout: 20_000 });
  expect(page.workers()).toHaveLength(10);
  await page.evaluate(() => document.querySelector('main')!.replaceChildren());
  await expect.poll(() => page.workers().length).toBe(0);
  expect(problems).toEqual([]);
});

test('200 machines, made and closed one after the other, leave nothing behind', { timeout: 120_000 }, async () => {
  const { page, problems } = await pageWith('<div id="here"></div>');
  const cycles = (count: number): Promise<void> =>
    page.evaluate(async (times) => {
      for (let i = 0; i < times; i++) {
        const machine = document.createElement('ring3-machine') as Element;
        machine.setAttribute('src', '/programs/hello');
        machine.setAttribute('memory', '32m');
        document.querySelector('#here')!.append(machine);
        const { code } = await machine.run();
        if (code !== 0) throw new Error(`cycle ${i}: exit status ${code}`);
        machine.remove();
      }
    }, count);
  await cycles(40);
  const before = await memory(page);
  await cycles(160);
  const after = await memory(page);
  console.log(`heap ${before.heap} → ${after.heap}, process ${before.process} → ${after.process}, nodes ${before.nodes} → ${after.nodes}`);
  expect(page.workers()).toEqual([]);
  expect(after.heap - before.heap).toBeLessThan(HEAP_GROWTH_BYTES);
  expect(after.process - before.process).toBeLessThan(PROCESS_GROWTH_BYTES);
  expect(after.nodes - before.nodes).toBeLessThan(50);
  expect(problems).toEqual([]);
});

/** Bytes of the page's heap after a collection, and of the whole process that it runs in. */
async function memory(page: Page): Promise<{ heap: number; nodes: number; process: number }> {
  // Removed elements are disposed of in a task of their own.
  await expect.poll(() => page.workers().length).toBe(0);
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.collectGarbage');
  await session.send('HeapProfiler.collectGarbage');
  await session.send('Performance.enable');
  const { metrics } = await session.send('Performance.getMetrics');
  const metric = (name: string): number => metrics.find((one) => one.name === name)!.value;
  await session.detach();
  return { heap: metric('JSHeapUsedSize'), nodes: metric('Nodes'), process: await rendererBytes(page.context().browser()!) };
}

/** Resident bytes of the largest renderer process. */
async function rendererBytes(browser: Browser): Promise<number> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  const resident = ({ id }: { id: number }): number => {
    const text = readFileSync(`/proc/${id}/status`, 'utf8');
    return Number(/^RssAnon:\s+(\d+) kB$/m.exec(text)?.[1] ?? 0) * 1024;
  };
  return Math.max(...processInfo.filter(({ type }) => type === 'renderer').map(resident));
}
