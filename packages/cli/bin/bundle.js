const { existsSync, readFileSync, statSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');
const { setFlagsFromString } = require('node:v8');
const { Script } = require('node:vm');

// V8 optimizes a function when so many bytes of its bytecode have run, here twice what is usual: what runs long is WebAssembly, and the rest
// mostly ends before it has been worth that. The caches hold for these flags alone.
setFlagsFromString('--interrupt-budget=135168');
// What translated code says of its branches: pages, and later versions of V8, heed it by themselves, and complain of a flag unknown to them.
if (Number.parseInt(process.versions.v8, 10) < 14) setFlagsFromString('--experimental-wasm-branch-hinting');

const dist = join(__dirname, '../dist');
/** In a checkout: what is younger than the bundle after a package was built alone. */
const parts = ['cli', 'core', 'elf', 'image', 'isa', 'jit', 'kernel', 'machine'].map((name) =>
  join(__dirname, '../..', name, 'dist/.tsbuildinfo'),
);
parts.push(join(__dirname, '../../core/dist/core.wasm'));

const changed = (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;

/** Name of a script's file → its `module`. */
const scripts = new Map();

/** `require` of the bundle's scripts: another script of it, with V8's code cache where it has one, or a part of Node. */
function requireScript(id) {
  if (!id.startsWith('./')) return require(id);
  const name = id.slice(2);
  const known = scripts.get(name);
  if (known) return known.exports;
  const filename = join(dist, name);
  const cache = filename.replace(/\.js$/, '.cache');
  const cachedData = existsSync(cache) ? readFileSync(cache) : undefined;
  const script = new Script(readFileSync(filename, 'latin1'), { filename, cachedData });
  const module = { exports: {} };
  scripts.set(name, module);
  script.runInThisContext()(module.exports, requireScript, module, filename, dist);
  // The build's own run: at its end V8 has compiled what a run uses.
  if (process.env.RING3_WRITE_CODE_CACHE && !cachedData) process.on('exit', () => writeFileSync(cache, script.createCachedData()));
  return module.exports;
}

/** The exports of a module of dist: from the bundle, which starts some 100 ms sooner, unless it is not there or behind the modules. */
exports.load = async (name) => {
  const script = `bundle-${name}.js`;
  const made = changed(join(dist, script));
  if (!made || parts.some((part) => changed(part) > made)) return import(`../dist/${name}.js`);
  return requireScript(`./${script}`);
};
