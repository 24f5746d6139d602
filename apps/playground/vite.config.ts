import { defineConfig } from 'vite';
import { hints } from './tools/hints.mjs';

export default defineConfig({
  // Relative: the site works from any path.
  base: './',
  build: { target: 'es2022', assetsInlineLimit: 0, modulePreload: { polyfill: false } },
  worker: { format: 'es' },
  plugins: [hints()],
});
