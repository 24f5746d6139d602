// What a page without a bundler loads, in dist beside tsc's output:
//
//   ring3.js                     the one script tag; carries its worker's source, so that it works from any origin
//   core.wasm                    loaded with the first machine
//   ring3-NAME.js                loaded when needed: every dynamic import() is a file of its own
//   ring3-worker.js              for pages whose policy forbids blob: workers (worker-url)
//   ring3-standalone.js          classic script with all but the core, for pages that open from a disk (ring3 embed --standalone)
//   ring3-standalone-NAME.js     what only some of those need
import { copyFileSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { rolldown } from 'rolldown';
import { parseAst } from 'rolldown/parseAst';

const dist = new URL('../dist/', import.meta.url);
const kernel = new URL('../../kernel/dist/', import.meta.url);
const machine = new URL('../../machine/dist/', import.meta.url);
const file = (name, base = dist) => fileURLToPath(new URL(name, base));
const web = (name) => file(`web/${name}.js`, machine);
const xterm = file('xterm.js');

rmSync(file('bundle'), { recursive: true, force: true });
for (const name of readdirSync(dist)) if (name !== 'ring3-entry.js' && /^ring3.*\.js$/.test(name)) rmSync(file(name));

/** Names of lazily loaded files where the module's own says too little. */
const chunkNames = { [xterm]: 'terminal' };
/** Modules that are in a page once, since they keep something or somebody asks what class their objects are. The rest may be copied. */
const once =
  /\/packages\/(core|jit|kernel|machine|element)\/dist\/(?!engine\/options\.js|engine\/error-help\.js|protocol\.js|protocol-errors\.js)/;

/** tsc's enum objects as pure expressions: nearly all are inlined, and then left out. */
function withPureEnums(code) {
  return code.replace(
    /^(export )?var (\w+);\n\(function \(\2\) \{\n([\s\S]*?)\n\}\)\(\2 \|\| \(\2 = \{\}\)\);/gm,
    (_, exported = '', name, body) => `${exported}const ${name} = /* @__PURE__ */ (function (${name}) {\n${body}\nreturn ${name};\n})({});`,
  );
}

const pureEnums = {
  name: 'pure-enums',
  transform(code, id) {
    const pure = id.includes('/packages/') ? withPureEnums(code) : code;
    return pure === code ? null : { code: pure };
  },
};

/** Other texts for some modules: by path. */
function replaced(texts) {
  return { name: 'replaced', load: (id) => texts[id] ?? null };
}

/**
 * Modules that only define things: they stay where something of theirs is used. What a class says of itself to snapshots is no other
 * effect; drivers and file systems that register themselves have one.
 */
function hasSideEffects(id) {
  if (!/\/packages\/(kernel|machine)\/dist\//.test(id)) return undefined;
  return parseAst(withPureEnums(readFileSync(id, 'utf8'))).body.some((statement) => {
    if (statement.type === 'ImportDeclaration') return statement.specifiers.length === 0;
    if (statement.type === 'ExpressionStatement') return statement.expression.callee?.name !== 'registerState';
    return !statement.type.endsWith('Declaration');
  });
}

/** A page has no folders of a host; the engine says so before it comes to this. */
const noHostFolders = {
  [file('fs/hostfs/hostfs.js', kernel)]: `export const createHostFs = () => { throw new Error('no folders of a host'); };`,
};

/** Every import() becomes one of ./ring3-NAME.js; `found` learns which module that is. */
function lazyFiles(found) {
  return {
    name: 'lazy-files',
    async resolveId(source, importer, { kind }) {
      if (kind !== 'dynamic-import') return null;
      const { id } = await this.resolve(source, importer, { skipSelf: true });
      const ours = /packages\/(\w+)\/dist\/index\.js$/.exec(id);
      const name = chunkNames[id] ?? ours?.[1] ?? basename(id, '.js');
      found.set(name, id);
      return { id: `./ring3-${name}.js`, external: true };
    },
  };
}

async function bundle(input, { plugins = [], format = 'es', name } = {}) {
  const build = await rolldown({
    input,
    platform: 'browser',
    resolve: { conditionNames: ['browser', 'import', 'default'] },
    plugins: [...plugins, replaced(noHostFolders), pureEnums],
    treeshake: { moduleSideEffects: hasSideEffects },
    onLog(level, log) {
      throw new Error(`${input}: ${level}: ${log.message}`);
    },
  });
  const { output } = await build.generate({ format, minify: true, codeSplitting: false, ...(name ? { name } : {}) });
  return { code: output[0].code, modules: output[0].modules, exports: output[0].exports };
}

const sizes = [];
function write(name, code) {
  writeFileSync(file(name), code);
  sizes.push([name, Buffer.byteLength(code), gzipSync(code, { level: 9 }).length]);
}

/** What a lazily loaded file must not hold again: two copies of a class or a registry are a fault that shows late. */
function checkCopies(name, chunk, loader) {
  for (const id of Object.keys(chunk.modules))
    if (chunk.modules[id].code && id in loader.modules && once.test(id))
      throw new Error(`ring3-${name}.js and what loads it would both hold ${id}`);
}

/** The worker's start from this source; `base` is an expression for the folder of the bundle. */
function inlinedStart(source, base) {
  const start = readFileSync(web('start-inlined-worker'), 'utf8').replace(/^\/\/# sourceMappingURL.*$/m, '');
  return `${start}\nexport const startWorker = (url) => startInlinedWorker(url, ${JSON.stringify(source)}, ${base});`;
}

const lazy = new Map();
const worker = await bundle(web('worker'), { plugins: [lazyFiles(lazy)] });
// A Blob has no relative addresses.
const workerCode = worker.code.replace(/import\(([`'"])\.\/(ring3-\w[\w-]*\.js)\1\)/g, 'import(ring3Base+"$2")');
if (/import\(([`'"])\./.test(workerCode)) throw new Error('the worker has an import that a Blob cannot resolve');
write('ring3-worker.js', `const ring3Base=new URL(".",import.meta.url).href;${workerCode}`);

const page = await bundle(file('ring3-entry.js'), {
  plugins: [replaced({ [web('start-worker')]: inlinedStart(workerCode, `new URL('.', import.meta.url).href`) }), lazyFiles(lazy)],
});
write('ring3.js', page.code);

const written = new Set();
for (let again = true; again;) {
  again = false;
  for (const [name, id] of [...lazy]) {
    if (written.has(name)) continue;
    written.add(name);
    again = true;
    const chunk = await bundle(id, { plugins: [lazyFiles(lazy)] });
    // The engine on the page's own thread: only its parts that meet the page's are in both.
    if (name !== 'inline') for (const loader of [worker, page]) checkCopies(name, chunk, loader);
    write(`ring3-${name}.js`, chunk.code);
  }
}

// Classic scripts are not strict by themselves.
const classic = (code) => `"use strict";${code}`;
const wholeWorker = classic((await bundle(web('worker'), { format: 'iife' })).code);
const terminal = await bundle(xterm, { format: 'iife', name: 'ring3Terminal' });
write('ring3-standalone-terminal.js', classic(terminal.code));
const standalone = await bundle(file('standalone.js'), {
  format: 'iife',
  plugins: [
    replaced({
      [web('start-worker')]: inlinedStart(wholeWorker, 'null'),
      [web('fetch-core')]: readFileSync(web('inlined-core'), 'utf8'),
      [web('inline')]: `export const connectInline = () => { throw new Error('inline is not there in a standalone page'); };`,
      // A script of its own, for pages that have a terminal.
      [xterm]: `export const { ${terminal.exports.join(', ')} } = globalThis.ring3Terminal;`,
    }),
  ],
});
write('ring3-standalone.js', classic(standalone.code));

copyFileSync(file('../../core/dist/core.wasm', import.meta.url), file('core.wasm'));
const core = readFileSync(file('core.wasm'));
sizes.push(['core.wasm', core.length, gzipSync(core, { level: 9 }).length]);

const kb = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;
for (const [name, bytes, packed] of sizes)
  process.stdout.write(`${name.padEnd(30)} ${kb(bytes).padStart(10)} ${kb(packed).padStart(10)} gzipped\n`);
