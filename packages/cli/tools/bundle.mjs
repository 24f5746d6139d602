// Joins the command and all its packages into one script, and lets V8 compile it ahead: dist/bundle.js and bundle.cache (bin/bundle.js loads them).
import { spawnSync } from 'node:child_process';
import { copyFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const dist = new URL('../dist/', import.meta.url);
const script = new URL('bundle.js', dist);
const cache = new URL('bundle.cache', dist);
rmSync(script, { force: true });
rmSync(cache, { force: true });

const bundle = await rolldown({ input: fileURLToPath(new URL('main.js', dist)), platform: 'node' });
// Names stay, for stack traces.
const { output } = await bundle.generate({ format: 'cjs', codeSplitting: false, minify: { compress: false, mangle: false } });
// As ASCII, node reads the file without decoding it, and V8 keeps it at one byte a character.
const escaped = (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
const code = output[0].code.replaceAll(/\P{ASCII}/gu, (char) => char.split('').map(escaped).join(''));
writeFileSync(script, `(function (exports, require, module, __filename, __dirname) {${code}\n})`);
// Where the core, now in dist, looks for its module.
copyFileSync(new URL('../../core/dist/core.wasm', import.meta.url), new URL('../dist/core.wasm', script));

// Compiled with what a short run uses, in a process of its own. Where there is no such program the cache is only smaller.
const warmUp = ['run', '--root', '/', '--', '/bin/sh', '-c', '/bin/true; :'];
const done = spawnSync(process.execPath, [fileURLToPath(new URL('../bin/ring3.js', import.meta.url)), ...warmUp], {
  env: { ...process.env, RING3_WRITE_CODE_CACHE: '1' },
  stdio: ['ignore', 'ignore', 'pipe'],
  encoding: 'utf8',
});
if (done.error || done.stderr.includes('internal error')) {
  rmSync(script);
  throw new Error(`the bundle does not run: ${done.error?.message ?? done.stderr}`);
}
