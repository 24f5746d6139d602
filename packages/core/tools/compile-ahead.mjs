// Lets V8 compile dist/core.wasm ahead: dist/core.cache (src/native-code.ts). After tsc, in the build.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { compileAhead } from '../dist/native-code.js';

const cache = new URL('../dist/core.cache', import.meta.url);
rmSync(cache, { force: true });
writeFileSync(cache, compileAhead(readFileSync(new URL('../dist/core.wasm', import.meta.url))));
