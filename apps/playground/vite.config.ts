import { defineConfig } from 'vite';

export default defineConfig({
  // Relative: the site works from any path.
  base: './',
  build: { target: 'es2022', assetsInlineLimit: 0, modulePreload: { polyfill: false } },
  worker: { format: 'es' },
});
