import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { playwright } from '@vitest/browser-playwright';
import { defineConfig, type TestProjectConfiguration } from 'vitest/config';
import { chromiumFlags, chromiumPath } from './tools/chromium.mjs';

interface Exports {
  exports?: Record<string, { types?: string } | string>;
}

/** Every entry of our packages as its source: what `exports` says, with src for dist. */
const sources = readdirSync(new URL('packages', import.meta.url)).flatMap((name) => {
  const folder = new URL(`packages/${name}/`, import.meta.url);
  const { exports = {} } = JSON.parse(readFileSync(new URL('package.json', folder), 'utf8')) as Exports;
  return Object.entries(exports).flatMap(([entry, target]) => {
    const types = typeof target === 'string' ? undefined : target.types;
    const source = types?.match(/^\.\/dist\/(.+)\.d\.ts$/)?.[1];
    if (!source) return [];
    return [{ find: new RegExp(`^@ring3/${name}${entry.slice(1)}$`), replacement: fileURLToPath(new URL(`src/${source}.ts`, folder)) }];
  });
});

const executablePath = chromiumPath();

const projects: TestProjectConfiguration[] = [
  {
    resolve: { alias: sources },
    test: {
      name: 'node',
      include: ['packages/*/src/**/*.test.ts', 'tests/**/*.test.ts'],
      exclude: ['**/*.browser.test.ts', 'tests/{e2e,consumers}/**'],
      // Machines differ by a factor of five: what must be fast says so in its test; this ends what hangs.
      testTimeout: 30_000,
    },
  },
];

// In a browser what is built is tested: elements from their source, the packages below them from dist. Later groups begin when the one
// before has ended: they measure time, and would not with every processor taken.
if (executablePath) {
  projects.push(
    {
      // Named here, or the first test that needs one makes Vite bundle it and load the page again.
      optimizeDeps: {
        include: ['lit', 'comlink', 'axe-core', '@xterm/xterm', '@xterm/addon-fit', '@xterm/addon-unicode11', '@xterm/addon-web-links'],
      },
      test: {
        name: 'browser',
        include: ['packages/*/src/**/*.browser.test.ts'],
        testTimeout: 30_000,
        // Frames, focus and timers of a page on a busy machine: the second try must pass.
        retry: 1,
        fileParallelism: false,
        sequence: { groupOrder: 1 },
        browser: {
          enabled: true,
          headless: true,
          viewport: { width: 1000, height: 700 },
          screenshotFailures: false,
          provider: playwright({ launchOptions: { executablePath, args: chromiumFlags } }),
          instances: [{ browser: 'chromium' }],
        },
      },
    },
    {
      test: {
        name: 'e2e',
        include: ['tests/{e2e,consumers}/**/*.test.ts'],
        testTimeout: 60_000,
        retry: 1,
        hookTimeout: 60_000,
        fileParallelism: false,
        sequence: { groupOrder: 2 },
      },
    },
  );
}

export default defineConfig({ test: { projects } });
