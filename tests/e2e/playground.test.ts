import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright';
import { expect, test } from 'vitest';
import { useBrowser } from './support/browser.js';
import { serve } from './support/server.js';

const dist = fileURLToPath(new URL('../../apps/playground/dist', import.meta.url));
const open = useBrowser();

const text = (page: Page): Promise<string> => page.evaluate(() => document.querySelector('ring3-terminal')?.text ?? '');

async function sees(page: Page, pattern: RegExp): Promise<void> {
  await expect.poll(() => text(page), { timeout: 15_000, interval: 20 }).toMatch(pattern);
}

const prompt = /root@ring3:~#\s*$/;

async function type(page: Page, line: string): Promise<void> {
  await page.evaluate(() => document.querySelector('ring3-terminal')!.focus());
  await page.keyboard.type(`${line}\n`);
}

async function axe(page: Page): Promise<string[]> {
  await page.addScriptTag({ content: readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8') });
  return page.evaluate(async () => {
    const { axe: checker } = window as unknown as {
      axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
    };
    const { violations } = await checker.run();
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 150)).join(' ; ')}`);
  });
}

test('from a folder of any static server: a prompt, commands, nothing in the console, nothing missing', async () => {
  const server = await serve({ folder: { '/some/where/': dist } });
  const { page, problems } = await open();
  await page.goto(`${server.url}/some/where/`);
  await sees(page, prompt);
  await type(page, 'echo $((6*7)); cat /etc/debian_version; tty; exit_status() { return 3; }; exit_status; echo "status $?"');
  await sees(page, /^42\n\d+\.\d+\n\/dev\/\S+\nstatus 3$/m);
  await type(page, 'tcc -run hello.c');
  await sees(page, /says hello from Linux/);
  await type(page, 'lua5.4 primes.lua 30');
  await sees(page, /2 3 5 7 11 13 17 19 23 29/);
  expect(problems).toEqual([]);
  expect(server.requests.filter((path) => !path.startsWith('/some/where/'))).toEqual([]);
});

test('isolated by COOP and COEP it runs too', async () => {
  const server = await serve({ folder: dist, isolated: true });
  const { page, problems } = await open();
  await page.goto(server.url);
  await sees(page, prompt);
  await type(page, 'echo isolated $((1+1))');
  await sees(page, /^isolated 2$/m);
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
  expect(problems).toEqual([]);
});

test('every thing to try works with a click; the focus is in the terminal then', async () => {
  const server = await serve({ folder: dist });
  const { page, problems } = await open();
  await page.goto(server.url);
  await sees(page, prompt);
  const tried = [
    ['uname -a', /^Linux ring3 \S+ .*x86_64/m],
    ['cat /proc/self/maps', /\[stack\]/],
    ['tcc -run hello.c', /says hello/],
    ['lua5.4 primes.lua 300', /2 3 5 7 11 13/],
    ['ls /usr/bin |', /^\s+\d+ z$/m],
  ] as const;
  for (const [command, output] of tried) {
    await page.getByRole('button', { name: command }).click();
    await sees(page, output);
    await sees(page, prompt);
  }
  await page.getByRole('button', { name: 'vi hello.c' }).click();
  await sees(page, /^#include <stdio\.h>/m);
  await page.keyboard.type(':q!\n');
  await sees(page, prompt);
  await page.getByRole('button', { name: /^top/ }).click();
  await sees(page, /PID +PPID/);
  await page.keyboard.type('q');
  await sees(page, prompt);
  await page.getByRole('button', { name: 'sleep 100' }).click();
  await sees(page, /sleep 100$/);
  await page.keyboard.press('Control+c');
  await sees(page, prompt);
  expect(await page.evaluate(() => document.activeElement?.localName)).toBe('ring3-terminal');
  expect(problems).toEqual([]);
});

test('copies and pastes with the clipboard', async () => {
  const server = await serve({ folder: dist });
  const { page, problems } = await open({ permissions: ['clipboard-read', 'clipboard-write'] });
  await page.goto(server.url);
  await sees(page, prompt);
  await type(page, 'clear; echo copied-word');
  await sees(page, /^copied-word$/m);
  const row = page.locator('ring3-terminal .xterm-rows > div', { hasText: /^copied-word$/ });
  const box = (await row.boundingBox())!;
  await page.mouse.dblclick(box.x + 30, box.y + box.height / 2);
  await page.keyboard.press('Control+Shift+c');
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toMatch(/copied/);
  await page.evaluate(() => navigator.clipboard.writeText('echo "pasted $((40+2))"'));
  await page.keyboard.press('Control+Shift+v');
  await sees(page, /echo "pasted \$\(\(40\+2\)\)"$/);
  await page.keyboard.press('Enter');
  await sees(page, /^pasted 42$/m);
  expect(problems).toEqual([]);
});

/** What `loopMs` gives at 3.3 GHz where nothing else runs: a slower or busier machine has as much more time for the prompt. */
const USUAL_LOOP_MS = 40;

function loopMs(): number {
  const began = performance.now();
  let x = 1;
  for (let i = 0; i < 2e7; i++) {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
  }
  return x === 0 ? 0 : performance.now() - began;
}

test('from navigation to prompt in less than a second on localhost when warm', async () => {
  const server = await serve({ folder: dist, headers: { 'cache-control': 'max-age=600' } });
  const { page } = await open();
  const loads: { ms: number; slowness: number }[] = [];
  for (let load = 0; load < 6; load++) {
    await page.goto(server.url);
    await page.waitForFunction(() => performance.getEntriesByName('ring3-prompt').length > 0);
    const ms = await page.evaluate(() => performance.getEntriesByName('ring3-prompt')[0]!.startTime);
    loads.push({ ms, slowness: Math.max(1, (await page.evaluate(loopMs)) / USUAL_LOOP_MS) });
  }
  const [cold, ...warm] = loads.map(({ ms, slowness }) => `${ms.toFixed(0)} (machine ${slowness.toFixed(1)} × as slow as usual)`);
  process.stdout.write(`navigation to prompt, ms: cold ${cold}, warm ${warm.join(', ')}\n`);
  const least = Math.min(...loads.slice(1).map(({ ms, slowness }) => ms / slowness));
  expect(least).toBeLessThan(1000);
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`axe finds nothing, ${colorScheme}`, async () => {
    const server = await serve({ folder: dist });
    const { page } = await open({ colorScheme });
    await page.goto(server.url);
    await sees(page, prompt);
    await type(page, 'ls -l /etc --color=always | head -n 20');
    await sees(page, /passwd|debian_version|bash/);
    expect(await axe(page)).toEqual([]);
  });
}

test('on a narrow touch screen: nothing sticks out, the bar of keys is there and types', async () => {
  const server = await serve({ folder: dist });
  const { page, problems } = await open({ viewport: { width: 360, height: 720 }, hasTouch: true, isMobile: true });
  await page.goto(server.url);
  await sees(page, prompt);
  expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBe(0);
  await type(page, 'cat -v');
  await sees(page, /cat -v$/m);
  for (const key of ['Ctrl', 'Arrow up', 'Esc']) await page.getByRole('button', { name: key, exact: true }).tap();
  await page.keyboard.type('.\n');
  await sees(page, /^\^\[\[1;5A\^\[\.$/m);
  expect(await axe(page)).toEqual([]);
  expect(problems).toEqual([]);
});

test('100 MB of output leave the page responsive, and leave nothing behind', { timeout: 180_000 }, async () => {
  const server = await serve({ folder: dist });
  const { page, problems } = await open();
  await page.goto(server.url);
  await sees(page, prompt);
  const devtools = await page.context().newCDPSession(page);
  const heap = async (): Promise<number> => {
    await devtools.send('HeapProfiler.collectGarbage');
    return (await devtools.send('Runtime.getHeapUsage')).usedSize;
  };
  const before = await heap();
  await page.evaluate(() => {
    const state = { gaps: [] as number[], last: performance.now(), ended: false };
    const tail = new TextDecoder();
    document.querySelector('ring3-machine')!.addEventListener('ring3-stdout', (event) => {
      state.ended ||= tail.decode(event.detail.data.subarray(-200)).includes('flood 0');
    });
    Object.assign(window, { frames: state });
    const frame = (now: number): void => {
      state.gaps.push(now - state.last);
      state.last = now;
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  });
  await type(page, 'yes 0123456789abcdef0123456789abcdef | head -c 100000000; printf "\\nflood %s\\n" "$?"');
  const began = performance.now();
  await page.waitForFunction(() => (window as unknown as { frames: { ended: boolean } }).frames.ended, undefined, { timeout: 150_000 });
  const seconds = (performance.now() - began) / 1000;
  await sees(page, /^flood 0$/m);
  const gaps = await page.evaluate(() => (window as unknown as { frames: { gaps: number[] } }).frames.gaps);
  const longest = Math.max(...gaps);
  const grown = (await heap()) - before;
  process.stdout.write(
    `100 MB in ${seconds.toFixed(1)} s: ${gaps.length} frames, longest ${longest.toFixed(0)} ms, heap grown by ${(grown / 1e6).toFixed(1)} MB\n`,
  );
  expect(longest).toBeLessThan(1000);
  expect(grown).toBeLessThan(30e6);
  expect(problems).toEqual([]);
});

test('what is slow shows how far it is; what fails says so and can be run again', async () => {
  let broken = true;
  const server = await serve({
    folder: dist,
    disturb: (path) => (path.endsWith('/index.json') ? (broken ? { status: 503 } : { bytesPerSecond: 60_000 }) : undefined),
  });
  const { page } = await open();
  await page.goto(server.url);
  const machine = page.locator('ring3-machine');
  await expect
    .poll(() => machine.evaluate((element) => (element as HTMLElementTagNameMap['ring3-machine']).state), { timeout: 20_000 })
    .toBe('error');
  await expect.poll(() => machine.getByRole('alert').first().textContent()).toMatch(/index\.json|503|image/);
  broken = false;
  await machine.getByRole('button', { name: /run/i }).first().click();
  await expect.poll(() => machine.getByRole('progressbar').count(), { timeout: 10_000 }).toBeGreaterThan(0);
  await sees(page, prompt);
});

test('a terminal that cannot be loaded says so, and so does the machine', async () => {
  const server = await serve({ folder: dist, disturb: (path) => (path.includes('/xterm-') ? { status: 404 } : undefined) });
  const { page } = await open();
  await page.goto(server.url);
  const machine = page.locator('ring3-machine');
  await expect
    .poll(() => machine.evaluate((element) => (element as HTMLElementTagNameMap['ring3-machine']).state), { timeout: 20_000 })
    .toBe('error');
  await expect.poll(() => page.locator('ring3-terminal').getByRole('alert').textContent()).toContain('could not be loaded');
});

test('without JavaScript the page says what it needs', async () => {
  const server = await serve({ folder: dist });
  const { page } = await open({ javaScriptEnabled: false });
  await page.goto(server.url);
  expect(await page.locator('body').innerText()).toContain('needs JavaScript');
});
