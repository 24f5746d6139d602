// dist/ring3.js: what a page's one script tag loads. It carries its worker's source, so that it works from any origin; beside it lie
// what it loads when needed: the core, the terminal.
import { copyFileSync, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const dist = new URL('../dist/bundle/', import.meta.url);
const machine = new URL('../../machine/dist/', import.meta.url);
rmSync(dist, { recursive: true, force: true });
mkdirSync(dist, { recursive: true });

const resolve = { conditionNames: ['browser', 'import', 'default'] };

/** The worker as one script. What it loads only for archives comes from beside ring3.js too. */
const worker = await rolldown({ input: fileURLToPath(new URL('web/worker.js', machine)), platform: 'browser', resolve });
const { output } = await worker.generate({ format: 'es', minify: true, entryFileNames: 'worker.js', codeSplitting: false });
const source = output[0].code;

const startWorker = fileURLToPath(new URL('web/start-worker.js', machine));
const page = await rolldown({
  input: { ring3: fileURLToPath(new URL('../dist/index.js', import.meta.url)) },
  platform: 'browser',
  resolve,
  plugins: [
    {
      name: 'worker-source',
      load(id) {
        if (id !== startWorker) return null;
        return `${readFileSync(fileURLToPath(new URL('web/start-inlined-worker.js', machine)), 'utf8')}\nexport const startWorker = (url) => startInlinedWorker(url, ${JSON.stringify(source)});`;
      },
    },
  ],
});
await page.write({ dir: fileURLToPath(dist), format: 'es', minify: true, entryFileNames: '[name].js', chunkFileNames: 'ring3-[name].js' });
copyFileSync(new URL('../../core/dist/core.wasm', import.meta.url), new URL('core.wasm', dist));
for (const name of readdirSync(dist)) process.stdout.write(`${name} `);
process.stdout.write('\n');
