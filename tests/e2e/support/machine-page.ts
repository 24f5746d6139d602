import { readdirSync } from 'node:fs';
import type { Page } from 'playwright';
import { root } from '../../support/run.js';
import { programs } from './programs.js';

/** packages/element/dist: what a site copies to its own server. */
export const bundle = `${root}packages/element/dist/`;
export const bundleFiles = (): string[] => readdirSync(bundle).filter((name) => /^ring3.*\.js$|^core\.wasm$/.test(name));
/** Folders of a site with the bundle in /ring3/ and programs in /programs/. */
export const site = { '/ring3/': bundle, '/programs/': programs };

/** A page with one script tag. */
export function htmlPage(body: string, script = '/ring3/ring3.js'): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Ring3</title>
<link rel="icon" href="data:,">
<script type="module" src="${script}"></script>
</head>
<body>
<main>
<h1>A program</h1>
${body}
</main>
</body>
</html>
`;
}

/** What an element shows. */
export function outputOf(page: Page, selector = 'ring3-machine'): Promise<string> {
  return page.locator(`${selector} [part=output]`).innerText();
}

/** Waits until an element's status has this text. */
export async function statusOf(page: Page, text: string | RegExp, selector = 'ring3-machine'): Promise<void> {
  await page.locator(`${selector} [part=status]`, { hasText: text }).waitFor({ timeout: 20_000 });
}
