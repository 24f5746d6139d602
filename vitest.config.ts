import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const packages = readdirSync(new URL('packages', import.meta.url));

export default defineConfig({
  resolve: {
    alias: Object.fromEntries(
      packages.map((name) => [`@ring3/${name}`, fileURLToPath(new URL(`packages/${name}/src/index.ts`, import.meta.url))]),
    ),
  },
  test: { include: ['packages/*/src/**/*.test.ts', 'tests/**/*.test.ts'] },
});
