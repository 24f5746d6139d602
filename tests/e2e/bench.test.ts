import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { buildWorkload } from '../../apps/bench/src/catalogue/compile.js';
import { startEngines } from '../../apps/bench/src/engines/engines.js';
import { workFolder } from '../../apps/bench/src/measure/plan.js';
import { spread } from '../../apps/bench/src/measure/statistics.js';
import { cache } from '../../apps/bench/src/places.js';
import { historyEntry } from '../../apps/bench/src/report/history.js';
import { reportPage } from '../../apps/bench/src/report/page.js';
import { result, row } from '../bench/results.js';
import { useBrowser } from './support/browser.js';

const open = useBrowser();

test('a workload in a page prints what it prints natively, and its time is measured', async () => {
  const { engines, notHere } = await startEngines(['chromium-interp']);
  try {
    expect(notHere).toEqual({});
    const [native, chromium] = engines;
    const task = { name: 'crc32', kind: 'cpu', program: buildWorkload('crc32'), args: ['3000'], cwd: workFolder() } as const;
    const there = await native!.run(task, 60);
    const here = await chromium!.run(task, 60);
    expect(here).toMatchObject({ status: 0, stdout: there.stdout, digest: there.digest });
    expect(here.cpu).toBeGreaterThan(0.01);
    expect(here.wall).toBeGreaterThan(0.01);
    expect(here.stats!['instructions']).toBeGreaterThan(3000 * 4096);
    expect(chromium!.cannot({ ...task, kind: 'program' })).toBe('a page has no files of this system');
    await expect(chromium!.run({ ...task, args: ['3000000'] }, 1)).rejects.toThrow('not done after 1 s');
  } finally {
    for (const engine of engines) await engine.stop();
  }
});

test('the page of the report draws everything, without another file', async () => {
  const run = result(
    [
      row('sha256', { node: [2, 2.5, 3], chromium: [4, 4, 4] }),
      row('sha256', { node: [6, 6.5, 7] }, { size: 'short' }),
      row('fork', { node: [5, 5, 5] }, { kind: 'operation', size: 'whole', operations: 100 }),
      row('lua', { node: [5, 5, 5] }, { kind: 'program', size: 'whole' }),
    ],
    {
      cpu: '</script><b>a processor',
      starts: { node: spread([0.04]), rows: [] },
      curves: ['native', 'node'].map((engine) => ({
        name: 'sha256',
        engine,
        points: [0.1, 0.2, 1, 2].map((time) => ({ time, speed: time / 2 })),
      })),
    },
  );
  const file = join(cache, 'report-test.html');
  writeFileSync(file, reportPage(run, [historyEntry(run), historyEntry({ ...run, dirty: true })]));
  try {
    const { page, problems, transferred } = await open();
    await page.goto(`file://${file}`);
    expect(await page.locator('h2').allInnerTexts()).toEqual([
      'The goal',
      'CPU workloads, about 2 s native',
      'CPU workloads, about 0.2 s native',
      'Operations',
      'Programs',
      'Warm-up',
      'History',
    ]);
    // A canvas with nothing on it would be one colour.
    const painted = await page.locator('canvas').evaluateAll((all) =>
      (all as HTMLCanvasElement[]).map((canvas) => {
        const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
        return new Set(new Uint32Array(data.buffer)).size > 5;
      }),
    );
    expect(painted).toEqual([true, true, true, true, true, true]);
    expect(await page.locator('[aria-label^="CPU workloads, about 2 s native"]').getAttribute('aria-label')).toContain(
      'sha256 node 2.50, chromium 4.00',
    );
    await page.locator('select').selectOption('whole/lua');
    expect(await page.locator('p').first().innerText()).toContain('</script><b>a processor');
    expect(problems).toEqual([]);
    expect(transferred.filter(({ url }) => !url.startsWith('file:') && !url.startsWith('data:'))).toEqual([]);
  } finally {
    rmSync(file);
  }
});
