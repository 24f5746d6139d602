import axe from 'axe-core';
import type { Page } from 'playwright';
import { beforeAll, expect, test } from 'vitest';
import { useBrowser } from './support/browser.js';
import { htmlPage, site, statusOf } from './support/machine-page.js';
import { buildProgram } from './support/programs.js';
import { serve } from './support/server.js';

const open = useBrowser();
beforeAll(() => {
  for (const name of ['hello', 'loop']) buildProgram(name);
});

/** Every rule that axe has, its best practices among them. */
async function findings(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() => (globalThis as unknown as { axe: typeof axe }).axe.run(document));
  return violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ html }) => html).join(' ')}`);
}

test.each(['light', 'dark'] as const)('axe finds nothing in any state: %s', async (colorScheme) => {
  const body = `<ring3-machine id="idle" src="/programs/hello"></ring3-machine>
    <ring3-machine id="exited" src="/programs/hello" autorun></ring3-machine>
    <ring3-machine id="failed" program="/no/such/program" autorun></ring3-machine>
    <ring3-machine id="running" src="/programs/loop" autorun></ring3-machine>
    <ring3-machine id="paused" src="/programs/loop" picker autorun></ring3-machine>
    <ring3-machine id="terminal" src="/programs/hello" autorun><ring3-terminal touch-keys></ring3-terminal></ring3-machine>
    <ring3-elf src="/programs/hello"></ring3-elf>`;
  const server = await serve({ folder: site, pages: { '/': htmlPage(body) } });
  const { page, problems } = await open({ colorScheme });
  await page.goto(server.url);
  for (const id of ['exited', 'terminal']) await statusOf(page, 'exited with 0', `#${id}`);
  await statusOf(page, 'failed', '#failed');
  for (const id of ['running', 'paused']) await page.locator(`#${id} [part=output]`, { hasText: 'looping' }).waitFor();
  await page.locator('#paused').getByRole('button', { name: 'Pause' }).click();
  await statusOf(page, 'paused', '#paused');
  await page
    .locator('ring3-elf')
    .getByText('Program headers')
    .first()
    .waitFor({ timeout: 5000 })
    .catch(() => {});
  expect(await findings(page)).toEqual([]);
  expect(problems).toEqual([]);
});
