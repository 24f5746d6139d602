// npm run fuzz:jit: bundles tests/isa/fuzz and runs it. The packages are taken from their dist folders.
import { mkdirSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { rolldown } from 'rolldown';

const root = fileURLToPath(new URL('..', import.meta.url));
const file = `${root}.cache/fuzz-jit.mjs`;
mkdirSync(`${root}.cache`, { recursive: true });
const bundle = await rolldown({ input: `${root}tests/isa/fuzz/main.ts`, platform: 'node', external: [/^@ring3\//] });
await bundle.write({ file, format: 'esm', codeSplitting: false });
await import(pathToFileURL(file).href);
