// The browser that tests run in: Debian's Chromium, or the one that Playwright has installed, or what RING3_CHROMIUM names.
import { existsSync } from 'node:fs';
import { chromium } from 'playwright';

/** What a test's browser must not do: phone home, keep a first run, need a sandbox that root has not. */
export const chromiumFlags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** @returns {string | undefined} path of the executable */
export function chromiumPath() {
  return [process.env['RING3_CHROMIUM'], '/usr/bin/chromium', chromium.executablePath()].find((path) => path && existsSync(path));
}
