import { compiledModule } from './native-code.js';

let compiled: WebAssembly.Module | undefined;

/**
 * The core's module from this package's dist folder, compiled once per process. Node only; it takes node:fs at run time, so
 * that a page's bundle may contain this file.
 */
export function loadCoreModule(): WebAssembly.Module {
  compiled ??= load();
  return compiled;
}

function load(): WebAssembly.Module {
  const { existsSync, readFileSync } = process.getBuiltinModule('node:fs');
  const url = new URL('../dist/core.wasm', import.meta.url);
  const wasm = readFileSync(url);
  // Made from the other's: bundlers take a file that is named here as one that pages need.
  const cache = new URL(url.href.replace(/wasm$/, 'cache'));
  return (existsSync(cache) ? compiledModule(readFileSync(cache), wasm) : undefined) ?? new WebAssembly.Module(wasm);
}
