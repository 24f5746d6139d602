import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

/** The page in which Machine is measured. The page of the report is made by tools/report-script.mjs: it is one file. */
export default defineConfig({
  root: fileURLToPath(new URL('src/page', import.meta.url)),
  base: './',
  logLevel: 'warn',
  build: {
    outDir: fileURLToPath(new URL('dist/page', import.meta.url)),
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: { input: fileURLToPath(new URL('src/page/run.html', import.meta.url)) },
  },
  worker: { format: 'es' },
});
