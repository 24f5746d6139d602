import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { compileAhead, compiledModule } from './native-code.js';

const wasm = new Uint8Array(readFileSync(new URL('../dist/core.wasm', import.meta.url)));
const cache = compileAhead(wasm);

test('the module comes back from its cache, with the same exports', () => {
  const module = compiledModule(cache, wasm);
  expect(module).toBeInstanceOf(WebAssembly.Module);
  expect(WebAssembly.Module.exports(module!)).toEqual(WebAssembly.Module.exports(new WebAssembly.Module(wasm)));
});

/** The cache with one byte changed. */
function changed(at: number): Uint8Array<ArrayBuffer> {
  const copy = cache.slice();
  copy[at]! ^= 1;
  return copy;
}

test.each([
  ['an empty file', new Uint8Array(0)],
  ['another maker', changed(8)],
  ['a file that was cut', cache.slice(0, -1)],
  ['other wasm in it', changed(100)],
  ['code of another V8', changed(72 + wasm.length + 4)],
])('%s does not hold', (_, file) => {
  expect(compiledModule(file, wasm)).toBeUndefined();
});

test('nor does it for other wasm', () => {
  expect(compiledModule(cache, wasm.slice(0, -1))).toBeUndefined();
});

test('afterwards V8 takes no natives again', () => {
  expect(() => new Function('return %SerializeWasmModule()')).toThrow(SyntaxError);
});
