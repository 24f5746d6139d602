// Joins the command and all its packages into a few scripts, dist/bundle-*.js, and lets V8 compile them ahead: bundle-*.cache. bin/bundle.js loads
// them. What a run needs is one script; what else there is (commands, formats of images) is loaded when it is asked for.
import { spawnSync } from 'node:child_process';
import { copyFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import '../bin/bundle.js';
import { compileAhead } from '../../core/dist/native-code.js';

const dist = new URL('../dist/', import.meta.url);
const path = (name) => fileURLToPath(new URL(name, dist));
for (const name of readdirSync(dist)) if (/^bundle[-.]/.test(name)) rmSync(path(name));

// Pages load the formats of images when they are asked for. Here these are beside what reads images from a disk, whatever asks for them.
const options = { platform: 'node', checks: { ineffectiveDynamicImport: false } };

/** Ids of the modules that a module imports statically, directly or not, itself among them. */
async function closure(name) {
  const bundle = await rolldown({ ...options, input: path(name) });
  const { output } = await bundle.generate({ format: 'cjs' });
  const chunks = new Map(output.map((chunk) => [chunk.fileName, chunk]));
  const found = new Set();
  const add = (chunk) => {
    for (const id of Object.keys(chunk.modules)) found.add(id);
    for (const file of chunk.imports) if (chunks.has(file)) add(chunks.get(file));
  };
  add(output.find(({ isEntry }) => isEntry));
  return found;
}

const ofMain = await closure('main.js');
const ofRun = await closure('commands/run.js');
const bundle = await rolldown({ ...options, input: { main: path('main.js'), 'serve-jobs': path('serve-jobs.js') } });
const { output } = await bundle.generate({
  format: 'cjs',
  entryFileNames: 'bundle-[name].js',
  chunkFileNames: 'bundle-[name].js',
  codeSplitting: {
    groups: [
      { name: 'start', test: (id) => ofMain.has(id), priority: 2 },
      { name: 'run', test: (id) => ofRun.has(id), priority: 1 },
    ],
  },
  // Names stay, for stack traces.
  minify: { compress: false, mangle: false },
});
// As ASCII, node reads a file without decoding it, and V8 keeps it at one byte a character.
const escaped = (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
for (const { fileName, code } of output) {
  const ascii = code.replaceAll(/\P{ASCII}/gu, (char) => char.split('').map(escaped).join(''));
  writeFileSync(path(fileName), `(function (exports, require, module, __filename, __dirname) {${ascii}\n})`);
}
// Where the core, now in dist, looks for its module, and for the machine code of it: V8's flags, which bin/bundle.js has set, are in that.
const core = new URL('../../core/dist/core.wasm', import.meta.url);
copyFileSync(core, path('core.wasm'));
writeFileSync(path('core.cache'), compileAhead(readFileSync(core)));

// Compiled with what short runs use, each in a process of its own. A later one adds the scripts that those before did not load. Where there is
// no such program, or no base image, there is less in the cache.
const loop = 'i=0; while [ $i -lt 3000 ]; do i=$((i+1)); done';
const warmUps = [
  ['run', '--root', '/', '--', '/bin/sh', '-c', '/bin/true; :'],
  ['run', '--', '/bin/sh', '-c', ':'],
  ['run', '--root', '/', '--jit', 'on', '--', '/bin/sh', '-c', loop],
  ['strace', '--root', '/', '-o', '/dev/null', '--', '/bin/true'],
];
for (const warmUp of warmUps) {
  const done = spawnSync(process.execPath, [fileURLToPath(new URL('../bin/ring3.js', import.meta.url)), ...warmUp], {
    env: { ...process.env, RING3_WRITE_CODE_CACHE: '1' },
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
  });
  if (done.error || done.stderr.includes('internal error')) {
    for (const { fileName } of output) rmSync(path(fileName));
    throw new Error(`the bundle does not run: ${done.error?.message ?? done.stderr}`);
  }
}
